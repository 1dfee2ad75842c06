/**
 * Every reason under which the ledger counts what did not simply pass, or did not pass as it came. The code is what
 * operators filter by; the number is what is on disk. Neither ever changes, and no number is given twice.
 */
export const REASONS = {
  // A message that could not be decoded.
  malformed: 1,
  not_utf8: 2,
  no_fields: 3,
  bad_name: 4,
  bad_timestamp: 5,
  bad_type: 6,
  out_of_range: 7,
  too_deep: 8,
  decoder_failed: 9,
  too_large: 10,
  no_records: 11,
  expression_failed: 12,
  expression_timeout: 13,
  /** Held until the edge node has sent its birth certificate; replayed then. */
  awaiting_birth: 14,
  /** Held until the message that explains its names has come; replayed then. */
  awaiting_names: 15,
  unknown_type: 16,

  // A point that a sink did not take, or that never reached one.
  sink_rejected: 32,
  spool_dropped: 33,
  block_damaged: 34,

  // A point that was left out on purpose.
  skipped: 48,
  duplicate: 49,
  deadband: 50,
  rate_limited: 51,
  out_of_bounds: 52,
  device_rejected: 53,

  // A point that quality refused.
  bad_quality: 64,
  clock_unset: 65,
  clock_beyond: 66,
  type_changed: 67,
  value_out_of_bounds: 68,
  series_budget: 69,
  unit_unknown: 70,

  // What a client may not say.
  publish_refused: 80,
  speaker_refused: 81,

  // A point that passed, but not as it came.
  time_replaced: 96,
  time_moved: 97,
  type_coerced: 98,
  value_clamped: 99,
} as const

export type ReasonCode = keyof typeof REASONS

const CODES = new Map(Object.entries(REASONS).map(([code, number]) => [number as number, code as ReasonCode]))

/** The code of a number that was read from disk; undefined for one that a later version gave. */
export function reasonOf(number: number): ReasonCode | undefined {
  return CODES.get(number)
}
