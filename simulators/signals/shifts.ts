const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Milliseconds since midnight; `to` may lie before `from`, then the shift ends on the next day. */
export interface Shift {
  readonly fromMs: number
  readonly toMs: number
}

/** `HH:MM` as milliseconds since midnight. */
export function timeOfDayMs(text: string): number {
  const [hours, minutes] = text.split(':').map(Number)
  return (hours! * 60 + minutes!) * MINUTE_MS
}

/** `HH:MM-HH:MM` as a shift. */
export function parseShift(text: string): Shift {
  const [from, to] = text.split('-')
  return { fromMs: timeOfDayMs(from!), toMs: timeOfDayMs(to!) }
}

/** Whether people are at the machines at a time of day: during a shift, once its handover is over. */
export function isStaffed(shifts: readonly Shift[], handoverMs: number, timeMs: number): boolean {
  const timeOfDay = ((timeMs % DAY_MS) + DAY_MS) % DAY_MS
  return shifts.some(({ fromMs, toMs }) => {
    const lengthMs = (toMs - fromMs + DAY_MS) % DAY_MS || DAY_MS
    const sinceMs = (timeOfDay - fromMs + DAY_MS) % DAY_MS
    return sinceMs >= handoverMs && sinceMs < lengthMs
  })
}
