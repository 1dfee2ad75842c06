/**
 * Lets the first of a kind of refusal through and counts the others: whoever tries a thousand times a second must not fill
 * the disk, nor hide in the trail what others try.
 *
 *     kind     (event, actor, target)   one record a window, with the count of those in between
 *     source   (event, actor, address)  a bounded number of targets a window; then all of them are one kind, target `*`
 *     event                             when the table is full: one kind, actor and target `*`
 *
 * Invariant: each refusal is a record, or in the `suppressed` of a later one. What is remembered is bounded, in number and
 * in bytes.
 */
import type { AuditEvent } from '../../core/audit.js'
import { type PendingEvent, toPending } from './record.js'

export interface ThrottleOptions {
  readonly windowMs: number
  readonly maxKinds: number
  readonly targetsPerSource: number
}

export const DEFAULT_THROTTLE: ThrottleOptions = { windowMs: 10_000, maxKinds: 2_000, targetsPerSource: 30 }

interface Kind {
  /** Of the last record. */
  atMs: number
  suppressed: number
  readonly first: PendingEvent
  /** No longer in the table: nothing may be counted here. */
  isGone: boolean
}

interface Source {
  readonly sinceMs: number
  targets: number
  /** Counts what it tries beyond its targets. */
  rest: Kind | undefined
}

/** What was counted last: further refusals of the same target, or of the same source if there is an address. */
interface Last {
  readonly event: AuditEvent
  readonly kind: Kind
  readonly address: string | undefined
}

const MAX_KEY_PART = 256

export class RefusalThrottle {
  readonly #options: ThrottleOptions
  readonly #kinds = new Map<string, Kind>()
  readonly #sources = new Map<string, Source>()
  /** A flood is of one kind: no key is made for the same refusal again. */
  #last: Last | undefined

  constructor(options: ThrottleOptions) {
    this.#options = options
  }

  /** What is to be written now; undefined for a refusal that is only counted. */
  admit(event: AuditEvent, nowMs: number): PendingEvent | undefined {
    const last = this.#last
    if (last !== undefined && isOfLast(last, event)) {
      last.kind.suppressed++
      return undefined
    }
    const { id, actor, address, target } = event
    const known = this.#kinds.get(keyOf(id, actor, target))
    if (known !== undefined) return this.#count(event, known)
    const source = this.#sourceOf(event, nowMs)
    // Of a source that tries one target after the other, targets do not count any more.
    if (source?.rest?.isGone === false) return this.#count(event, source.rest, address)
    const isFull = this.#kinds.size >= this.#options.maxKinds
    if (source === undefined || isFull) return this.#admitRest({ ...event, actor: '*', address: '' }, nowMs)
    if (source.targets++ < this.#options.targetsPerSource) {
      return this.#begin(event, keyOf(id, actor, target), nowMs).first
    }
    return this.#admitRest(event, nowMs, source)
  }

  get kinds(): number {
    return this.#kinds.size
  }

  /** Records for what was counted in windows that are over, or in all of them. */
  sweep(nowMs: number, all = false): PendingEvent[] {
    const due: PendingEvent[] = []
    this.#last = undefined
    for (const [key, kind] of this.#kinds) {
      const isOver = Math.abs(nowMs - kind.atMs) >= this.#options.windowMs
      if (!isOver && !all) continue
      if (kind.suppressed === 0) {
        this.#kinds.delete(key)
        kind.isGone = true
        continue
      }
      // The record itself stands for one of them.
      due.push({ ...kind.first, timeMs: nowMs, suppressed: kind.suppressed - 1 })
      kind.suppressed = 0
      kind.atMs = nowMs
    }
    for (const [key, { sinceMs }] of this.#sources) {
      if (Math.abs(nowMs - sinceMs) >= this.#options.windowMs) this.#sources.delete(key)
    }
    return due
  }

  #count(event: AuditEvent, kind: Kind, address?: string): undefined {
    kind.suppressed++
    this.#last = { event, kind, address }
    return undefined
  }

  #begin(event: AuditEvent, key: string, nowMs: number): Kind {
    const kind = { atMs: nowMs, suppressed: 0, first: toPending(event, nowMs), isGone: false }
    this.#kinds.set(key, kind)
    return kind
  }

  /** All targets together: of the source, or of whoever has no place in the table. */
  #admitRest(event: AuditEvent, nowMs: number, source?: Source): PendingEvent | undefined {
    const key = keyOf(event.id, event.actor, '*')
    const known = this.#kinds.get(key)
    const kind = known ?? this.#begin({ ...event, target: '*', details: {} }, key, nowMs)
    if (source !== undefined) source.rest = kind
    if (known === undefined) return kind.first
    known.suppressed++
    return undefined
  }

  /** Undefined when there is no more room for one. */
  #sourceOf({ id, actor, address }: AuditEvent, nowMs: number): Source | undefined {
    const key = keyOf(id, actor, address)
    const known = this.#sources.get(key)
    if (known !== undefined || this.#sources.size >= this.#options.maxKinds) return known
    const source = { sinceMs: nowMs, targets: 0, rest: undefined }
    this.#sources.set(key, source)
    return source
  }
}

function isOfLast({ event: last, address }: Last, event: AuditEvent): boolean {
  if (last === event) return true
  if (last.id !== event.id || last.actor !== event.actor) return false
  return address === undefined ? last.target === event.target : event.address === address
}

/** Flat, so that it keeps none of the texts that it was made of. */
function keyOf(id: string, actor: string, target: string): string {
  return `${id}\n${cut(actor)}\n${cut(target)}`
}

function cut(text: string): string {
  return text.length <= MAX_KEY_PART ? text : text.slice(0, MAX_KEY_PART)
}
