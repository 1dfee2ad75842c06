import { crc32 } from 'node:zlib'
import type { Block } from '../core/block.js'

/**
 * A block on disk, little endian:
 *
 *      0  magic u32 "LGB1"      4  crc32 of head and tallies u32     8  crc32 of lines u32
 *     12  points u32           16  tally words u32                  20  bytes of lines u32
 *     24  sequence f64         32  created, epoch ms f64
 *     40  points through f64   48  bytes through f64
 *     56  tallies, u32 each, then the lines
 *
 * "Through" counts run over the life of the spool: the difference of two blocks tells what lies between them
 * without reading it. Head and lines have a checksum each, so that a block whose lines are damaged can still be
 * accounted for.
 */
const MAGIC = 0x3142474c
export const HEAD_BYTES = 56
const CHECKED_FROM = 12

export interface BlockHead {
  readonly sequence: number
  readonly createdAtMs: number
  readonly points: number
  readonly pointsThrough: number
  readonly bytesThrough: number
}

/** A block, and the bytes of all blocks up to and including it. */
export type LoggedBlock = Block & BlockHead

/** What is wrong with a record. With `head`, only the lines are damaged. */
export class BlockDamage extends Error {
  readonly head: LoggedBlock | undefined

  constructor(message: string, head?: LoggedBlock) {
    super(message)
    this.name = 'BlockDamage'
    this.head = head
  }
}

/** @param previousBytesThrough bytes through the block before; the record's own length is added. */
export function encodeBlock(
  head: Omit<BlockHead, 'bytesThrough'>,
  tallies: Uint32Array,
  lines: Buffer,
  previousBytesThrough: number,
): Buffer {
  const linesAt = HEAD_BYTES + tallies.length * 4
  const record = Buffer.allocUnsafe(linesAt + lines.length)
  record.writeUInt32LE(MAGIC, 0)
  record.writeUInt32LE(head.points, 12)
  record.writeUInt32LE(tallies.length, 16)
  record.writeUInt32LE(lines.length, 20)
  record.writeDoubleLE(head.sequence, 24)
  record.writeDoubleLE(head.createdAtMs, 32)
  record.writeDoubleLE(head.pointsThrough, 40)
  record.writeDoubleLE(previousBytesThrough + record.length, 48)
  for (let i = 0; i < tallies.length; i++) record.writeUInt32LE(tallies[i]!, HEAD_BYTES + i * 4)
  lines.copy(record, linesAt)
  record.writeUInt32LE(crc32(lines), 8)
  record.writeUInt32LE(crc32(record.subarray(CHECKED_FROM, linesAt)), 4)
  return record
}

/** The fields of the head alone, for counts and ages; undefined if the head is damaged. */
export function soundHead(record: Buffer | undefined, sequence: number): BlockHead | undefined {
  return record === undefined || damageOfHead(record, sequence) !== undefined ? undefined : readHead(record)
}

function readHead(record: Buffer): BlockHead {
  return {
    points: record.readUInt32LE(12),
    sequence: record.readDoubleLE(24),
    createdAtMs: record.readDoubleLE(32),
    pointsThrough: record.readDoubleLE(40),
    bytesThrough: record.readDoubleLE(48),
  }
}

/** @throws {BlockDamage} */
export function decodeBlock(record: Buffer, sequence: number): LoggedBlock {
  const damage = damageOfHead(record, sequence)
  if (damage !== undefined) throw new BlockDamage(damage)
  const linesAt = endOfTallies(record)
  const end = linesAt + record.readUInt32LE(20)
  const block: LoggedBlock = {
    ...readHead(record),
    tallies: readTallies(record, linesAt),
    lines: record.subarray(linesAt, end),
  }
  if (end > record.length || crc32(block.lines) !== record.readUInt32LE(8)) {
    throw new BlockDamage('the checksum of its lines does not match', { ...block, lines: Buffer.alloc(0) })
  }
  return block
}

function damageOfHead(record: Buffer, sequence: number): string | undefined {
  if (record.length < HEAD_BYTES || record.readUInt32LE(0) !== MAGIC) return 'it is not a block'
  const linesAt = endOfTallies(record)
  if (linesAt > record.length) return 'it is truncated'
  if (crc32(record.subarray(CHECKED_FROM, linesAt)) !== record.readUInt32LE(4)) {
    return 'the checksum of its head does not match'
  }
  const named = record.readDoubleLE(24)
  return named === sequence ? undefined : `it calls itself block ${named}`
}

function endOfTallies(record: Buffer): number {
  return HEAD_BYTES + record.readUInt32LE(16) * 4
}

function readTallies(record: Buffer, end: number): Uint32Array {
  const tallies = new Uint32Array((end - HEAD_BYTES) / 4)
  for (let i = 0; i < tallies.length; i++) tallies[i] = record.readUInt32LE(HEAD_BYTES + i * 4)
  return tallies
}
