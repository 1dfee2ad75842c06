/** What a fleet file takes as a span of time; the sign only where a span may go backwards. */
export const DURATION = '^\\d+(\\.\\d+)?(ms|s|m|h)$'
export const SIGNED_DURATION = '^-?\\d+(\\.\\d+)?(ms|s|m|h)$'

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Milliseconds in a text of the form `DURATION` or `SIGNED_DURATION`. */
export function durationMs(text: string): number {
  const unit = /[a-z]+$/.exec(text)?.[0] ?? ''
  return Number(text.slice(0, text.length - unit.length)) * UNIT_MS[unit]!
}
