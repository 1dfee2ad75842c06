import { REASONS, type ReasonCode } from './reasons.js'

/**
 * The ledger's columns. A tally row is what one block changes for one device; a ledger row is the sum.
 * Messages: `received = decoded + ignored + deadLettered + refused`.
 * Points: `decoded = stored + filtered + deadLettered + pending`; pending is derived, never counted.
 * Beside the two, `carried` counts messages of other devices that held points of this one.
 */
export const Column = {
  received: 0,
  decoded: 1,
  ignored: 2,
  deadLettered: 3,
  refused: 4,
  pointsDecoded: 5,
  pointsFiltered: 6,
  pointsDeadLettered: 7,
  carried: 8,
} as const
export type Column = (typeof Column)[keyof typeof Column]

/** Columns that a block can change; `stored` is added by settling alone. */
export const TALLY_COLUMNS = 9

/** 32-bit words per tally row: the device's slot, then one word per column. */
export const TALLY_STRIDE = 1 + TALLY_COLUMNS

/** 32-bit words per change of a count by reason: the device's slot, the number of the reason, the count. */
export const REASON_STRIDE = 3

/** What a block changes in the ledger. */
export interface TallyRows {
  readonly tallies: Int32Array
  readonly reasons: Int32Array
}

const REASON_BITS = 8
export const NO_REASONS = new Int32Array(0)

/**
 * The changes of one block, one row per device touched, in order of first touch. Counts go down only where what was
 * counted one way is counted another from now on: a dead letter that is replayed, a point that was held back.
 *
 *     rows      │ slot │ received │ decoded │ … │ carried │ slot │ received │ …
 *     rowOf[slot] = index of the device's row in `rows`, while `mark[slot]` holds this block's number
 *     reasons   slot · 256 + number of the reason → count
 */
export class Tally {
  rows = new Int32Array(TALLY_STRIDE * 64)
  length = 0
  readonly #reasons = new Map<number, number>()
  #rowOf = new Uint32Array(1024)
  #mark = new Float64Array(1024)
  #block = 1

  add(slot: number, column: Column, count: number): void {
    const row = this.#mark[slot] === this.#block ? this.#rowOf[slot]! : this.#newRow(slot)
    this.rows[row + 1 + column]! += count
  }

  /** Beside the column, or for what passed, but not as it came. */
  addReason(slot: number, reason: ReasonCode, count: number): void {
    const key = slot * (1 << REASON_BITS) + REASONS[reason]
    this.#reasons.set(key, (this.#reasons.get(key) ?? 0) + count)
  }

  /** The changes so far, as a copy; the tally starts anew. */
  take(): TallyRows {
    const tallies = this.rows.slice(0, this.length)
    this.length = 0
    this.#block++
    return { tallies, reasons: this.#takeReasons() }
  }

  #takeReasons(): Int32Array {
    if (this.#reasons.size === 0) return NO_REASONS
    const taken = new Int32Array(this.#reasons.size * REASON_STRIDE)
    let at = 0
    for (const [key, count] of this.#reasons) {
      taken[at++] = Math.floor(key / (1 << REASON_BITS))
      taken[at++] = key % (1 << REASON_BITS)
      taken[at++] = count
    }
    this.#reasons.clear()
    return taken
  }

  #newRow(slot: number): number {
    if (slot >= this.#mark.length) this.#growSlots(slot)
    const row = this.length
    if (row + TALLY_STRIDE > this.rows.length) this.#growRows()
    this.rows.fill(0, row, row + TALLY_STRIDE)
    this.rows[row] = slot
    this.#rowOf[slot] = row
    this.#mark[slot] = this.#block
    this.length = row + TALLY_STRIDE
    return row
  }

  #growRows(): void {
    const grown = new Int32Array(this.rows.length * 2)
    grown.set(this.rows)
    this.rows = grown
  }

  #growSlots(slot: number): void {
    const size = Math.max(slot + 1, this.#mark.length * 2)
    const rowOf = new Uint32Array(size)
    const mark = new Float64Array(size)
    rowOf.set(this.#rowOf)
    mark.set(this.#mark)
    this.#rowOf = rowOf
    this.#mark = mark
  }
}

/** Of a tally row: messages of the device, and of others that carried points of it. */
export function messagesOf(tallies: Int32Array, at: number): number {
  return tallies[at + 1 + Column.received]! + tallies[at + 1 + Column.carried]!
}
