import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { numberText } from '../../src/decode/number-text.js'

const decimals = fc
  .tuple(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), fc.nat(6))
  .map(([digits, places]) => digits / 10 ** places)
const neighbours = decimals.map((value) => value + Math.abs(value) * Number.EPSILON)

test('the text of a number is what String gives', () => {
  fc.assert(
    fc.property(fc.oneof(decimals, neighbours, fc.double(), fc.integer()), (value) => {
      assert.equal(numberText(value), String(value))
    }),
    { seed: 12, numRuns: 20_000 },
  )
  for (const value of [
    0,
    -0,
    0.001,
    0.01,
    0.1,
    0.101,
    0.11,
    1.05,
    999_999.999,
    1e6,
    1e-7,
    -0.5,
    Number.NaN,
    1e21,
  ])
    assert.equal(numberText(value), String(value))
})
