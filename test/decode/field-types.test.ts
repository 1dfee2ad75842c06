import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FieldTypeName } from '../../src/decode/decoder.js'
import { JsonDecoder } from '../../src/decode/json.js'
import { LineProtocolDecoder } from '../../src/decode/line-protocol.js'
import { isNumber } from '../../src/decode/typed-field.js'
import { accepted, decode, only, refused } from '../support/points.js'

function json(type: FieldTypeName): JsonDecoder {
  return new JsonDecoder({ timestampUnit: 'auto', fieldTypes: { a: type } })
}

/** What becomes of the JSON value of a field that is declared to be of `type`. */
function coerced(type: FieldTypeName, value: string): readonly [string, string] {
  const [, found, text] = only(accepted(json(type), `{"a":${value}}`)).fields[0]!
  return [found, text]
}

test('values that fit a declared type are converted', () => {
  const cases: readonly (readonly [FieldTypeName, string, string])[] = [
    ['integer', '5', '5'],
    ['integer', '-0', '0'],
    ['integer', '5.000', '5'],
    ['integer', '1.2e3', '1200'],
    ['integer', '12000e-3', '12'],
    ['integer', '9.223372036854775807e18', '9223372036854775807'],
    ['integer', '-9223372036854775808', '-9223372036854775808'],
    ['integer', '0e999999999', '0'],
    ['integer', '0e-999999999', '0'],
    ['integer', '"+0042"', '42'],
    ['integer', 'true', '1'],
    ['float', '5', '5'],
    ['float', '"-.5"', '-0.5'],
    ['float', '"5."', '5'],
    ['float', '"+1.5e3"', '1.5e3'],
    ['float', 'false', '0'],
    ['boolean', '1', 'true'],
    ['boolean', '0.0', 'false'],
    ['boolean', '"TRUE"', 'true'],
    ['boolean', '"0"', 'false'],
    ['boolean', 'false', 'false'],
    ['string', '5.10', '5.10'],
    ['string', 'true', 'true'],
    ['string', '"x"', 'x'],
  ]
  for (const [type, value, text] of cases) assert.deepEqual(coerced(type, value), [type, text], value)
})

test('values that do not fit without loss are refused', () => {
  const cases: readonly (readonly [FieldTypeName, string, string])[] = [
    ['integer', '5.1', 'bad_type'],
    ['integer', '0.9999999999999999999999', 'bad_type'],
    ['integer', '1e-400', 'bad_type'],
    ['integer', '1e-1', 'bad_type'],
    ['integer', '"five"', 'bad_type'],
    ['integer', '""', 'bad_type'],
    ['integer', '9223372036854775808', 'out_of_range'],
    ['integer', '1e19', 'out_of_range'],
    ['integer', '1e300', 'out_of_range'],
    ['float', '"x"', 'bad_type'],
    ['float', '"1e400"', 'out_of_range'],
    ['boolean', '"yes"', 'bad_type'],
  ]
  for (const [type, value, code] of cases) assert.equal(refused(json(type), `{"a":${value}}`), code, value)
})

test('an integer written with a point or an exponent is exact', () => {
  const integer = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)
  fc.assert(
    fc.property(integer, fc.integer({ min: -25, max: 25 }), (value, shift) => {
      const digits = String(value < 0n ? -value : value).padStart(26, '0')
      const point = digits.length + Math.min(0, shift)
      const scaled = `${digits.slice(0, point)}.${digits.slice(point)}0e${-Math.min(0, shift)}`
      const written = `${value < 0n ? '-' : ''}${scaled}`
      assert.deepEqual(coerced('integer', `"${written}"`), ['integer', String(value)])
    }),
    { seed: 1, numRuns: 1_000 },
  )
})

test('names of the language are ordinary field names', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.deepEqual(only(accepted(json('integer'), `{"${name}":1}`)).fields, [[name, 'float', '1']])
  }
})

test('declared types hold for nested names and for line protocol', () => {
  const options = { timestampUnit: 'auto', fieldTypes: { 'parts.good': 'integer' } } as const
  assert.deepEqual(only(accepted(new JsonDecoder(options), '{"parts":{"good":7}}')).fields, [
    ['parts.good', 'integer', '7'],
  ])
  assert.deepEqual(only(accepted(new LineProtocolDecoder(options), 'm parts.good=7')).fields, [
    ['parts.good', 'integer', '7'],
  ])
})

test('telling a number from a word takes time in proportion to its length', () => {
  const timeOf = (length: number) => {
    const text = `${'1'.repeat(length)}x`
    const times = Array.from({ length: 5 }, () => {
      const start = process.hrtime.bigint()
      assert.equal(isNumber(text), false)
      return Number(process.hrtime.bigint() - start)
    })
    return Math.min(...times)
  }
  timeOf(1_000)
  const ratio = timeOf(64_000) / timeOf(8_000)
  assert.ok(ratio < 30, `eight times the length took ${ratio.toFixed(1)} times as long`)
})

test('a value that is refused is quoted in part only', () => {
  const error = decode(json('integer'), `{"a":"${'x'.repeat(10_000)}"}`)
  assert.ok(String(error).length < 200)
})
