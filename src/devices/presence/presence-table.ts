import type { StateStore, Table } from '../../core/state.js'
import { decodeRow, encodeRow, LAST_TRANSITION, type PresenceRow } from './presence-row.js'

/** Rows of presence on disk. A row is written as it is now, in the transaction of the block that is open now. */
export class PresenceTable {
  readonly #table: Table
  readonly #alongside: (write: () => void) => void

  constructor(state: StateStore, alongside: (write: () => void) => void) {
    this.#table = state.table('presence')
    this.#alongside = alongside
  }

  /** Id of the last transition of earlier runs. Rows of another version are passed over. */
  read(each: (slot: number, row: PresenceRow) => void): number {
    let lastTransition = 0
    for (const { key, value } of this.#table.entries()) {
      if (key === LAST_TRANSITION) lastTransition = Math.max(lastTransition, value.readDoubleLE())
      const row = typeof key === 'number' ? decodeRow(value) : undefined
      if (row === undefined) continue
      lastTransition = Math.max(lastTransition, row.transition)
      each(Number(key), row)
    }
    return lastTransition
  }

  write(slot: number, row: PresenceRow): void {
    const bytes = encodeRow(row)
    this.#alongside(() => this.#table.put(slot, bytes))
  }

  /** The row's part in the numbering of transitions is kept. */
  remove(slot: number, lastTransition: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(lastTransition)
    this.#alongside(() => {
      this.#table.put(LAST_TRANSITION, bytes)
      this.#table.remove(slot)
    })
  }
}
