import type { DecoderOptions } from '../../src/decode/decoder.js'
import { createDecoder, DECODERS, type DecoderName } from '../../src/decode/index.js'
import { jsonText, lineText, valueText } from '../support/payloads.js'
import { decoderContract, type Subject } from './contract.js'

const OPTIONS: DecoderOptions = { timestampUnit: 'auto', fieldTypes: {} }

const SPECIFIC: Readonly<Record<DecoderName, Pick<Subject, 'integerPayload' | 'sound' | 'texts'>>> = {
  json: {
    texts: jsonText,
    integerPayload: (field, digits) => `{"${field}":${digits}}`,
    sound: ['{"a":1}', '[{"a":1},{"a":2}]', '213.4', '"word"', '[1,2]', ' {"a":{"b":[true,null,"x"]}} '],
  },
  'line-protocol': {
    texts: lineText,
    integerPayload: (field, digits) => `m ${field}=${digits}i`,
    sound: ['m a=1', 'm,t=v a=1,b="x" 1700000000000000000', '# comment\nm a=1\nm a=2\n'],
  },
  value: {
    texts: valueText,
    integerPayload: (_field, digits) => digits,
    sound: ['213.4', ' on\n', 'TRUE', '注塑机'],
  },
}

for (const name of DECODERS) {
  decoderContract({
    name,
    create: () => createDecoder(name, OPTIONS),
    createForIntegers: (field) =>
      createDecoder(name, { timestampUnit: 'auto', fieldTypes: { [field]: 'integer' }, field }),
    ...SPECIFIC[name],
  })
}

decoderContract({
  name: 'json, with a timestamp key and field types',
  create: () =>
    createDecoder('json', {
      timestampUnit: 'ms',
      timestampKey: 'ts',
      fieldTypes: { a: 'string', b: 'integer', 'a.b': 'float', t: 'boolean' },
    }),
  createForIntegers: (field) =>
    createDecoder('json', { timestampUnit: 'ms', timestampKey: 'ts', fieldTypes: { [field]: 'integer' } }),
  ...SPECIFIC.json,
})
