import type { Shift, ShiftCalendar } from '../../core/shifts.js'

/** What totals are kept for: a shift, or the time between two. */
export interface Period {
  /** Tells periods apart, also after a restart. */
  readonly key: number
  readonly shift: Shift | undefined
  /** Epoch milliseconds; exclusive. */
  readonly endMs: number
}

const NEVER = Number.MAX_SAFE_INTEGER

export function periodAt(calendar: ShiftCalendar, epochMs: number): Period {
  const shift = calendar.at(epochMs)
  if (shift !== undefined) return periodOf(shift)
  const endMs = calendar.next(epochMs)?.startMs ?? NEVER
  return { key: -endMs, shift: undefined, endMs }
}

export function periodOf(shift: Shift): Period {
  return { key: shift.startMs, shift, endMs: shift.endMs }
}

/**
 * Milliseconds of planned busy time of a shift between two instants. Where the calendar does not say when the breaks
 * are, they count as spread evenly over the shift.
 */
export function plannedMs(shift: Shift, fromMs: number, toMs: number): number {
  const from = Math.max(fromMs, shift.startMs)
  const to = Math.min(toMs, shift.endMs)
  if (to <= from) return 0
  const lengthMs = shift.endMs - shift.startMs
  if (shift.breaks === undefined) return (to - from) * (1 - shift.plannedBreaksMs / lengthMs)
  const inBreaks = shift.breaks.reduce(
    (sum, { startMs, endMs }) => sum + overlap(from, to, startMs, endMs),
    0,
  )
  return to - from - inBreaks
}

function overlap(from: number, to: number, startMs: number, endMs: number): number {
  return Math.max(0, Math.min(to, endMs) - Math.max(from, startMs))
}
