/**
 * Takes dead letters in again, in order of arrival:
 *
 *     letters ─▶ readmit   through the present configuration; what it changes joins the open block
 *             ─▶ flush     points and the letter's end are on disk in one transaction: a crash loses and doubles nothing
 *             ─▶ pause     as long as the slice took, and while the spool is under pressure: live messages go first
 *
 * A letter is in one run at a time: two at once do not store it twice.
 */
import { setTimeout } from 'node:timers/promises'
import type { StoredDeadLetter } from './core/dead-letter.js'
import { causeOf } from './core/errors.js'
import type { Logger } from './core/logger.js'
import type { ReasonCode } from './core/reasons.js'
import type {
  LetterSelection,
  LetterTrial,
  Readmit,
  Replaying,
  ReplayOptions,
  ReplaySummary,
  TrialSummary,
  TriedLetter,
} from './core/replay.js'
import type { TrialResult } from './core/trial.js'
import type { DeadLetters } from './spool/dead-letters.js'
import { LetterWalk } from './spool/letters/letter-walk.js'
import type { Spool } from './spool/spool.js'

/** Each can be as large as a packet. */
const AT_ONCE = 32
const PRESSURE_PAUSE_MS = 20
/** A birth lets many messages go: their letters are taken in together. */
const RELEASE_AFTER_MS = 50
const RELEASE_RETRY_MS = 1_000
const HELD: readonly HeldReason[] = ['awaiting_birth', 'awaiting_names']
/** They tell of points that are not there any more. */
const EMPTY: ReadonlySet<ReasonCode> = new Set(['spool_dropped', 'block_damaged'])

export type HeldReason = 'awaiting_birth' | 'awaiting_names'

export interface ReplayParts {
  readonly letters: DeadLetters
  readonly readmit: Readmit
  readonly spool: Pick<Spool, 'flush' | 'underPressure'>
  readonly logger: Logger
}

export class Replay implements Replaying {
  readonly counts = { replayed: 0, refusedAgain: 0, unroutable: 0 }
  readonly #parts: ReplayParts
  /** Letters whose end is not on disk yet. */
  readonly #busy = new Set<number>()
  readonly #closing = new AbortController()
  #released = new Map<HeldReason, Set<string> | 'all'>()
  #releasing: Promise<void> | undefined

  constructor(parts: ReplayParts) {
    this.#parts = parts
  }

  /** What was released before the gateway ended may still be held. */
  start(): void {
    for (const reason of HELD) this.#released.set(reason, 'all')
    this.#wake()
  }

  /** Takes in no more letters. To be called before the spool is flushed for the last time. */
  stop(): void {
    this.#closing.abort()
  }

  /**
   * Replays the letters selected.
   * @throws what `readmit` throws, which is a defect; the reason of the signal
   */
  async run(selection: LetterSelection, options: ReplayOptions = {}): Promise<ReplaySummary> {
    const walk = new LetterWalk(this.#parts.letters, selection)
    const tally = new Outcomes()
    await this.#walk(walk, options, (slice) => this.#replay(slice, tally))
    return tally.summary(walk)
  }

  /** Says what `run` would do, and changes nothing. `trial` reads by the present configuration. */
  async dryRun(
    selection: LetterSelection,
    trial: LetterTrial,
    options: ReplayOptions = {},
  ): Promise<TrialSummary> {
    const walk = new LetterWalk(this.#parts.letters, selection)
    const tally = new Outcomes()
    const letters: TriedLetter[] = []
    await this.#walk(walk, options, async (slice) => {
      const tried = tryAll(slice, trial)
      for (const letter of tried) tally.add(letter.outcome, letter.reason)
      letters.push(...tried)
    })
    return { ...tally.summary(walk), letters }
  }

  /** Replays what is held for this reason under these topics, soon; what is asked for meanwhile joins it. */
  release(reason: HeldReason, topicFilter: string): void {
    const filters = this.#released.get(reason)
    if (filters === 'all') return
    if (filters === undefined) this.#released.set(reason, new Set([topicFilter]))
    else filters.add(topicFilter)
    this.#wake()
  }

  async #walk(
    walk: LetterWalk,
    { signal, budgetMs = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY }: ReplayOptions,
    handle: (slice: readonly StoredDeadLetter[]) => Promise<void>,
  ): Promise<void> {
    const endsAt = performance.now() + budgetMs
    for (let left = limit; walk.next !== undefined && left > 0 && performance.now() < endsAt; ) {
      signal?.throwIfAborted()
      this.#closing.signal.throwIfAborted()
      if (this.#parts.spool.underPressure) {
        await setTimeout(PRESSURE_PAUSE_MS)
        continue
      }
      const begun = performance.now()
      const slice = walk.slice(Math.min(AT_ONCE, left))
      const handled = handle(slice)
      const busyMs = performance.now() - begun
      await handled
      await setTimeout(busyMs)
      left -= slice.length
    }
  }

  async #replay(slice: readonly StoredDeadLetter[], tally: Outcomes): Promise<void> {
    const taken: number[] = []
    try {
      for (const letter of slice) {
        if (EMPTY.has(letter.reason.code) || this.#busy.has(letter.id)) tally.add('skipped')
        else {
          this.#busy.add(letter.id)
          taken.push(letter.id)
          this.#readmit(letter, tally)
        }
      }
    } finally {
      if (taken.length > 0) await this.#settle(taken)
    }
  }

  #readmit(letter: StoredDeadLetter, tally: Outcomes): void {
    const outcome = this.#parts.readmit(letter)
    if (outcome.kind === 'decoded') {
      tally.add('replayed')
      this.counts.replayed++
    } else if (outcome.kind === 'refused') {
      tally.add('refused', outcome.reason.code)
      this.counts.refusedAgain++
    } else {
      tally.add('unroutable')
      this.counts.unroutable++
    }
  }

  /** Resolves when these letters may be replayed by another run. While the disk takes nothing, that is never. */
  async #settle(ids: readonly number[]): Promise<void> {
    await this.#parts.spool.flush()
    // Until the timers have run, readers may share a snapshot in which the letters are still there.
    await setTimeout(0)
    for (const id of ids) this.#busy.delete(id)
    this.#parts.letters.changed()
  }

  #wake(): void {
    this.#releasing ??= this.#release().finally(() => {
      this.#releasing = undefined
    })
  }

  async #release(): Promise<void> {
    while (this.#released.size > 0 && !this.#closing.signal.aborted) {
      await setTimeout(RELEASE_AFTER_MS)
      const released = this.#released
      this.#released = new Map()
      try {
        await this.#replayHeld(released)
      } catch (error) {
        if (this.#closing.signal.aborted) return
        const cause = causeOf(error)
        this.#parts.logger.error({ cause }, 'Held messages could not be replayed; this is tried again.')
        for (const reason of released.keys()) this.#released.set(reason, 'all')
        await setTimeout(RELEASE_RETRY_MS)
      }
    }
  }

  async #replayHeld(released: ReadonlyMap<HeldReason, Set<string> | 'all'>): Promise<void> {
    // A message that was held just before the birth came may be on its way to the disk.
    await this.#parts.spool.flush()
    for (const [reason, filters] of released) {
      const filter = filters === 'all' ? { reason } : { reason, topics: [...filters] }
      await this.run({ filter })
    }
  }
}

class Outcomes {
  #replayed = 0
  #unroutable = 0
  #skipped = 0
  readonly #refusedAgain: Record<string, number> = {}

  add(outcome: TriedLetter['outcome'], reason = ''): void {
    if (outcome === 'replayed') this.#replayed++
    else if (outcome === 'refused') this.#refusedAgain[reason] = (this.#refusedAgain[reason] ?? 0) + 1
    else if (outcome === 'unroutable') this.#unroutable++
    else this.#skipped++
  }

  summary({ gone, next, throughId }: LetterWalk): ReplaySummary {
    return {
      replayed: this.#replayed,
      refusedAgain: this.#refusedAgain,
      unroutable: this.#unroutable,
      skipped: this.#skipped + gone,
      next,
      throughId,
    }
  }
}

function tryAll(slice: readonly StoredDeadLetter[], trial: LetterTrial): TriedLetter[] {
  const messages = slice.filter(({ kind }) => kind === 'message')
  const results = trial.run(
    messages.map(({ topic, payload, clientId, timeMs }) => ({ topic, payload, clientId, arrivalMs: timeMs })),
  )
  const byId = new Map(messages.map(({ id }, i) => [id, results[i]!]))
  return slice.map((letter) => {
    const result = byId.get(letter.id)
    return result === undefined ? tryLine(letter, trial) : toTried(letter, result)
  })
}

function toTried({ id, kind }: StoredDeadLetter, { route, failure, points }: TrialResult): TriedLetter {
  const tried = { id, kind, reason: '', message: '', points }
  if (route === '' || failure?.reason === 'device_rejected') return { ...tried, outcome: 'unroutable' }
  if (failure === undefined) return { ...tried, outcome: 'replayed' }
  return { ...tried, outcome: 'refused', reason: failure.reason, message: failure.message }
}

function tryLine(letter: StoredDeadLetter, trial: LetterTrial): TriedLetter {
  const { id, kind, reason } = letter
  const tried = { id, kind, reason: '', message: '', points: [] }
  if (EMPTY.has(reason.code)) return { ...tried, outcome: 'skipped' }
  const point = trial.judgeLine?.(letter)
  if (point === undefined) return { ...tried, outcome: 'untried' }
  if (typeof point === 'string') return { ...tried, outcome: 'unroutable', message: point }
  const outcome = point.outcome === 'deadLettered' ? 'refused' : 'replayed'
  return { ...tried, outcome, reason: point.reason, message: point.message, points: [point] }
}
