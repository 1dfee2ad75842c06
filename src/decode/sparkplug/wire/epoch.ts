import { DecodeError } from '../../decoder.js'

/** The last whole millisecond that nanoseconds in 64 bits reach: 2262-04-11. */
const MAX_MS = 9_223_372_036_854

/** Nanoseconds in decimal of epoch milliseconds in decimal; '' of ''. @throws {DecodeError} beyond 64 bits. */
export function epochNanoseconds(timestampMs: string): string {
  if (timestampMs === '' || timestampMs === '0') return timestampMs
  if (Number(timestampMs) > MAX_MS)
    throw new DecodeError('bad_timestamp', `${timestampMs} ms is beyond the year 2262`)
  return `${timestampMs}000000`
}
