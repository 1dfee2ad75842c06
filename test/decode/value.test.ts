import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DecoderOptions } from '../../src/decode/decoder.js'
import { ValueDecoder } from '../../src/decode/value.js'
import { accepted, only, refused } from '../support/points.js'

function valueDecoder(options: Partial<DecoderOptions> = {}): ValueDecoder {
  return new ValueDecoder({ timestampUnit: 'auto', fieldTypes: {}, ...options })
}

function read(payload: string): readonly [string, string] {
  const [, type, text] = only(accepted(valueDecoder(), payload)).fields[0]!
  return [type, text]
}

test('numbers in every spelling are floats', () => {
  const spellings = {
    '213.4': '213.4',
    '-5': '-5',
    '+5': '5',
    '.5': '0.5',
    '-.5': '-0.5',
    '5.': '5',
    '+.5e3': '0.5e3',
    '5.e3': '5e3',
    '1E5': '1E5',
    '1e+5': '1e+5',
    '007': '7',
    '-00.50': '-0.50',
    '0': '0',
    ' 12\r\n': '12',
    '1e-400': '1e-400',
  }
  for (const [payload, text] of Object.entries(spellings))
    assert.deepEqual(read(payload), ['float', text], payload)
})

test('the value of a number does not change', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom('', '+', '0', '00'),
      (number, before) => {
        const text =
          number < 0 || Object.is(number, -0)
            ? `-${before.replace('+', '')}${String(-number)}`
            : before + String(number)
        const [type, read1] = read(text)
        assert.equal(type, 'float')
        assert.ok(Object.is(Number(read1), number) || Number(read1) === number)
      },
    ),
    { seed: 1, numRuns: 500 },
  )
})

test('true and false are booleans, in any case', () => {
  for (const word of ['true', 'True', 'TRUE', ' tRue\n']) assert.deepEqual(read(word), ['boolean', 'true'])
  for (const word of ['false', 'FALSE']) assert.deepEqual(read(word), ['boolean', 'false'])
})

test('everything else is a word', () => {
  for (const word of [
    'running',
    '运行 中',
    '1.2.3',
    '12 mm',
    'NaN',
    'Infinity',
    '0x1F',
    '1e',
    '-',
    '.',
    '{"a":1}',
    'a\nb',
  ])
    assert.deepEqual(read(` ${word} `), ['string', word])
})

test('the last level of the topic is the field, unless the route names one', () => {
  assert.deepEqual(only(accepted(valueDecoder(), '1', 'hall/注塑 温度')).values, { '注塑 温度': '1' })
  assert.deepEqual(only(accepted(valueDecoder(), '1', 'temperature')).values, { temperature: '1' })
  assert.deepEqual(only(accepted(valueDecoder({ field: 'f' }), '1', 'hall/')).values, { f: '1' })
  assert.equal(refused(valueDecoder(), '1', 'hall/'), 'bad_name')
})

test('declared types hold, and a topic level is never mistaken for a name of the language', () => {
  const decoder = valueDecoder({ fieldTypes: { parts: 'integer', on: 'boolean', code: 'string' } })
  assert.deepEqual(only(accepted(decoder, '+042', 'x/parts')).fields, [['parts', 'integer', '42']])
  assert.deepEqual(only(accepted(decoder, 'TRUE', 'x/parts')).fields, [['parts', 'integer', '1']])
  assert.deepEqual(only(accepted(decoder, '1', 'x/on')).fields, [['on', 'boolean', 'true']])
  assert.deepEqual(only(accepted(decoder, '007', 'x/code')).fields, [['code', 'string', '007']])
  assert.equal(refused(decoder, 'many', 'x/parts'), 'bad_type')
  assert.deepEqual(only(accepted(decoder, 'word', 'x/constructor')).fields, [
    ['constructor', 'string', 'word'],
  ])
})

test('no value, no UTF-8 and numbers beyond a double are refused', () => {
  assert.equal(refused(valueDecoder(), ''), 'no_fields')
  assert.equal(refused(valueDecoder(), ' \r\n\t'), 'no_fields')
  assert.equal(refused(valueDecoder(), Buffer.from([0xff, 0x31])), 'not_utf8')
  assert.equal(refused(valueDecoder(), '1e400'), 'out_of_range')
})
