import type { PointBatch } from '../core/point-batch.js'

/**
 * What a decoder may know of the topic, and remembers from one message of it to the next. Memory makes decoding
 * faster and never changes its result.
 */
export interface TopicMemory {
  /** The last level of the topic. */
  readonly lastLevel: string
  /** Keys in the order in which the last message had them, as they stand in the payload, escapes and all. */
  readonly keys: string[]
  /** The names that the keys were joined to, and the field names that they stand for. */
  readonly prefixes: string[]
  readonly fields: string[]
  /** Field names of a point that are known to be all different. */
  readonly distinct: string[]
}

export function newTopicMemory(topic: string): TopicMemory {
  const lastLevel = topic.slice(topic.lastIndexOf('/') + 1)
  return { lastLevel, keys: [], prefixes: [], fields: [], distinct: [] }
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

/** Why a payload was refused. Codes are stable: operators filter dead letters by them. See docs/decoders.md. */
export const DECODE_ERROR_CODES = [
  'malformed',
  'not_utf8',
  'no_fields',
  'bad_name',
  'bad_timestamp',
  'bad_type',
  'out_of_range',
  'too_deep',
  'decoder_failed',
] as const
export type DecodeErrorCode = (typeof DECODE_ERROR_CODES)[number]

export class DecodeError extends Error {
  readonly code: DecodeErrorCode

  constructor(code: DecodeErrorCode, message: string) {
    super(message)
    this.name = 'DecodeError'
    this.code = code
  }
}
