/**
 * The shift calendar: the configuration's pattern, laid over the calendar of a time zone.
 *
 * The clock on the wall rules. A shift lasts from its start to its end as that clock shows them, so on the nights when
 * clocks change it is an hour longer or shorter. A time that the clock skips, or shows twice, is resolved as Temporal's
 * "compatible" (RFC 5545 does the same): the skipped time is moved on by the hour that is skipped, and of two the
 * earlier is meant.
 *
 * Times inside a skipped hour land behind times right after it, which would let two shifts overlap. A shift therefore
 * ends at the latest when one that follows it in the pattern begins; a shift of which nothing is left is not held.
 */
import { Temporal } from 'temporal-polyfill'
import {
  MINUTES_PER_DAY,
  type MinuteSpan,
  minuteSpan,
  type ShiftPattern,
  WEEKDAYS,
} from '../../core/shift-pattern.js'
import type { Shift, ShiftCalendar } from '../../core/shifts.js'

export interface ShiftCalendarOptions {
  /** IANA name, such as `Europe/Berlin`. */
  readonly timezone: string
  /** No two overlap; without any, there is one shift called `day` from midnight to midnight. */
  readonly pattern: readonly ShiftPattern[]
}

const WHOLE_DAY: ShiftPattern = { name: 'day', start: '00:00', end: '24:00', days: WEEKDAYS, breaks: [] }

/** Days before and after a day whose shifts can reach into it, where a zone skips a whole day. */
const REACH_DAYS = 2
/** A shift of one weekday comes again within this many days, though a zone may skip the day once. */
const LOOK_AHEAD_DAYS = 15

/** An entry of the pattern in minutes of the wall clock. */
interface Turn {
  readonly name: string
  readonly span: MinuteSpan
  readonly breaks: readonly MinuteSpan[]
  readonly weekdays: ReadonlySet<number>
}

interface Held {
  readonly turn: Turn
  readonly date: Temporal.PlainDate
  readonly startMs: number
  endMs: number
}

export class ConfiguredShifts implements ShiftCalendar {
  readonly #timezone: string
  /** In the order of the day. */
  readonly #turns: readonly Turn[]
  #day: { readonly startMs: number; readonly endMs: number; readonly shifts: readonly Shift[] } | undefined
  #next: { readonly afterMs: number; readonly shift: Shift } | undefined

  constructor({ timezone, pattern }: ShiftCalendarOptions) {
    this.#timezone = timezone
    const turns = (pattern.length === 0 ? [WHOLE_DAY] : pattern).map(toTurn)
    this.#turns = turns.sort((a, b) => a.span.start - b.span.start)
  }

  at(epochMs: number): Shift | undefined {
    const shifts = this.#shiftsAround(epochMs)
    return shifts.find(({ startMs, endMs }) => startMs <= epochMs && epochMs < endMs)
  }

  next(epochMs: number): Shift | undefined {
    const known = this.#next
    if (known !== undefined && known.afterMs <= epochMs && epochMs < known.shift.startMs) return known.shift
    const today = this.#dateOf(epochMs)
    const coming = this.#shifts(today.subtract({ days: REACH_DAYS }), today.add({ days: LOOK_AHEAD_DAYS }))
    const shift = coming.find(({ startMs }) => startMs > epochMs)
    this.#next = shift === undefined ? undefined : { afterMs: epochMs, shift }
    return shift
  }

  /** The shifts that can hold an instant; worked out once a day. */
  #shiftsAround(epochMs: number): readonly Shift[] {
    const known = this.#day
    if (known !== undefined && known.startMs <= epochMs && epochMs < known.endMs) return known.shifts
    const date = this.#dateOf(epochMs)
    const shifts = this.#shifts(date.subtract({ days: REACH_DAYS }), date)
    this.#day = { startMs: this.#instant(date, 0), endMs: this.#instant(date, MINUTES_PER_DAY), shifts }
    return shifts
  }

  #dateOf(epochMs: number): Temporal.PlainDate {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(epochMs))
      .toZonedDateTimeISO(this.#timezone)
      .toPlainDate()
  }

  /** The shifts that begin on these local days, both included, in order. */
  #shifts(first: Temporal.PlainDate, last: Temporal.PlainDate): Shift[] {
    const held: Held[] = []
    const end = last.add({ days: REACH_DAYS })
    for (let date = first; Temporal.PlainDate.compare(date, end) <= 0; date = date.add({ days: 1 })) {
      for (const turn of this.#turns) if (turn.weekdays.has(date.dayOfWeek)) held.push(this.#hold(turn, date))
    }
    cutAtFollowers(held)
    return held
      .filter(({ date, startMs, endMs }) => endMs > startMs && Temporal.PlainDate.compare(date, last) <= 0)
      .map((shift) => this.#toShift(shift))
  }

  #hold(turn: Turn, date: Temporal.PlainDate): Held {
    const { start, end } = turn.span
    return { turn, date, startMs: this.#instant(date, start), endMs: this.#instant(date, end) }
  }

  #toShift({ turn, date, startMs, endMs }: Held): Shift {
    let plannedBreaksMs = 0
    const breaks: { startMs: number; endMs: number }[] = []
    let throughMs = startMs
    for (const { start, end } of turn.breaks) {
      const fromMs = Math.max(throughMs, this.#instant(date, start))
      throughMs = Math.max(fromMs, Math.min(endMs, this.#instant(date, end)))
      plannedBreaksMs += throughMs - fromMs
      if (throughMs > fromMs) breaks.push({ startMs: fromMs, endMs: throughMs })
    }
    return { name: turn.name, day: date.toString(), startMs, endMs, plannedBreaksMs, breaks }
  }

  #instant(date: Temporal.PlainDate, minute: number): number {
    const day = date.add({ days: Math.floor(minute / MINUTES_PER_DAY) })
    const ofDay = minute % MINUTES_PER_DAY
    return day
      .toPlainDateTime({ hour: Math.floor(ofDay / 60), minute: ofDay % 60 })
      .toZonedDateTime(this.#timezone, { disambiguation: 'compatible' }).epochMilliseconds
  }
}

/** `held` is in the order of the wall clock, which is that of the instants but for skipped hours. */
function cutAtFollowers(held: readonly Held[]): void {
  let followerMs = Number.POSITIVE_INFINITY
  for (const shift of held.toReversed()) {
    shift.endMs = Math.min(shift.endMs, followerMs)
    followerMs = Math.min(followerMs, shift.startMs)
  }
}

function toTurn(shift: ShiftPattern): Turn {
  const span = minuteSpan(shift)
  const breaks = shift.breaks.map((times) => minuteSpan(times, span.start))
  return {
    name: shift.name,
    span,
    breaks: breaks.sort((a, b) => a.start - b.start),
    weekdays: new Set(shift.days.map((day) => WEEKDAYS.indexOf(day) + 1)),
  }
}
