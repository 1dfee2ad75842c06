import { invalidParameter } from './problem.js'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION = /^(\d{1,15})(ms|s|m|h|d)?$/
const RFC_3339 = /^(\d{4}-(\d\d)-(\d\d))(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:[Zz]|([+ -])(\d\d:\d\d)))?$/
/** The largest time that a Date can hold. */
const MAX_TIME_MS = 8_640_000_000_000_000

/** Milliseconds of `10s`, `1m`, `1h`, `1d`, `500ms` or `500`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * UNIT_MS[(match[2] ?? 'ms') as keyof typeof UNIT_MS]
}

/** Epoch milliseconds of RFC 3339, of epoch milliseconds, of `now`, or of a time before now such as `-1h`. */
export function parseTime(name: string, text: string, nowMs: number): number {
  const ms = text === 'now' ? nowMs : text.startsWith('-') ? before(text, nowMs) : absolute(text)
  if (ms === undefined || !(Math.abs(ms) <= MAX_TIME_MS)) {
    throw invalidParameter(
      name,
      'must be RFC 3339 (2026-01-31T08:00:00Z), epoch milliseconds, or relative (-1h)',
    )
  }
  return ms
}

function before(text: string, nowMs: number): number | undefined {
  const duration = parseDuration(text.slice(1))
  return duration === undefined ? undefined : nowMs - duration
}

function absolute(text: string): number | undefined {
  if (/^\d{1,16}$/.test(text)) return Number(text)
  const match = RFC_3339.exec(text)
  if (match === null) return undefined
  const [, date, month, day, time = '00:00', sign, offset] = match
  // Date.parse would take 30 February for 2 March.
  const midnight = new Date(`${date}T00:00:00Z`)
  if (midnight.getUTCMonth() + 1 !== Number(month) || midnight.getUTCDate() !== Number(day)) return undefined
  // A plus sign that was not percent-encoded in a query arrives as a space.
  const zone = offset === undefined ? 'Z' : `${sign === '-' ? '-' : '+'}${offset}`
  return Date.parse(`${date}T${time}${zone}`)
}
