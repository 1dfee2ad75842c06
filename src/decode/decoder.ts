import type { TopicLevels } from '../core/device.js'
import type { PointBatch } from '../core/point-batch.js'
import type { REASONS } from '../core/reasons.js'
import type { Compression } from './documents/inflated.js'
import type { ExpressionWorker } from './expression/expression-worker.js'
import type { MappingConfig } from './mapping/config.js'
import type { SparkplugEvents, SparkplugOptions } from './sparkplug/events.js'
import type { TextPlace } from './text-place.js'

/**
 * What a decoder may know of the topic, and remembers from one message of it to the next. Memory makes decoding
 * faster and never changes its result.
 */
export interface TopicMemory {
  readonly topic: string
  /** The last level of the topic. */
  readonly lastLevel: string
  /** Keys in the order in which the last message had them, as they stand in the payload, escapes and all. */
  readonly keys: string[]
  /** The names that the keys were joined to, and the field names that they stand for. */
  readonly prefixes: string[]
  readonly fields: string[]
  /** Field names of a point that are known to be all different. */
  readonly distinct: string[]
  /** What a decoder has found out of the topic; of its own class, which it tests for. */
  own: object | undefined
}

export function newTopicMemory(topic: string): TopicMemory {
  const lastLevel = topic.slice(topic.lastIndexOf('/') + 1)
  return { topic, lastLevel, keys: [], prefixes: [], fields: [], distinct: [], own: undefined }
}

/**
 * Turns payloads into points. A decoder only adds to the batch; on an error the caller discards the batch, so that
 * a message counts as a whole or not at all.
 */
export interface Decoder {
  /** @throws {DecodeError} */
  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void
  /** For formats whose topics name the device in a way of their own; undefined where the topic names none. */
  deviceOf?(topic: string): TopicLevels | undefined
  /** False where a message is ordinary MQTT traffic although the route matches, such as a command on its way to a device. */
  isTelemetry?(topic: string): boolean
}

/**
 * What decoders know beyond one message (birth certificates, names), durable with the block that holds the message it came
 * in. A trial gets a copy that forgets.
 */
export interface DecoderStore {
  get(key: string): Buffer | undefined
  put(key: string, value: Buffer): void
  remove(key: string): void
  /** In the order of keys. */
  entries(prefix: string): Iterable<{ readonly key: string; readonly value: Buffer }>
}

/** What a decoder may use beside the message. */
export interface DecoderContext {
  readonly store: DecoderStore
  /** Messages under these topics, held for this reason, may be decodable now: they are replayed. `#` may end a topic filter. */
  readonly release: (reason: 'awaiting_birth' | 'awaiting_names', topicFilter: string) => void
  readonly now: () => number
  /** Whether the message at hand came in earlier and is decoded once more: it is no news of its device. */
  readonly isReplay?: () => boolean
  /** What Sparkplug messages mean beyond their points; without it they have points alone. */
  readonly sparkplug?: SparkplugEvents
  /** The one thread in which the expressions of all routes are evaluated: `new Expression(source, context.expressions)`. */
  readonly expressions?: ExpressionWorker
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
  readonly sparkplug?: SparkplugOptions
  /** Of documents: how they are compressed, and what they may become. */
  readonly compression?: Compression
  readonly maxInflatedBytes?: number
  /** JSONata, applied to a document before it is read. */
  readonly expression?: string
  readonly mapping?: MappingConfig
  /** Topic filters of the routes that look up the names that this one's mapping learns. */
  readonly waitingForNames?: readonly string[]
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
  'too_large',
  'no_records',
  'expression_failed',
  'expression_timeout',
  'awaiting_birth',
  'awaiting_names',
  'unknown_type',
] as const satisfies readonly (keyof typeof REASONS)[]
export type DecodeErrorCode = (typeof DECODE_ERROR_CODES)[number]

/** Where in a document: names of members and indices of elements, from the root. */
export type DocumentPath = readonly (string | number)[]

export class DecodeError extends Error {
  readonly code: DecodeErrorCode
  /** What in the document is at fault, where one place is. */
  readonly path: DocumentPath | undefined
  /** Where in the text, for what is no document. */
  readonly place: TextPlace | undefined

  constructor(code: DecodeErrorCode, message: string, path?: DocumentPath, place?: TextPlace) {
    super(message)
    this.name = 'DecodeError'
    this.code = code
    this.path = path
    this.place = place
  }
}
