import { crc32 } from 'node:zlib'
import type { Block } from '../core/block.js'
import { NO_REASONS, TALLY_STRIDE, type TallyRows } from '../core/tally.js'

/**
 * A block on disk, little endian:
 *
 *      0  magic u32 "LGB2"      4  crc32 of head and tallies u32     8  crc32 of lines u32
 *     12  points u32           16  tally words u32                  20  bytes of lines u32
 *     24  sequence f64         32  created, epoch ms f64
 *     40  points through f64   48  bytes through f64
 *     56  reason words u32
 *     60  tallies, i32 each, reasons, i32 each, then the lines
 *
 * The format before, "LGB1", had no reasons: its tallies began at 56, in rows without the last column.
 *
 * "Through" counts run over the life of the spool: the difference of two blocks tells what lies between them
 * without reading it. Head and lines have a checksum each, so that a block whose lines are damaged can still be
 * accounted for.
 */
const MAGIC = 0x3242474c
const HEAD_BYTES = 60
const FORMER_MAGIC = 0x3142474c
const FORMER_HEAD_BYTES = 56
const FORMER_STRIDE = TALLY_STRIDE - 1
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
  { tallies, reasons }: TallyRows,
  lines: Buffer,
  previousBytesThrough: number,
): Buffer {
  const reasonsAt = HEAD_BYTES + tallies.length * 4
  const linesAt = reasonsAt + reasons.length * 4
  const record = Buffer.allocUnsafe(linesAt + lines.length)
  record.writeUInt32LE(MAGIC, 0)
  record.writeUInt32LE(head.points, 12)
  record.writeUInt32LE(tallies.length, 16)
  record.writeUInt32LE(lines.length, 20)
  record.writeDoubleLE(head.sequence, 24)
  record.writeDoubleLE(head.createdAtMs, 32)
  record.writeDoubleLE(head.pointsThrough, 40)
  record.writeDoubleLE(previousBytesThrough + record.length, 48)
  record.writeUInt32LE(reasons.length, 56)
  writeWords(record, HEAD_BYTES, tallies)
  writeWords(record, reasonsAt, reasons)
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
  const linesAt = linesStart(record)
  const end = linesAt + record.readUInt32LE(20)
  const block: LoggedBlock = {
    ...readHead(record),
    ...readRows(record, linesAt),
    lines: record.subarray(linesAt, end),
  }
  if (end > record.length || crc32(block.lines) !== record.readUInt32LE(8)) {
    throw new BlockDamage('the checksum of its lines does not match', { ...block, lines: Buffer.alloc(0) })
  }
  return block
}

function damageOfHead(record: Buffer, sequence: number): string | undefined {
  if (record.length < headBytes(record)) return 'it is not a block'
  const linesAt = linesStart(record)
  if (linesAt > record.length) return 'it is truncated'
  if (crc32(record.subarray(CHECKED_FROM, linesAt)) !== record.readUInt32LE(4)) {
    return 'the checksum of its head does not match'
  }
  const named = record.readDoubleLE(24)
  return named === sequence ? undefined : `it calls itself block ${named}`
}

/** Behind the tallies and the reasons. */
export function linesStart(record: Buffer): number {
  if (isFormer(record)) return FORMER_HEAD_BYTES + record.readUInt32LE(16) * 4
  return HEAD_BYTES + (record.readUInt32LE(16) + record.readUInt32LE(56)) * 4
}

function isFormer(record: Buffer): boolean {
  return record.readUInt32LE(0) === FORMER_MAGIC
}

/** Infinite for what is no block. */
function headBytes(record: Buffer): number {
  if (record.length < FORMER_HEAD_BYTES) return Number.POSITIVE_INFINITY
  if (isFormer(record)) return FORMER_HEAD_BYTES
  return record.readUInt32LE(0) === MAGIC ? HEAD_BYTES : Number.POSITIVE_INFINITY
}

function readRows(record: Buffer, linesAt: number): TallyRows {
  if (isFormer(record)) {
    return { tallies: widened(readWords(record, FORMER_HEAD_BYTES, linesAt)), reasons: NO_REASONS }
  }
  const reasonsAt = HEAD_BYTES + record.readUInt32LE(16) * 4
  return {
    tallies: readWords(record, HEAD_BYTES, reasonsAt),
    reasons: readWords(record, reasonsAt, linesAt),
  }
}

function widened(rows: Int32Array): Int32Array {
  const wider = new Int32Array((rows.length / FORMER_STRIDE) * TALLY_STRIDE)
  for (let row = 0; row * FORMER_STRIDE < rows.length; row++) {
    wider.set(rows.subarray(row * FORMER_STRIDE, (row + 1) * FORMER_STRIDE), row * TALLY_STRIDE)
  }
  return wider
}

function writeWords(record: Buffer, at: number, words: Int32Array): void {
  for (let i = 0; i < words.length; i++) record.writeInt32LE(words[i]!, at + i * 4)
}

function readWords(record: Buffer, from: number, end: number): Int32Array {
  const words = new Int32Array((end - from) / 4)
  for (let i = 0; i < words.length; i++) words[i] = record.readInt32LE(from + i * 4)
  return words
}
