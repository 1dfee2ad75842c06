/** One turn of a shift, as the calendar of the configuration has it. */
export interface Shift {
  /** Name in the configuration, such as `early`. */
  readonly name: string
  /** The local day on which it begins, `2026-11-21`. */
  readonly day: string
  /** Epoch milliseconds; the end is exclusive. On the days when clocks change, an hour longer or shorter. */
  readonly startMs: number
  readonly endMs: number
  /** Milliseconds of planned breaks within it. */
  readonly plannedBreaksMs: number
  /** Where they are, in order and apart; for planned time before the end of the shift. */
  readonly breaks?: readonly { readonly startMs: number; readonly endMs: number }[]
}

export interface ShiftCalendar {
  /** The shift at an instant; undefined between shifts. */
  at(epochMs: number): Shift | undefined
  /** The first shift that begins after an instant; undefined without any. */
  next(epochMs: number): Shift | undefined
}
