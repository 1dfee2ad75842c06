/** What the forwarder sends in one request: the lines of one or more consecutive blocks, or a part of them. */
export interface SinkBatch {
  /** Identity of the spool that the sequences belong to: a new spool starts again at 1. */
  readonly spoolId: string
  readonly firstSequence: number
  readonly lastSequence: number
  /** Chunks of line protocol, nanosecond precision; each ends with `\n`. Never empty. */
  readonly chunks: readonly Buffer[]
  /** The block that each chunk is of, ascending. After a crash blocks come again, in batches cut elsewhere. */
  readonly sequences: readonly number[]
  readonly bytes: number
  readonly points: number
  /** Set on the parts of a batch that was rejected; they have its `firstSequence` and `lastSequence`. */
  readonly part?: BatchPart
}

/** Parts are sent one after the other in the order of their lines, no line twice once it was stored. */
export interface BatchPart {
  /** 0, 1, 2, … in the order of sending; a part that was itself rejected is followed by its own parts. */
  readonly index: number
  /** The part ends with the last line of the batch. */
  readonly isLast: boolean
}

/**
 * What became of a batch; a sink never throws from `write`.
 * `stored`: durable in the store. `rejected`: the store will never take the batch as it is (a 4xx): the
 * forwarder isolates the poison by bisection. `retry`: try the same batch again, not before `afterMs`.
 */
export type Verdict =
  | { readonly kind: 'stored' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }

export const STORED: Verdict = { kind: 'stored' }

export const AGGREGATES = ['mean', 'min', 'max', 'last', 'count'] as const
export type Aggregate = (typeof AGGREGATES)[number]

export interface HistoryQuery {
  /**
   * Tags that select the device: site, area, line, device. A level that is empty is one that its series do not have: those of
   * a device of the same name elsewhere are not meant.
   */
  readonly tags: Readonly<Record<string, string>>
  readonly field: string
  /** All measurements that have the field when absent. */
  readonly measurement?: string
  /** Epoch milliseconds, inclusive. */
  readonly fromMs: number
  /** Epoch milliseconds, exclusive. */
  readonly toMs: number
  /** Width of a window in milliseconds, windows aligned to the epoch; raw points when absent. */
  readonly everyMs?: number
  /** `last` when `everyMs` is given without it. */
  readonly aggregate?: Aggregate
  /** Rows at the most; the oldest first. */
  readonly limit: number
}

export interface HistoryRow {
  /** RFC 3339, UTC, as many decimals as are not zero (up to nine). */
  readonly time: string
  /** Integers beyond 2^53 come as bigint and are serialised as strings. */
  readonly value: number | bigint | string | boolean
}

/** A store that takes line protocol and answers history. Constructors only assign; `start` and `close` do I/O. */
export interface Sink {
  readonly name: string
  readonly type: string
  /** Largest batch that `write` should be given. */
  readonly maxBatchBytes: number
  /** How many `write` calls may run at once; 1 means that batches come strictly in order. */
  readonly maxInFlight: number
  /** Prepares the store (creates database, retention policy, tables). The forwarder calls it again after an error. */
  start(): Promise<void>
  write(batch: SinkBatch): Promise<Verdict>
  query(query: HistoryQuery): Promise<HistoryRow[]>
  close(): Promise<void>
}
