export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** Local times of day, `HH:MM`; an end at or before its start is that of the next day. */
export interface LocalTimes {
  readonly start: string
  readonly end: string
}

/** A shift as the configuration has it. `days` are those on which it begins. */
export interface ShiftPattern extends LocalTimes {
  readonly name: string
  readonly days: readonly Weekday[]
  readonly breaks: readonly LocalTimes[]
}

export const MINUTES_PER_DAY = 1_440

/** Minutes since the midnight before a shift begins, as the clock on the wall counts them. */
export interface MinuteSpan {
  readonly start: number
  readonly end: number
}

/** `notBefore`: the start of the shift, for its breaks; a time before it is that of the next day. */
export function minuteSpan(times: LocalTimes, notBefore = 0): MinuteSpan {
  const ofDay = minuteOfDay(times.start)
  const start = ofDay < notBefore ? ofDay + MINUTES_PER_DAY : ofDay
  let end = minuteOfDay(times.end)
  while (end <= start) end += MINUTES_PER_DAY
  return { start, end }
}

function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}
