import { gzipSync } from 'node:zlib'
import type { DecoderOptions } from '../../src/decode/decoder.js'
import { createDecoder, DECODERS, type DecoderName } from '../../src/decode/index.js'
import { MappingDecoder } from '../../src/decode/mapping/index.js'
import { cborPayload, encodeCbor, encodeMessagePack, messagePackPayload } from '../support/binary-payloads.js'
import { newDecoderContext } from '../support/decoder-context.js'
import { jsonText, lineText, valueText } from '../support/payloads.js'
import { decoderContract, type Subject } from './contract.js'

const OPTIONS: DecoderOptions = { timestampUnit: 'auto', fieldTypes: {} }

/** Those whose result is a matter of the payload alone; Sparkplug data means what a birth said before. */
type StatelessName = Exclude<DecoderName, 'sparkplug'>
type Specific = Pick<Subject, 'integerPayload' | 'sound' | 'payloads'>

const DOCUMENTS = [{ a: 1 }, [{ a: 1 }, { a: 2 }], 213.4, 'word', [1, 2], { a: { b: [true, null, 'x'] } }]

const SPECIFIC: Readonly<Record<StatelessName, Specific>> = {
  json: {
    payloads: jsonText,
    integerPayload: (field, digits) => `{"${field}":${digits}}`,
    sound: ['{"a":1}', '[{"a":1},{"a":2}]', '213.4', '"word"', '[1,2]', ' {"a":{"b":[true,null,"x"]}} '],
  },
  cbor: {
    payloads: cborPayload,
    integerPayload: (field, digits) => encodeCbor({ [field]: cborInteger(BigInt(digits)) }),
    sound: [...DOCUMENTS, { a: new Uint8Array([1]) }].map(encodeCbor),
  },
  msgpack: {
    payloads: messagePackPayload,
    // An integer that the format cannot hold is a text of digits.
    integerPayload: (field, digits) => encodeMessagePack({ [field]: messagePackInteger(BigInt(digits)) }),
    sound: [...DOCUMENTS, { a: new Uint8Array([1]) }].map(encodeMessagePack),
  },
  'line-protocol': {
    payloads: lineText,
    integerPayload: (field, digits) => `m ${field}=${digits}i`,
    sound: ['m a=1', 'm,t=v a=1,b="x" 1700000000000000000', '# comment\nm a=1\nm a=2\n'],
  },
  value: {
    payloads: valueText,
    integerPayload: (_field, digits) => digits,
    sound: ['213.4', ' on\n', 'TRUE', '注塑机'],
  },
}

function cborInteger(value: bigint): unknown {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function messagePackInteger(value: bigint): unknown {
  if (Number.isSafeInteger(Number(value))) return Number(value)
  return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value ? value : String(value)
}

const names = DECODERS.filter((name): name is StatelessName => name !== 'sparkplug')

for (const name of names) {
  decoderContract({
    name,
    create: () => createDecoder(name, OPTIONS, newDecoderContext()),
    createForIntegers: (field) =>
      createDecoder(
        name,
        { timestampUnit: 'auto', fieldTypes: { [field]: 'integer' }, field },
        newDecoderContext(),
      ),
    ...SPECIFIC[name],
  })
}

const TYPED: DecoderOptions = {
  timestampUnit: 'ms',
  timestampKey: 'ts',
  fieldTypes: { a: 'string', b: 'integer', 'a.b': 'float', t: 'boolean' },
}

for (const name of ['json', 'cbor', 'msgpack'] as const) {
  decoderContract({
    name: `${name}, with a timestamp key and field types`,
    create: () => createDecoder(name, TYPED, newDecoderContext()),
    createForIntegers: (field) =>
      createDecoder(
        name,
        { timestampUnit: 'ms', timestampKey: 'ts', fieldTypes: { [field]: 'integer' } },
        newDecoderContext(),
      ),
    ...SPECIFIC[name],
  })
}

decoderContract({
  name: 'json, which may be compressed',
  create: () => createDecoder('json', { ...OPTIONS, compression: 'auto' }, newDecoderContext()),
  createForIntegers: (field) =>
    createDecoder(
      'json',
      { ...OPTIONS, compression: 'auto', fieldTypes: { [field]: 'integer' } },
      newDecoderContext(),
    ),
  payloads: jsonText.map((text) => (text.length % 2 === 0 ? gzipSync(text) : text)),
  integerPayload: (field, digits) => gzipSync(`{"${field}":${digits}}`),
  sound: ['{"a":1}', gzipSync('{"a":1}')],
})

decoderContract({
  name: 'json, as documents',
  create: () => new MappingDecoder('json', OPTIONS, newDecoderContext()),
  createForIntegers: (field) =>
    new MappingDecoder('json', { ...OPTIONS, fieldTypes: { [field]: 'integer' } }, newDecoderContext()),
  ...SPECIFIC.json,
})

/** Over the keys that the payloads have. */
const MAPPED: DecoderOptions = {
  ...OPTIONS,
  mapping: {
    records: [
      {
        at: 'b[*]',
        time: { from: ['t', '$.ts'] },
        tags: { x: '@index', text: { from: 'a', default: 'none' } },
        skip: [{ when: 'a', is: [true] }],
        deadLetter: [{ when: 'time', exists: true }],
      },
      { at: '[*]', except: ['b'], textNumbers: true, device: { device: { from: 'time', match: '(\\d+)' } } },
    ],
  },
}

decoderContract({
  name: 'json, through a mapping',
  create: () => createDecoder('json', MAPPED, newDecoderContext()),
  createForIntegers: (field) =>
    createDecoder('json', { ...MAPPED, fieldTypes: { [field]: 'integer' } }, newDecoderContext()),
  payloads: jsonText,
  integerPayload: (field, digits) => `{"${field}":${digits}}`,
  sound: ['{"a":1}', '{"a":[1,2]}', '{"b":[{"0":1,"t":1700000000}]}'],
})
