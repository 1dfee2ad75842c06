import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '../../../../src/decode/decoder.js'
import { Datatype } from '../../../../src/decode/sparkplug/wire/index.js'
import { bytes, integer } from '../../../support/protobuf.js'
import { metric, readFields } from '../../../support/sparkplug-fields.js'

const INT = 10
const LONG = 11
const RUNS = { numRuns: 300, seed: 5 }

function textOf(datatype: number, field: number, wire: bigint): string {
  const payload = metric(bytes(1, 'v'), integer(4, datatype), integer(field, wire))
  const [[name, type, text] = []] = readFields(payload).fields
  assert.deepEqual([name, type], ['v', 'integer'])
  return text!
}

function codeOf(datatype: number, field: number, wire: bigint): string {
  try {
    return `read as ${textOf(datatype, field, wire)}`
  } catch (error) {
    assert.ok(error instanceof DecodeError)
    return error.code
  }
}

/** Any value of a width, its ends more often than chance has them. */
function valuesOf(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  return fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, min + 1n, 0n, max - 1n, max))
}

const SIGNED = [
  ['Int8', Datatype.Int8, 8],
  ['Int16', Datatype.Int16, 16],
  ['Int32', Datatype.Int32, 32],
] as const

for (const [name, datatype, bits] of SIGNED) {
  const half = 1n << BigInt(bits - 1)

  test(`every ${name} is read with its sign, cut to its width or sign-extended to 32 or 64 bits`, () => {
    fc.assert(
      fc.property(valuesOf(-half, half - 1n), (value) => {
        const expected = value.toString()
        assert.equal(textOf(datatype, INT, BigInt.asUintN(bits, value)), expected)
        assert.equal(textOf(datatype, INT, BigInt.asUintN(32, value)), expected)
        assert.equal(textOf(datatype, INT, BigInt.asUintN(64, value)), expected)
        assert.equal(textOf(datatype, LONG, BigInt.asUintN(bits, value)), expected)
        assert.equal(textOf(datatype, LONG, BigInt.asUintN(64, value)), expected)
      }),
      RUNS,
    )
  })

  test(`what is no ${name} in any of these ways is refused, not cut off`, () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (wire) => {
        const isWidth = BigInt.asUintN(bits, wire) === wire
        const isExtended = [32, 64].some((width) => BigInt.asUintN(width, BigInt.asIntN(bits, wire)) === wire)
        fc.pre(!isWidth && !isExtended)
        assert.equal(codeOf(datatype, LONG, wire), 'out_of_range')
      }),
      RUNS,
    )
    assert.equal(codeOf(datatype, LONG, 1n << BigInt(bits)), 'out_of_range')
  })
}

const UNSIGNED = [
  ['UInt8', Datatype.UInt8, 8],
  ['UInt16', Datatype.UInt16, 16],
  ['UInt32', Datatype.UInt32, 32],
] as const

for (const [name, datatype, bits] of UNSIGNED) {
  test(`every ${name} is read, from 32 or 64 bits, and nothing beyond it`, () => {
    const max = (1n << BigInt(bits)) - 1n
    fc.assert(
      fc.property(valuesOf(0n, max), (value) => {
        assert.equal(textOf(datatype, INT, value), value.toString())
        assert.equal(textOf(datatype, LONG, value), value.toString())
      }),
      RUNS,
    )
    assert.equal(codeOf(datatype, LONG, max + 1n), 'out_of_range')
    assert.equal(codeOf(datatype, LONG, (1n << 64n) - 1n), 'out_of_range')
  })
}

for (const [name, datatype] of [
  ['Int64', Datatype.Int64],
  ['DateTime', Datatype.DateTime],
] as const) {
  test(`every ${name} is exact, and has its sign`, () => {
    fc.assert(
      fc.property(valuesOf(-(1n << 63n), (1n << 63n) - 1n), (value) => {
        assert.equal(textOf(datatype, LONG, BigInt.asUintN(64, value)), value.toString())
      }),
      RUNS,
    )
    for (const edge of [1n << 53n, (1n << 53n) + 1n, -(1n << 53n), -(1n << 53n) - 1n, -1n, -(1n << 32n)])
      assert.equal(textOf(datatype, LONG, BigInt.asUintN(64, edge)), edge.toString())
  })
}

test('an Int64 in 32 bits is refused where it could be negative or not', () => {
  assert.equal(textOf(Datatype.Int64, INT, 2_147_483_647n), '2147483647')
  assert.equal(codeOf(Datatype.Int64, INT, 4_294_967_284n), 'out_of_range')
})

test('every UInt64 of 63 bits is exact; beyond that it is what the route says, and otherwise refused', () => {
  const max = (1n << 63n) - 1n
  fc.assert(
    fc.property(valuesOf(0n, max), (value) => {
      assert.equal(textOf(Datatype.UInt64, LONG, value), value.toString())
    }),
    RUNS,
  )
  assert.equal(codeOf(Datatype.UInt64, LONG, max + 1n), 'out_of_range')
  const payload = metric(bytes(1, 'v'), integer(4, Datatype.UInt64), integer(LONG, (1n << 64n) - 1n))
  assert.deepEqual(readFields(payload, { fieldTypes: { v: 'string' } }).fields, [
    ['v', 'string', '18446744073709551615'],
  ])
  assert.deepEqual(readFields(payload, { fieldTypes: { v: 'float' } }).fields, [
    ['v', 'float', '18446744073709551615'],
  ])
  assert.throws(() => readFields(payload, { fieldTypes: { v: 'integer' } }), { code: 'out_of_range' })
})

test('aliases and timestamps are exact over all 64 bits', () => {
  fc.assert(
    fc.property(valuesOf(0n, (1n << 64n) - 1n), valuesOf(0n, (1n << 64n) - 1n), (alias, time) => {
      const { reader } = readFields(metric(integer(2, alias), integer(3, time), integer(4, 3)))
      assert.deepEqual([reader.aliases[0], reader.timestamps[0]], [alias.toString(), time.toString()])
    }),
    RUNS,
  )
})
