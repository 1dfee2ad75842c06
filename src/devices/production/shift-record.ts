import type { Shift } from '../../core/shifts.js'
import type { Table } from '../../core/state.js'

/** Which shift the totals on disk are of; kept under `SHIFT_KEY`. */
export interface ShiftRecord {
  /** The one that totals are kept for; null between shifts. */
  readonly current: Shift | null
  /** One that ended and is not closed. */
  readonly unclosed: Shift | null
}

export const SHIFT_KEY = 'shift'

export function readShiftRecord(table: Table): ShiftRecord {
  const record = table.get(SHIFT_KEY)
  return record === undefined ? { current: null, unclosed: null } : JSON.parse(record.toString())
}
