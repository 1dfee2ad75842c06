import { unlink } from 'node:fs/promises'
import { syncFolder } from './audit-file.js'
import { type AuditFileName, listFiles } from './files.js'
import { type Link, readLine } from './line.js'
import { linesBackwards } from './lines.js'
import type { PendingEvent } from './record.js'
import { toPending } from './record.js'

const DAY_MS = 86_400_000

export interface ExpiredFile {
  readonly file: AuditFileName
  /** Its last record. The record of the removal names it, so that what remains can be tied to it. */
  readonly last: Link
  readonly lastTimeMs: number
}

/** The oldest files, up to the first whose last record is younger than the retention; never the last file. */
export async function expiredFiles(
  folder: string,
  retentionDays: number,
  nowMs: number,
): Promise<ExpiredFile[]> {
  const expired: ExpiredFile[] = []
  const files = await listFiles(folder)
  for (const [at, file] of files.entries()) {
    const next = files[at + 1]
    if (next === undefined) break
    const end = await endOf(file, next)
    if (end.lastTimeMs >= nowMs - retentionDays * DAY_MS) break
    expired.push({ file, ...end })
  }
  return expired
}

export function expiredEvent({ file, last, lastTimeMs }: ExpiredFile, nowMs: number): PendingEvent {
  const details = {
    firstSeq: file.firstSeq,
    lastSeq: last.seq,
    lastHash: last.hash,
    lastTime: new Date(lastTimeMs).toISOString(),
  }
  const event = {
    id: 'expired',
    result: 'success',
    actor: 'gateway',
    address: '',
    target: file.name,
  } as const
  return toPending({ ...event, details }, nowMs)
}

/** Only when the record of it is on disk. */
export async function removeExpired(folder: string, expired: readonly ExpiredFile[]): Promise<void> {
  for (const { file } of expired) await unlink(file.path)
  await syncFolder(folder)
}

/** Of a file whose end cannot be read, what the day in its name and the file after it say. */
async function endOf(file: AuditFileName, next: AuditFileName): Promise<{ last: Link; lastTimeMs: number }> {
  for await (const { bytes } of linesBackwards(file.path)) {
    const record = readLine(bytes)
    if (record === undefined) break
    return { last: { seq: record.seq, hash: record.hash }, lastTimeMs: Date.parse(record.time) }
  }
  return { last: { seq: next.firstSeq - 1, hash: '' }, lastTimeMs: Date.parse(file.day) + DAY_MS }
}
