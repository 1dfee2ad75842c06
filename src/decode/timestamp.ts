import type { TimestampUnit } from './decoder.js'

/** Decimals that a unit lacks to nanoseconds. */
const SCALE = { s: 9, ms: 6, us: 3, ns: 0 } as const
const DECIMAL = /^(\d+)(?:\.(\d+))?$/
const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])(\d\d):?(\d\d))?$/
const MAX_NS = '9223372036854775807'

/**
 * A timestamp as nanoseconds since the epoch in decimal text, or undefined if `text` is none in this unit. With
 * `auto`, the unit of a number is found by its magnitude: 9–11 digits are seconds (1973 to 5138), 12–14
 * milliseconds, 15–17 microseconds, 18–19 nanoseconds; smaller numbers are no timestamps. Text may be ISO 8601;
 * without an offset it is taken as UTC.
 */
export function toNanoseconds(text: string, unit: TimestampUnit): string | undefined {
  if (unit === 'iso8601') return isoToNanoseconds(text)
  const first = text.charCodeAt(0)
  if (first < 48 || first > 57) return undefined
  if (unit === 'ms' && text.length === 13 && /^\d+$/.test(text)) return `${text}000000`
  const decimal = DECIMAL.exec(text)
  if (decimal === null) return unit === 'auto' ? isoToNanoseconds(text) : undefined
  const whole = decimal[1]!
  const known = unit === 'auto' ? unitByMagnitude(whole.length) : unit
  if (known === undefined) return undefined
  const scale = SCALE[known]
  const digits = whole + (decimal[2] ?? '').slice(0, scale).padEnd(scale, '0')
  const ns = digits.replace(/^0+(?=\d)/, '')
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
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // A day that the month does not have rolls over into the next.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const offsetMinutes = Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)
  const seconds = date.getTime() / 1000 - (match[8] === '-' ? -offsetMinutes : offsetMinutes) * 60
  return seconds < 0
    ? undefined
    : `${seconds}${(match[7] ?? '').slice(0, 9).padEnd(9, '0')}`.replace(/^0+(?=\d)/, '')
}
