import { setTimeout } from 'node:timers/promises'
import type { StateStore } from '../../core/state.js'
import type { LetterHead } from './letter-format.js'
import type { LetterTables } from './letter-tables.js'

/** Why a letter was removed without a replay: its age, the size of all, the size or number of those held, an operator. */
export type RemovalCause = 'byAge' | 'byBytes' | 'byHeldBytes' | 'byHeldPerDevice' | 'purged'

/** Letters, and bytes of their payloads. */
export interface Removed {
  readonly count: number
  readonly bytes: number
}

export type RemovedByCause = Readonly<Record<RemovalCause, Removed>>

export const NOTHING: Removed = { count: 0, bytes: 0 }
const NONE: RemovedByCause = {
  byAge: NOTHING,
  byBytes: NOTHING,
  byHeldBytes: NOTHING,
  byHeldPerDevice: NOTHING,
  purged: NOTHING,
}
const KEY = 'removed'
/** Freeing the pages of a letter takes the writer some 20 µs, for which acknowledgements wait. */
export const REMOVED_AT_ONCE = 128

/**
 * Removes letters in slices, each in a transaction of its own with the counts of what was removed. One slice at a time:
 * the counts that it writes are those of the slice before it and its own.
 */
export class Removals {
  counts: RemovedByCause
  readonly #state: StateStore
  readonly #tables: LetterTables
  readonly #lastId: () => number
  readonly #onRemoved: () => void
  #turn: Promise<unknown> = Promise.resolve()

  /** `lastId`: the greatest id on disk. */
  constructor(state: StateStore, tables: LetterTables, lastId: () => number, onRemoved: () => void) {
    this.#state = state
    this.#tables = tables
    this.#lastId = lastId
    this.#onRemoved = onRemoved
    const record = tables.meta.get(KEY)
    this.counts = record === undefined ? NONE : { ...NONE, ...JSON.parse(record.toString()) }
  }

  /**
   * Removes those of the letters that are still there; what these were. Acknowledgements wait for it, so
   * it should be `REMOVED_AT_ONCE` letters at the most, unless there is a reason to let them wait.
   * Rejects, with nothing removed, when the disk does not take it.
   */
  remove(ids: readonly number[], cause: RemovalCause): Promise<Removed> {
    const turn = this.#turn.then(() => this.#remove(ids, cause))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #remove(ids: readonly number[], cause: RemovalCause): Promise<Removed> {
    const heads = ids.map((id) => this.#tables.head(id)).filter((head) => head !== undefined)
    if (heads.length === 0) return NOTHING
    const removed = sizeOf(heads)
    const counts = { ...this.counts, [cause]: sum(this.counts[cause], removed) }
    await this.#state.commit(() => {
      for (const head of heads) this.#tables.remove(head)
      writeHighest(this.#tables, this.#lastId())
      this.#tables.meta.put(KEY, Buffer.from(JSON.stringify(counts)))
    })
    // Until the timers have run, readers may share a snapshot in which the letters are still there.
    await setTimeout(0)
    this.counts = counts
    this.#onRemoved()
    return removed
  }
}

export function sizeOf(heads: readonly LetterHead[]): Removed {
  return { count: heads.length, bytes: heads.reduce((all, { bytes }) => all + (bytes ?? 0), 0) }
}

export function sum(a: Removed, b: Removed): Removed {
  return { count: a.count + b.count, bytes: a.bytes + b.bytes }
}

const HIGHEST = 'highest'

/** Joins the transaction that removes the newest letter: its id is never given again. */
export function writeHighest({ meta }: LetterTables, id: number): void {
  meta.put(HIGHEST, Buffer.from(String(id)))
}

export function readHighest({ meta, heads }: LetterTables): number {
  return Math.max(Number(meta.get(HIGHEST)?.toString() ?? 0), Number(heads.lastKey() ?? 0))
}
