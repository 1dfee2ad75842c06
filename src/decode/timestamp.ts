import type { TimestampUnit } from './decoder.js'

/** Decimals that a unit lacks to nanoseconds. */
const SCALE = { s: 9, ms: 6, us: 3, ns: 0 } as const
const DECIMAL = /^(\d+)(?:\.(\d+))?$/
const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d):?(\d\d))?$/
const LEADING_ZEROS = /^0+(?=\d)/
/** InfluxDB keeps the last nanosecond of 64 bits for itself. */
const MAX_NS = '9223372036854775806'
/** Of the years 2001 to 2255, which is what nearly all devices send. */
const MILLISECONDS = /^[1-8]\d{12}$/
/** Before this year, no offset makes a time that is after the epoch. */
const FIRST_YEAR = 1969

/**
 * A timestamp as nanoseconds since the epoch in decimal text without leading zeros, or undefined if `text` is none in
 * this unit. With `auto`, the unit of a number is found by its magnitude: 9–11 digits are seconds (from
 * 1973), 12–14 milliseconds, 15–17 microseconds, 18–19 nanoseconds; smaller numbers are no timestamps. Text may be ISO 8601
 * unless a unit of numbers is set; without an offset it is taken as UTC. Digits below the nanosecond are cut off. Times
 * before 1970 and after 2262-04-11, which InfluxDB cannot hold, are none.
 */
export function toNanoseconds(text: string, unit: TimestampUnit): string | undefined {
  if (unit === 'iso8601') return isoToNanoseconds(text)
  if ((unit === 'auto' || unit === 'ms') && text.length === 13 && MILLISECONDS.test(text))
    return `${text}000000`
  const decimal = DECIMAL.exec(text)
  if (decimal === null) return unit === 'auto' ? isoToNanoseconds(text) : undefined
  const whole = decimal[1]!.replace(LEADING_ZEROS, '')
  const known = unit === 'auto' ? unitByMagnitude(whole.length) : unit
  if (known === undefined) return undefined
  const scale = SCALE[known]
  return withinRange(whole + (decimal[2] ?? '').slice(0, scale).padEnd(scale, '0'))
}

function withinRange(digits: string): string | undefined {
  const ns = digits.replace(LEADING_ZEROS, '')
  return ns.length > MAX_NS.length || (ns.length === MAX_NS.length && ns > MAX_NS) ? undefined : ns
}

function unitByMagnitude(digits: number): keyof typeof SCALE | undefined {
  if (digits < 9 || digits > 19) return undefined
  if (digits <= 11) return 's'
  if (digits <= 14) return 'ms'
  return digits <= 17 ? 'us' : 'ns'
}

function isoToNanoseconds(text: string): string | undefined {
  const match = ISO_8601.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const offset = offsetSeconds(match[8], Number(match[9] ?? 0), Number(match[10] ?? 0))
  if (year < FIRST_YEAR || hour > 23 || minute > 59 || second > 59 || offset === undefined) return undefined
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // A day that the month does not have rolls over into the next.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const seconds = date.getTime() / 1000 - offset
  return seconds < 0 ? undefined : withinRange(`${seconds}${(match[7] ?? '').slice(0, 9).padEnd(9, '0')}`)
}

function offsetSeconds(sign: string | undefined, hours: number, minutes: number): number | undefined {
  if (hours > 23 || minutes > 59) return undefined
  const seconds = hours * 3_600 + minutes * 60
  return sign === '-' ? -seconds : seconds
}
