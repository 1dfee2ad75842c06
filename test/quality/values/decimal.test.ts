import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { numberOf, shortened, textOf } from '../../../src/quality/values/decimal.js'

const double = fc.double({ noNaN: true, noDefaultInfinity: true })
const short = fc
  .tuple(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 0, max: 8 }))
  .map(([digits, places]) => digits / 10 ** places)

describe('decimals', () => {
  test('are read as the engine reads them', () => {
    fc.assert(
      fc.property(fc.oneof(double, short), (value) =>
        Object.is(numberOf(String(value)), Number(String(value))),
      ),
    )
    const texts = [
      '0',
      '-0',
      '0.1',
      '-0.5',
      '007',
      '1e3',
      '1E-7',
      '5.',
      '-12.50',
      '999999999999999',
      '99999999999.9999',
    ]
    for (const text of texts) assert.ok(Object.is(numberOf(text), Number(text)), text)
  })

  test('are written as the engine writes them', () => {
    fc.assert(
      fc.property(fc.oneof(double, short), (value) => textOf(value) === String(value)),
      { numRuns: 2000 },
    )
    for (const value of [0, -0, 1, -1, 1.5, -1.25, 0.1, 1e21, 123456.7, 107374182.4, 107374182.5, -1e-7]) {
      assert.equal(textOf(value), String(value))
    }
  })

  test('are shortened by no more than the error', () => {
    fc.assert(
      fc.property(fc.oneof(double, short), fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
        const error = Math.abs(value) * share * 1e-9
        assert.ok(Math.abs(shortened(value, error) - value) <= error)
      }),
    )
    assert.equal(shortened(Number('70.34000000000001'), 1e-13), 70.34)
    assert.equal(shortened(0.10000000000000142, 1e-14), 0.1)
    assert.equal(shortened(1 / 3, 1e-16), 1 / 3)
    assert.equal(shortened(0.000_012_345_000_000_1, 1e-18), 0.000_012_345_000_000_1)
    assert.equal(shortened(0.000_012_345_000_000_000_02, 1e-19), 0.000_012_345)
  })
})
