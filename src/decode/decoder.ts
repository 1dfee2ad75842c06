import { FieldType, type PointBatch } from '../core/point-batch.js'

/** What a decoder may know of the topic, and remembers from one message of it to the next. */
export interface TopicMemory {
  /** The last level of the topic. */
  readonly lastLevel: string
  /** Keys in the order in which the last message had them, and the field names they stand for. */
  readonly keys: string[]
  readonly fields: string[]
}

export function newTopicMemory(topic: string): TopicMemory {
  return { lastLevel: topic.slice(topic.lastIndexOf('/') + 1), keys: [], fields: [] }
}

/**
 * Turns payloads into points. A decoder only adds to the batch; on an error the caller discards the batch, so that
 * a message counts as a whole or not at all.
 */
export interface Decoder {
  /** @throws {DecodeError} */
  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void
}

export type TimestampUnit = 'auto' | 's' | 'ms' | 'us' | 'ns' | 'iso8601'
export type FieldTypeName = 'float' | 'integer' | 'boolean' | 'string'

export interface DecoderOptions {
  /** Key of the timestamp in a payload; well-known keys are tried when absent. */
  readonly timestampKey?: string
  readonly timestampUnit: TimestampUnit
  /** Types by field name, where they differ from what the payload shows. */
  readonly fieldTypes: Readonly<Record<string, FieldTypeName>>
  /** Name of the field for payloads that are one bare value; the last topic level when absent. */
  readonly field?: string
}

/** Codes are stable: operators filter dead letters by them. */
export type DecodeErrorCode =
  | 'malformed'
  | 'not_utf8'
  | 'no_fields'
  | 'bad_timestamp'
  | 'bad_type'
  | 'out_of_range'
  | 'too_deep'
  | 'decoder_failed'

export class DecodeError extends Error {
  readonly code: DecodeErrorCode

  constructor(code: DecodeErrorCode, message: string) {
    super(message)
    this.name = 'DecodeError'
    this.code = code
  }
}

export const FIELD_TYPES: Readonly<Record<FieldTypeName, FieldType>> = FieldType
