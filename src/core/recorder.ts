import type { FieldType, Tag } from './point-batch.js'

/** A field of a point that the gateway makes itself; `text` as in a PointBatch. */
export interface RecordedField {
  readonly name: string
  readonly type: FieldType
  readonly text: string
}

/**
 * Where the gateway puts points of its own (measurements `presence`, `networking`, `production`): through the spool, to
 * every sink. The ledger counts them under no device.
 */
export interface Recorder {
  /** `timeMs`: epoch milliseconds; the time of the call, unique, when absent. */
  record(measurement: string, tags: readonly Tag[], fields: readonly RecordedField[], timeMs?: number): void
}
