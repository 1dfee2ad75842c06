import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toInt64 } from '../../src/core/int64.js'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n

test('an integer is accepted exactly as far as 64 bits reach', () => {
  const nearBorders = fc
    .tuple(fc.constantFrom(MIN, MAX, 0n), fc.bigInt(-1000n, 1000n))
    .map(([border, distance]) => border + distance)
  fc.assert(
    fc.property(fc.oneof(nearBorders, fc.bigInt(-(2n ** 70n), 2n ** 70n)), fc.nat(4), (value, zeros) => {
      const digits = String(value < 0n ? -value : value)
      const text = `${value < 0n ? '-' : ''}${'0'.repeat(zeros)}${digits}`
      assert.equal(toInt64(text), value < MIN || value > MAX ? undefined : String(value))
    }),
    { seed: 1, numRuns: 2_000 },
  )
})

test('a negative zero is zero', () => {
  assert.equal(toInt64('-0'), '0')
  assert.equal(toInt64('-000'), '0')
})
