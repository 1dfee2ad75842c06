import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Datatype } from '../../../../src/decode/sparkplug/wire/index.js'
import { bytes, double, float, integer } from '../../../support/protobuf.js'
import { metric, readFields } from '../../../support/sparkplug-fields.js'

function read(value: Buffer, datatype: number, options = {}) {
  return readFields(metric(bytes(1, 'v'), integer(4, datatype), value), options)
}

function floatText(value: number): string {
  return read(float(12, value), Datatype.Float).fields[0]![2]
}

/** Significant digits of a decimal. */
function digitsOf(text: string): number {
  return text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length
}

test('a Float is the shortest decimal that is this float32 and no other', () => {
  const value = fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -10_000_000, max: 10_000_000 }).map((n) => Math.fround(n / 100)),
  )
  fc.assert(
    fc.property(value, (number) => {
      const text = floatText(number)
      assert.equal(Math.fround(Number(text)), number === 0 ? 0 : number, 'it is that float32')
      for (let digits = 1; digits < digitsOf(text); digits++)
        assert.notEqual(Math.fround(Number(number.toPrecision(digits))), number, `${digits} digits would do`)
    }),
    { numRuns: 3_000, seed: 9 },
  )
})

test('floats of practice look as they were typed', () => {
  for (const text of ['21.1', '-0.5', '100.12', '0.001', '0.0003', '9999999', '16777216', '1e-7', '1e+30'])
    assert.equal(floatText(Math.fround(Number(text))), text)
  assert.equal(floatText(3.4028234663852886e38), '3.4028235e+38')
  assert.equal(floatText(1.401298464324817e-45), '1e-45')
})

test('a Double is exact', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const { fields } = read(double(13, number), Datatype.Double)
      assert.equal(Number(fields[0]![2]), number === 0 ? 0 : number)
    }),
    { numRuns: 500, seed: 9 },
  )
})

test('a Double may come in 32 bits, and a Float in 64', () => {
  assert.deepEqual(read(float(12, 21.1), Datatype.Double).fields, [['v', 'float', '21.1']])
  assert.deepEqual(read(double(13, 0.1), Datatype.Float).fields, [['v', 'float', '0.1']])
})

test('NaN and infinities are no value, unless the route makes the field a string', () => {
  for (const [value, text] of [
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ] as const) {
    for (const [field, datatype] of [
      [float(12, value), Datatype.Float],
      [double(13, value), Datatype.Double],
    ] as const) {
      const { fields, nulls } = read(field, datatype)
      assert.deepEqual([fields, nulls], [[], 1])
      assert.deepEqual(read(field, datatype, { fieldTypes: { v: 'string' } }).fields, [['v', 'string', text]])
    }
  }
})
