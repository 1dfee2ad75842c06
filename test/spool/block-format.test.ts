import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { NO_REASONS } from '../../src/core/tally.js'
import { BlockDamage, decodeBlock, encodeBlock, soundHead } from '../../src/spool/block-format.js'

const HEAD = { sequence: 12, createdAtMs: 1_700_000_000_123, points: 2, pointsThrough: 77 }
const ROWS = {
  tallies: Int32Array.from([1, 2, 2, 0, -1, 0, 2, 0, 0, 0]),
  reasons: Int32Array.from([1, 49, -2]),
}
const TEXT = 'm,device=高炉 v="ü" 1\nm v=2 2\n'

test('a block is read as it was written', () => {
  const record = encodeBlock(HEAD, ROWS, Buffer.from(TEXT), 1_000)
  const block = decodeBlock(record, 12)
  assert.deepEqual(
    { ...block, lines: block.lines.toString() },
    { ...HEAD, bytesThrough: 1_000 + record.length, ...ROWS, lines: TEXT },
  )
  assert.deepEqual(soundHead(record, 12), { ...HEAD, bytesThrough: 1_000 + record.length })
})

test('a block may be empty', () => {
  const block = decodeBlock(
    encodeBlock(
      { ...HEAD, points: 0 },
      { tallies: new Int32Array(0), reasons: NO_REASONS },
      Buffer.alloc(0),
      0,
    ),
    12,
  )
  assert.equal(block.lines.length, 0)
  assert.equal(block.tallies.length, 0)
})

test('no change of any bit, and no cut, goes unnoticed', () => {
  const record = encodeBlock(HEAD, ROWS, Buffer.from(TEXT), 1_000)
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
  const record = encodeBlock(HEAD, ROWS, Buffer.from(TEXT), 1_000)
  record[record.length - 3]! ^= 1
  assert.throws(
    () => decodeBlock(record, 12),
    (error: unknown) => {
      assert.ok(error instanceof BlockDamage)
      assert.deepEqual(error.head?.tallies, ROWS.tallies)
      assert.deepEqual(error.head?.reasons, ROWS.reasons)
      assert.equal(error.head?.lines.length, 0)
      return true
    },
  )
})

test('a block of the format before is read, its rows with a column more', () => {
  const lines = Buffer.from(TEXT)
  const record = Buffer.alloc(56 + 9 * 4 + lines.length)
  record.write('LGB1', 0, 'latin1')
  record.writeUInt32LE(crc32(lines), 8)
  record.writeUInt32LE(HEAD.points, 12)
  record.writeUInt32LE(9, 16)
  record.writeUInt32LE(lines.length, 20)
  record.writeDoubleLE(HEAD.sequence, 24)
  for (const [i, word] of [7, 3, 2, 0, 1, 0, 4, 1, 0].entries()) record.writeUInt32LE(word, 56 + i * 4)
  lines.copy(record, 92)
  record.writeUInt32LE(crc32(record.subarray(12, 92)), 4)
  const block = decodeBlock(record, HEAD.sequence)
  assert.deepEqual([...block.tallies], [7, 3, 2, 0, 1, 0, 4, 1, 0, 0])
  assert.deepEqual([block.lines.toString(), block.reasons.length], [TEXT, 0])
})
