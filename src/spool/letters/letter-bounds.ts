import { setImmediate } from 'node:timers/promises'
import { causeOf } from '../../core/errors.js'
import { type Logger, LogThrottle } from '../../core/logger.js'
import { REASONS } from '../../core/reasons.js'
import type { Key } from '../../core/state.js'
import { indexedIds } from './letter-search.js'
import { BY_REASON, HELD_BY_SLOT, type LetterTables } from './letter-tables.js'
import { REMOVED_AT_ONCE, type RemovalCause, type Removals } from './removals.js'

export interface LetterLimits {
  /** What all letters may take on disk. */
  readonly maxBytes: number
  readonly maxAgeMs: number
  /** Letters of one device that wait for a birth or a name. */
  readonly maxHeldPerDevice: number
}

/** Of `maxBytes`, what letters that wait for a birth or a name may take, so that they do not push out the others. */
const HELD_SHARE = 1 / 4
/**
 * Slices grow with what is too much, to this many times the usual one at twice the limit: a flood of letters that comes
 * faster than small slices remove it waits for the writer itself, so that the excess has an end.
 */
const LARGEST_SLICE = 16
/** What a letter takes beside its payload, about. */
const HEAD_BYTES = 300
const PAGE_BYTES = 4_096
/** A larger payload has whole pages to itself, behind a header of their own. */
const MAX_SHARED_PAYLOAD = 2_000
const OVERFLOW_HEADER_BYTES = 16
const LOOK_AGAIN_MS = 60_000
const LOG_EVERY_MS = 60_000
const HELD_PARTS = [
  [BY_REASON, REASONS.awaiting_birth],
  [BY_REASON, REASONS.awaiting_names],
] as const

interface BoundsParts {
  readonly tables: LetterTables
  readonly removals: Removals
  readonly limits: LetterLimits
  readonly lastId: () => number
  readonly now: () => number
  readonly logger: Logger
}

/**
 * Keeps the letters within their limits, the oldest going first. It works beside the writing of letters, which waits for it
 * only in a flood: until it is done, there may be as many more as came meanwhile. The newest letter always stays.
 */
export class LetterBounds {
  readonly #parts: BoundsParts
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  /** Devices whose held letters are to be counted; all of them at first. */
  #heldSlots: Set<number> | 'all' = 'all'
  #running: Promise<void> | undefined
  #again = false
  #stopped = true
  #timer: NodeJS.Timeout | undefined

  constructor(parts: BoundsParts) {
    this.#parts = parts
  }

  start(): void {
    this.#stopped = false
    this.#timer = setInterval(() => this.wake(), LOOK_AGAIN_MS)
    this.#timer.unref()
    this.wake()
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
  }

  /** Letters of the device that are held have become more. */
  held(slot: number): void {
    if (this.#heldSlots !== 'all') this.#heldSlots.add(slot)
  }

  /** Looks whether something must go. */
  wake(): void {
    this.#again = true
    if (this.#stopped || this.#running !== undefined) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when everything is within its limits. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false
        // Whoever waits for the disk goes first.
        await setImmediate()
        await this.#trim()
      }
    } catch (error) {
      if (this.#stopped) return
      // Nothing was removed; the next look tries again.
      this.#parts.logger.error({ cause: causeOf(error) }, 'Old dead letters could not be removed.')
    }
  }

  async #trim(): Promise<void> {
    const { tables, limits, now } = this.#parts
    await this.#trimHeldPerDevice()
    const heldBytes = limits.maxBytes * HELD_SHARE
    await this.#trimOldest('byHeldBytes', () => this.#oldestHeld(tables.heldBytes - heldBytes))
    await this.#trimOldest('byAge', () => this.#olderThan(now() - limits.maxAgeMs))
    await this.#trimOldest('byBytes', () => this.#oldest(tables.bytes - limits.maxBytes))
  }

  async #trimOldest(cause: RemovalCause, oldest: () => readonly number[]): Promise<void> {
    while (!this.#stopped) {
      const ids = oldest()
      if (ids.length === 0 || !(await this.#remove(ids, cause))) return
    }
  }

  async #remove(ids: readonly number[], cause: RemovalCause): Promise<boolean> {
    const { removals, logger } = this.#parts
    const { count } = await removals.remove(ids, cause)
    this.#throttle.run(cause, (suppressed) =>
      logger.warn(
        { cause, count, suppressed, removed: removals.counts[cause] },
        'Old dead letters were removed.',
      ),
    )
    return count > 0
  }

  /** The oldest letters that make up `excess` bytes; pages that they share show only when these are gone. */
  #oldest(excess: number): readonly number[] {
    return excess <= 0 ? [] : this.#madeUp(excess, this.#ids())
  }

  #oldestHeld(excess: number): readonly number[] {
    return excess <= 0 ? [] : this.#madeUp(excess, indexedIds(this.#parts.tables.index, HELD_PARTS, {}))
  }

  *#ids(): Generator<number> {
    for (const key of this.#parts.tables.heads.keys()) yield Number(key)
  }

  #madeUp(excess: number, ids: Iterable<number>): readonly number[] {
    const { tables, lastId, limits } = this.#parts
    const share = Math.min(1, excess / limits.maxBytes)
    const atOnce = REMOVED_AT_ONCE * Math.max(1, Math.round(share * LARGEST_SLICE))
    const taken: number[] = []
    let bytes = 0
    for (const id of ids) {
      if (id >= lastId() || bytes >= excess || taken.length === atOnce) break
      taken.push(id)
      bytes += bytesOnDisk(tables.head(id)?.bytes ?? 0)
    }
    return taken
  }

  #olderThan(timeMs: number): readonly number[] {
    const ids: number[] = []
    for (const id of this.#ids()) {
      const head = this.#parts.tables.head(id)
      if (ids.length === REMOVED_AT_ONCE || head === undefined || head.timeMs >= timeMs) break
      ids.push(id)
    }
    return ids
  }

  async #trimHeldPerDevice(): Promise<void> {
    const slots = this.#heldSlots
    this.#heldSlots = new Set()
    for (const slot of slots === 'all' ? this.#slotsWithHeld() : slots) {
      if (this.#stopped) return
      await this.#trimOldest('byHeldPerDevice', () => this.#excessOf(slot))
    }
  }

  /** Jumps from device to device. */
  *#slotsWithHeld(): Generator<number> {
    for (let next = 0; ; ) {
      const [key] = this.#parts.tables.index.keys({ start: [HELD_BY_SLOT, next], limit: 1 })
      if (key === undefined || (key as number[])[0] !== HELD_BY_SLOT) return
      const slot = (key as number[])[1]!
      yield slot
      next = slot + 1
    }
  }

  #excessOf(slot: number): readonly number[] {
    const { tables, limits } = this.#parts
    const range = { start: [HELD_BY_SLOT, slot, 0], end: [HELD_BY_SLOT, slot + 1] }
    const excess = tables.index.countOf(range) - limits.maxHeldPerDevice
    if (excess <= 0) return []
    const keys = tables.index.keys({ ...range, limit: Math.min(excess, REMOVED_AT_ONCE) })
    return Array.from(keys, (key: Key) => (key as number[])[2]!)
  }
}

/** About: taken for less, a large slice would remove more letters than there is need for. */
function bytesOnDisk(payloadBytes: number): number {
  if (payloadBytes <= MAX_SHARED_PAYLOAD) return payloadBytes + HEAD_BYTES
  return Math.ceil((payloadBytes + OVERFLOW_HEADER_BYTES) / PAGE_BYTES) * PAGE_BYTES + HEAD_BYTES
}
