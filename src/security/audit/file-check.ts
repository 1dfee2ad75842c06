/**
 * Looks through one file, line by line: what it holds, and whether anything in it is not as it was written. Memory is one
 * line; only what is damaged is looked into again (file-diagnosis.ts).
 */
import type { AuditFileName } from './files.js'
import { type Link, readLine } from './line.js'
import { linesOf } from './lines.js'
import type { AuditRecord } from './record.js'

export interface FileCheck {
  readonly file: AuditFileName
  readonly lines: number
  /** Each line is sound, follows the one before, and the first has the number that the file is named by. */
  readonly isSound: boolean
  readonly first: AuditRecord | undefined
  readonly last: Link | undefined
  /** Behind the last newline. */
  readonly unfinishedBytes: number
  /** What files the removal of which was recorded here ended with: hash by sequence number. */
  readonly expired: ReadonlyMap<number, string>
  /** Hashes of the records that were asked for. */
  readonly hashes: ReadonlyMap<number, string>
}

/** @param wanted sequence numbers whose hashes are wanted */
export async function checkFile(file: AuditFileName, wanted: ReadonlySet<number>): Promise<FileCheck> {
  const expired = new Map<number, string>()
  const hashes = new Map<number, string>()
  let lines = 0
  let isSound = true
  let unfinishedBytes = 0
  let first: AuditRecord | undefined
  let last: Link | undefined
  for await (const { bytes, isWhole } of linesOf(file.path)) {
    if (!isWhole) {
      unfinishedBytes = bytes.length
      break
    }
    const record = readLine(bytes)
    const isNext = record?.seq === file.firstSeq + lines
    if (!isNext || (last !== undefined && record.previous !== last.hash)) isSound = false
    lines++
    if (record === undefined) continue
    first ??= record
    last = { seq: record.seq, hash: record.hash }
    if (wanted.has(record.seq)) hashes.set(record.seq, record.hash)
    if (record.event === 'expired')
      expired.set(Number(record.details.lastSeq), String(record.details.lastHash))
  }
  return { file, lines, isSound, first, last, unfinishedBytes, expired, hashes }
}
