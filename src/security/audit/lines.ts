import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { MAX_LINE_BYTES } from './line.js'

const NEWLINE = 0x0a
const PIECE_BYTES = 65_536

export interface Line {
  /** Without its newline; only the beginning of one that is longer than any record. */
  readonly bytes: Buffer
  /** Of its first byte in the file. */
  readonly offset: number
  /** False for what stands behind the last newline of the file. */
  readonly isWhole: boolean
}

/** The lines of a file from its beginning; at most one line and one piece of the file are in memory. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  /** Bytes of a line that is too long, beyond those kept in `rest`. */
  let beyond = 0
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      const end = piece.subarray(from, at)
      const bytes = rest.length === 0 ? end : Buffer.concat([rest, end])
      yield { bytes, offset, isWhole: true }
      offset += bytes.length + beyond + 1
      rest = Buffer.alloc(0)
      beyond = 0
      from = at + 1
    }
    const grown = Buffer.concat([rest, piece.subarray(from)])
    rest = grown.subarray(0, MAX_LINE_BYTES)
    beyond += grown.length - rest.length
  }
  if (rest.length > 0) yield { bytes: rest, offset, isWhole: false }
}

/** The whole lines that end at or before `end` (by default that of the file), the last one first. */
export async function* linesBackwards(path: string, end?: number): AsyncGenerator<Line> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    yield* backwardsIn(file, Math.min(end ?? size, size))
  } finally {
    await file.close()
  }
}

async function* backwardsIn(file: FileHandle, end: number): AsyncGenerator<Line> {
  let start = end
  let held: Buffer = Buffer.alloc(0)
  /** What stands behind the last newline is no whole line. */
  let isBehindLast = true
  while (start > 0) {
    const bytes = Math.min(PIECE_BYTES, start)
    start -= bytes
    held = Buffer.concat([await readAt(file, start, bytes), held])
    for (let at = held.lastIndexOf(NEWLINE); at >= 0; at = held.lastIndexOf(NEWLINE)) {
      const line = held.subarray(at + 1)
      held = held.subarray(0, at)
      if (!isBehindLast) yield { bytes: line, offset: start + at + 1, isWhole: true }
      isBehindLast = false
    }
    // No record is that long: its beginning is not worth looking for.
    if (held.length > MAX_LINE_BYTES) held = held.subarray(0, MAX_LINE_BYTES)
  }
  if (!isBehindLast) yield { bytes: held, offset: 0, isWhole: true }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}
