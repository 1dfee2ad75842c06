import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BlockDamage, decodeBlock, encodeBlock, soundHead } from '../../src/spool/block-format.js'

const HEAD = { sequence: 12, createdAtMs: 1_700_000_000_123, points: 2, pointsThrough: 77 }
const TALLIES = Uint32Array.from([1, 2, 2, 0, 0, 0, 2, 0, 0])
const TEXT = 'm,device=高炉 v="ü" 1\nm v=2 2\n'

test('a block is read as it was written', () => {
  const record = encodeBlock(HEAD, TALLIES, Buffer.from(TEXT), 1_000)
  const block = decodeBlock(record, 12)
  assert.deepEqual(
    { ...block, lines: block.lines.toString() },
    { ...HEAD, bytesThrough: 1_000 + record.length, tallies: TALLIES, lines: TEXT },
  )
  assert.deepEqual(soundHead(record, 12), { ...HEAD, bytesThrough: 1_000 + record.length })
})

test('a block may be empty', () => {
  const block = decodeBlock(encodeBlock({ ...HEAD, points: 0 }, new Uint32Array(0), Buffer.alloc(0), 0), 12)
  assert.equal(block.lines.length, 0)
  assert.equal(block.tallies.length, 0)
})

test('no change of any bit, and no cut, goes unnoticed', () => {
  const record = encodeBlock(HEAD, TALLIES, Buffer.from(TEXT), 1_000)
  fc.assert(
    fc.property(fc.nat(record.length - 1), fc.nat(7), (at, bit) => {
      const changed = Buffer.from(record)
      changed[at]! ^= 1 << bit
      assert.throws(() => decodeBlock(changed, 12), BlockDamage)
    }),
  )
  for (let length = 0; length < record.length; length++) {
    assert.throws(() => decodeBlock(record.subarray(0, length), 12), BlockDamage)
  }
})

test('a block whose lines alone are damaged keeps its counts', () => {
  const record = encodeBlock(HEAD, TALLIES, Buffer.from(TEXT), 1_000)
  record[record.length - 3]! ^= 1
  assert.throws(
    () => decodeBlock(record, 12),
    (error: unknown) => {
      assert.ok(error instanceof BlockDamage)
      assert.deepEqual(error.head?.tallies, TALLIES)
      assert.equal(error.head?.lines.length, 0)
      return true
    },
  )
})
