/**
 * The unit of commit, of forwarding and of settling: the points and the ledger changes of the messages that
 * were accepted within one flush interval.
 */
export interface Block {
  /** 1, 2, 3, … without gaps, for the life of the spool. */
  readonly sequence: number
  readonly createdAtMs: number
  /** Lines in `lines`. */
  readonly points: number
  /** Points of all blocks up to and including this one, for the life of the spool. */
  readonly pointsThrough: number
  /** InfluxDB line protocol, nanosecond precision, each line ended by `\n`. May be empty. */
  readonly lines: Buffer
  /** Ledger changes, `TALLY_STRIDE` words a device. */
  readonly tallies: Int32Array
  /** Ledger changes by reason, `REASON_STRIDE` words each. */
  readonly reasons: Int32Array
}

/** A point that a sink refused for good, found while settling a block. */
export interface RejectedLine {
  readonly line: string
  /** The sink's own words. */
  readonly reason: string
}
