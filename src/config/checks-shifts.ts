import { MINUTES_PER_DAY, type MinuteSpan, minuteSpan, WEEKDAYS } from '../core/shift-pattern.js'
import type { GatewayConfig } from './schema.js'
import type { Violation } from './violation.js'

type ShiftConfig = GatewayConfig['shifts']['pattern'][number]

const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY

/** At any time of the week there is at most one shift; the last of Sunday may reach into Monday. */
export function shiftsApart({ shifts }: GatewayConfig): Violation[] {
  return shifts.pattern.flatMap((shift, at) => {
    const other = shifts.pattern.slice(0, at).findIndex((earlier) => collide(earlier, shift))
    if (other < 0) return []
    return [{ path: `shifts.pattern[${at}].start`, message: `overlaps with the shift of pattern[${other}]` }]
  })
}

function collide(a: ShiftConfig, b: ShiftConfig): boolean {
  return turnsOf(a).some((one) => turnsOf(b).some((other) => overlapInWeek(one, other)))
}

/** Minutes since the midnight before Monday. */
function turnsOf(shift: ShiftConfig): MinuteSpan[] {
  const { start, end } = minuteSpan(shift)
  return shift.days.map((day) => {
    const midnight = WEEKDAYS.indexOf(day) * MINUTES_PER_DAY
    return { start: midnight + start, end: midnight + end }
  })
}

function overlapInWeek(a: MinuteSpan, b: MinuteSpan): boolean {
  return [-MINUTES_PER_WEEK, 0, MINUTES_PER_WEEK].some(
    (offset) => a.start < b.end + offset && b.start + offset < a.end,
  )
}

/** What is counted per shift is found by its name and its day. */
export function oneShiftOfNamePerDay({ shifts }: GatewayConfig): Violation[] {
  return shifts.pattern.flatMap(({ name, days }, at) => {
    const other = shifts.pattern
      .slice(0, at)
      .findIndex((earlier) => earlier.name === name && earlier.days.some((day) => days.includes(day)))
    if (other < 0) return []
    const message = `is the name of pattern[${other}] too, on a day that both begin on`
    return [{ path: `shifts.pattern[${at}].name`, message }]
  })
}

/** Breaks lie within their shift and apart from each other. */
export function breaksWithinShifts({ shifts }: GatewayConfig): Violation[] {
  return shifts.pattern.flatMap((shift, at) => {
    const whole = minuteSpan(shift)
    const spans = shift.breaks.map((times) => minuteSpan(times, whole.start))
    return spans.flatMap((span, index) => {
      const path = `shifts.pattern[${at}].breaks[${index}].start`
      if (span.end > whole.end) return [{ path, message: 'is of a break outside of its shift' }]
      const other = spans.slice(0, index).findIndex((earlier) => overlapInWeek(earlier, span))
      return other < 0 ? [] : [{ path, message: `is of a break that overlaps with breaks[${other}]` }]
    })
  })
}
