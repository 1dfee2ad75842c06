/**
 * The ledger's columns. A tally row is what one block changes for one device; a ledger row is the sum.
 * Messages: `received = decoded + ignored + deadLettered + refused`.
 * Points: `decoded = stored + filtered + deadLettered + pending`; pending is derived, never counted.
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
} as const
export type Column = (typeof Column)[keyof typeof Column]

/** Columns that a block can change; `stored` is added by settling alone. */
export const TALLY_COLUMNS = 8

/** 32-bit words per tally row: the device's slot, then one word per column. */
export const TALLY_STRIDE = 1 + TALLY_COLUMNS

/**
 * The changes of one block, one row per device touched, in order of first touch.
 *
 *     rows   │ slot │ received │ decoded │ … │ pointsDeadLettered │ slot │ received │ …
 *     rowOf[slot] = index of the device's row in `rows`, while `mark[slot]` holds this block's number
 */
export class Tally {
  rows = new Uint32Array(TALLY_STRIDE * 64)
  length = 0
  #rowOf = new Uint32Array(1024)
  #mark = new Float64Array(1024)
  #block = 1

  add(slot: number, column: Column, count: number): void {
    const row = this.#mark[slot] === this.#block ? this.#rowOf[slot]! : this.#newRow(slot)
    this.rows[row + 1 + column]! += count
  }

  /** The rows so far, as a copy; the tally starts anew. */
  take(): Uint32Array {
    const taken = this.rows.slice(0, this.length)
    this.length = 0
    this.#block++
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
    const grown = new Uint32Array(this.rows.length * 2)
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
