import { Decoder as CborDecoder } from 'cbor-x'
import { Unpackr } from 'msgpackr'
import { PointBatch } from '../src/core/point-batch.js'
import {
  type Decoder,
  type DecoderContext,
  type DecoderOptions,
  newTopicMemory,
} from '../src/decode/decoder.js'
import { createDecoder, type DecoderName } from '../src/decode/index.js'
import { TrialStore } from '../src/intake/stores.js'
import {
  cborBytes,
  flat,
  jsonBytes,
  lines,
  listed,
  messagePackBytes,
  messages,
  sparkplug,
  sparkplugBirth,
  sparkplugData,
} from './decode-payloads.js'

/** One kind of payload: how the gateway reads it, and how a library reads the same bytes and no more. */
export interface DecodeCase {
  readonly name: string
  readonly payloads: readonly Buffer[]
  /** Points of the message. */
  decode(payload: Buffer): number
  /** Undefined where no library has a parser. */
  readonly parse: ((payload: Buffer) => unknown) | undefined
}

const OPTIONS: DecoderOptions = { timestampUnit: 'auto', fieldTypes: {} }
const WHOLE_RECORD: DecoderOptions = {
  ...OPTIONS,
  mapping: { records: { time: { from: 'ts', unit: 'ms' } } },
}
const RECORD_PER_FIELD: DecoderOptions = {
  ...OPTIONS,
  mapping: {
    records: {
      at: 'values[*]',
      field: 'id',
      value: 'v',
      time: { from: '$.timestamp', unit: 'ms' },
      quality: { from: 'q', good: [true] },
    },
  },
}

const parseJson = (payload: Buffer): unknown => JSON.parse(payload.toString())
const cbor = new CborDecoder({ useRecords: false })
const unpacker = new Unpackr({ useRecords: false })
const parseCbor = (payload: Buffer): unknown => cbor.decode(payload)
const parseMessagePack = (payload: Buffer): unknown => unpacker.unpack(payload)

export function decodeCases(): readonly DecodeCase[] {
  const json = (make: (message: number) => object) => messages((message) => jsonBytes(make(message)))
  return [
    simple('JSON, 3 fields', 'json', OPTIONS, json(flat(3)), parseJson),
    simple('JSON, 100 fields', 'json', OPTIONS, json(flat(100)), parseJson),
    simple('JSON, 3 fields, by a mapping', 'json', WHOLE_RECORD, json(flat(3)), parseJson),
    simple('JSON, 100 fields, by a mapping', 'json', WHOLE_RECORD, json(flat(100)), parseJson),
    simple(
      'JSON, 100 records of a field, by a mapping',
      'json',
      RECORD_PER_FIELD,
      json(listed(100)),
      parseJson,
    ),
    simple(
      'CBOR, 100 fields',
      'cbor',
      OPTIONS,
      messages((m) => cborBytes(flat(100)(m))),
      parseCbor,
    ),
    simple(
      'MessagePack, 100 fields',
      'msgpack',
      OPTIONS,
      messages((m) => messagePackBytes(flat(100)(m))),
      parseMessagePack,
    ),
    simple('Line protocol, 3 fields', 'line-protocol', OPTIONS, messages(lines(3)), undefined),
    simple('Line protocol, 100 fields', 'line-protocol', OPTIONS, messages(lines(100)), undefined),
    sparkplugCase(100),
  ]
}

function context(): DecoderContext {
  return { store: new TrialStore(), release: () => undefined, now: Date.now }
}

function simple(
  name: string,
  decoderName: DecoderName,
  options: DecoderOptions,
  payloads: readonly Buffer[],
  parse: DecodeCase['parse'],
): DecodeCase {
  const decoder = createDecoder(decoderName, options, context())
  return { name, payloads, decode: reading(decoder, 'plant/line/press'), parse }
}

/** NDATA of metrics that have aliases alone: their names are those of the birth. */
function sparkplugCase(fields: number): DecodeCase {
  const decoder = createDecoder('sparkplug', OPTIONS, context())
  const birth = new PointBatch()
  decoder.decode(sparkplugBirth(fields), newTopicMemory('spBv1.0/plant/NBIRTH/press'), birth)
  return {
    name: `Sparkplug NDATA, ${fields} aliased metrics`,
    payloads: messages(sparkplugData(fields)),
    decode: reading(decoder, 'spBv1.0/plant/NDATA/press'),
    parse: (payload) => sparkplug.decodePayload(payload),
  }
}

function reading(decoder: Decoder, topic: string): DecodeCase['decode'] {
  const batch = new PointBatch()
  const memory = newTopicMemory(topic)
  return (payload) => {
    batch.clear()
    decoder.decode(payload, memory, batch)
    return batch.points
  }
}
