/**
 * The ledger: per device, counts that always add up (core/tally.ts names the columns).
 *
 * Format. Table `ledger`: page number → 256 device rows of eleven f64 (host order, little endian on every platform that
 * Node and LMDB run on), which is the memory the counts are kept in; `checkpoint` → the sequences that the pages
 * include, as JSON {appliedThrough, settledThrough}. Counts by reason have a table of their own (reason-counts.ts).
 *
 *     page p │ row of slot 256 p │ row of slot 256 p + 1 │ …      row │ 9 tally columns │ stored │ last received, ms │
 *
 * Invariants. Memory holds exactly the blocks and settlements that are on disk. A checkpoint writes the pages that
 * changed, with the sequences that they include, in the transaction that removes those blocks from the spool.
 *
 * Recovery. Pages + the tallies of the blocks after `appliedThrough` + the settlements after `settledThrough`, all of
 * which are still in the spool. Therefore a change of the ledger is durable exactly when its block or its cursor is.
 */
import type { Block } from '../core/block.js'
import type { Counts } from '../core/counts.js'
import { REASONS, type ReasonCode } from '../core/reasons.js'
import type { StateStore, Table } from '../core/state.js'
import { Column, messagesOf, TALLY_COLUMNS, TALLY_STRIDE } from '../core/tally.js'
import type { CountsByReason, LedgerView } from '../core/views.js'
import { ReasonCounts } from './reason-counts.js'

const ROWS = 256
/** Behind the columns of a tally: points that the primary sink stored. */
export const STORED_COLUMN = TALLY_COLUMNS
const STORED = STORED_COLUMN
const LAST_RECEIVED = TALLY_COLUMNS + 1
const STRIDE = TALLY_COLUMNS + 2
const CHECKPOINT = 'checkpoint'

/** Of pages that were written before messages that are carried were counted: rows without that column. */
const FORMER_STRIDE = STRIDE - 1
const FORMER_PAGE_BYTES = ROWS * FORMER_STRIDE * 8

/** What of a block concerns the ledger. */
export type LedgerBlock = Pick<Block, 'sequence' | 'createdAtMs' | 'tallies' | 'reasons'>

export interface Checkpoint {
  /** Blocks up to this one are in the pages. */
  readonly appliedThrough: number
  /** Settlements of the primary sink up to this block are in the pages. */
  readonly settledThrough: number
}

/** Told of every change of a device's counts, as it happens; behind the change. */
export interface LedgerFollower {
  /** `count` was added to a column: those of a tally, then `STORED_COLUMN`. */
  added(slot: number, column: number, count: number): void
  /** A block with a message of the device was applied. */
  heard(slot: number): void
}

/** For readers that keep sums of their own, and need no pass over all devices to bring them up to date. */
export interface FollowedLedger extends LedgerView {
  /** The count in a column: those of a tally, then `STORED_COLUMN`. */
  value(slot: number, column: number): number
  follow(follower: LedgerFollower): void
}

export class Ledger implements FollowedLedger {
  readonly #table: Table
  readonly #reasons: ReasonCounts
  readonly #pages: Float64Array[] = []
  readonly #dirty = new Set<number>()
  readonly #totals = new Float64Array(STRIDE)
  #appliedThrough = 0
  #settledThrough = 0
  #revision = 0
  #follower: LedgerFollower | undefined

  constructor(state: StateStore) {
    this.#table = state.table('ledger')
    this.#reasons = new ReasonCounts(state)
    for (const { key, value } of this.#table.entries()) {
      if (key === CHECKPOINT) this.#restore(JSON.parse(value.toString()) as Checkpoint)
      else this.#load(Number(key), value)
    }
  }

  get revision(): number {
    return this.#revision
  }

  get checkpoint(): Checkpoint {
    return { appliedThrough: this.#appliedThrough, settledThrough: this.#settledThrough }
  }

  /** Adds a block's changes. Blocks come in order; one that is already included changes nothing. */
  apply({ sequence, createdAtMs, tallies, reasons }: LedgerBlock): void {
    if (sequence <= this.#appliedThrough) return
    this.#appliedThrough = sequence
    this.#revision++
    for (let at = 0; at < tallies.length; at += TALLY_STRIDE) this.#applyRow(tallies, at, createdAtMs)
    this.#reasons.apply(reasons)
  }

  /**
   * Adds what the primary sink's settling of a block means: every point that the block let through is stored.
   * `reject` takes back those that were refused.
   */
  settle(sequence: number, tallies: Int32Array): void {
    if (sequence <= this.#settledThrough) return
    this.#settledThrough = sequence
    this.#revision++
    for (let at = 0; at < tallies.length; at += TALLY_STRIDE) {
      this.#add(tallies[at]!, STORED, pointsForSinks(tallies, at))
    }
  }

  reject(slot: number, count: number, reason: ReasonCode): void {
    this.#revision++
    this.#reasons.add(slot, REASONS[reason], count)
    this.#add(slot, STORED, -count)
    this.#add(slot, Column.pointsDeadLettered, count)
  }

  totals(): Counts {
    return toCounts(this.#totals)
  }

  counts(slot: number): Counts {
    const page = this.#pages[Math.floor(slot / ROWS)]
    return page === undefined ? NOTHING : toCounts(page, (slot % ROWS) * STRIDE)
  }

  sum(slots: Iterable<number>): Counts {
    const sum = new Float64Array(STRIDE)
    for (const slot of slots) {
      const page = this.#pages[Math.floor(slot / ROWS)]
      if (page === undefined) continue
      const row = (slot % ROWS) * STRIDE
      for (let column = 0; column <= STORED; column++) sum[column]! += page[row + column]!
    }
    return toCounts(sum)
  }

  reasons(slots?: Iterable<number>): CountsByReason {
    return slots === undefined ? this.#reasons.totals() : this.#reasons.sum(slots)
  }

  lastReceivedMs(slot: number): number {
    return this.#pages[Math.floor(slot / ROWS)]?.[(slot % ROWS) * STRIDE + LAST_RECEIVED] ?? 0
  }

  value(slot: number, column: number): number {
    return this.#pages[Math.floor(slot / ROWS)]?.[(slot % ROWS) * STRIDE + column] ?? 0
  }

  /** One follower at the most. */
  follow(follower: LedgerFollower): void {
    this.#follower = follower
  }

  /** Writes what changed since the last checkpoint; joins the transaction of the caller. */
  write(): void {
    for (const number of this.#dirty) {
      // A copy: the write happens later, on another thread, while the page goes on changing.
      this.#table.put(number, Buffer.from(Buffer.from(this.#pages[number]!.buffer)))
    }
    this.#dirty.clear()
    this.#reasons.write()
    this.#table.put(CHECKPOINT, Buffer.from(JSON.stringify(this.checkpoint)))
  }

  /** After a checkpoint that did not reach the disk: every page is written again with the next one. */
  rewriteAll(): void {
    for (let number = 0; number < this.#pages.length; number++) this.#dirty.add(number)
    this.#reasons.rewriteAll()
  }

  #applyRow(tallies: Int32Array, at: number, createdAtMs: number): void {
    const slot = tallies[at]!
    const page = this.#pageOf(slot)
    const row = (slot % ROWS) * STRIDE
    for (let column = 0; column < TALLY_COLUMNS; column++) {
      const count = tallies[at + 1 + column]!
      page[row + column]! += count
      this.#totals[column]! += count
    }
    if (messagesOf(tallies, at) > 0) page[row + LAST_RECEIVED] = createdAtMs
    if (this.#follower !== undefined) tell(this.#follower, tallies, at)
  }

  #add(slot: number, column: number, count: number): void {
    this.#pageOf(slot)[(slot % ROWS) * STRIDE + column]! += count
    this.#totals[column]! += count
    this.#follower?.added(slot, column, count)
  }

  /** The page of a slot, which is about to change. */
  #pageOf(slot: number): Float64Array {
    const number = Math.floor(slot / ROWS)
    while (this.#pages.length <= number) this.#pages.push(new Float64Array(ROWS * STRIDE))
    this.#dirty.add(number)
    return this.#pages[number]!
  }

  #restore({ appliedThrough, settledThrough }: Checkpoint): void {
    this.#appliedThrough = appliedThrough
    this.#settledThrough = settledThrough
  }

  #load(number: number, record: Buffer): void {
    const page = this.#pageOf(number * ROWS)
    if (record.length === FORMER_PAGE_BYTES) widen(record, page)
    else record.copy(Buffer.from(page.buffer))
    this.#dirty.delete(number)
    for (let row = 0; row < page.length; row += STRIDE) {
      for (let column = 0; column <= STORED; column++) this.#totals[column]! += page[row + column]!
    }
  }
}

function widen(record: Buffer, page: Float64Array): void {
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < FORMER_STRIDE; column++) {
      const at = column < Column.carried ? column : column + 1
      page[row * STRIDE + at] = record.readDoubleLE((row * FORMER_STRIDE + column) * 8)
    }
  }
}

function tell(follower: LedgerFollower, tallies: Int32Array, at: number): void {
  const slot = tallies[at]!
  for (let column = 0; column < TALLY_COLUMNS; column++) {
    const count = tallies[at + 1 + column]!
    if (count !== 0) follower.added(slot, column, count)
  }
  if (messagesOf(tallies, at) > 0) follower.heard(slot)
}

/** Points of a tally row that go to the sinks. */
export function pointsForSinks(tallies: Int32Array, at: number): number {
  return (
    tallies[at + 1 + Column.pointsDecoded]! -
    tallies[at + 1 + Column.pointsFiltered]! -
    tallies[at + 1 + Column.pointsDeadLettered]!
  )
}

/** Of a row of columns: those of a tally, then `STORED_COLUMN`. */
export function toCounts(values: ArrayLike<number>, row = 0): Counts {
  const decoded = values[row + Column.pointsDecoded]!
  const filtered = values[row + Column.pointsFiltered]!
  const deadLettered = values[row + Column.pointsDeadLettered]!
  const stored = values[row + STORED]!
  return {
    messages: {
      received: values[row + Column.received]!,
      decoded: values[row + Column.decoded]!,
      ignored: values[row + Column.ignored]!,
      deadLettered: values[row + Column.deadLettered]!,
      refused: values[row + Column.refused]!,
    },
    points: { decoded, stored, filtered, deadLettered, pending: decoded - stored - filtered - deadLettered },
  }
}

const NOTHING = toCounts(new Float64Array(STRIDE))
