/**
 * Where the trail goes on after a stop or a crash.
 *
 * A crash leaves at most a half line at the end of the last file (it is cut off), a file that was just begun (it is
 * removed), and a head that is behind (the files count). Anything else was not the gateway: the trail goes on where the
 * head says that it was, so that what is missing stays missing for everyone who verifies, and says what it found.
 */
import { truncate, unlink } from 'node:fs/promises'
import { type AuditFileName, listFiles } from './files.js'
import { type FoundHead, readHead } from './head.js'
import { type Link, NO_RECORD, readLine } from './line.js'
import { linesBackwards, linesOf } from './lines.js'

export interface Recovered {
  /** The next record comes after it. */
  readonly link: Link
  /** To be appended to; undefined if there is none. */
  readonly file: AuditFileName | undefined
  /** Bytes of a half line that was cut off. */
  readonly mendedBytes: number
  /** What is wrong with the trail, in words; empty if nothing is. */
  readonly damage: readonly string[]
}

/** The end of the last file that has one. */
interface End {
  readonly file: AuditFileName | undefined
  readonly last: Link
  readonly unsoundLines: number
  readonly mendedBytes: number
}

export async function recover(folder: string, key: string): Promise<Recovered> {
  const found = await readHead(folder, key)
  const end = await findEnd(folder)
  const damage = damageOf(end, found)
  const reached = end.last.seq + end.unsoundLines
  const isBehind = found?.isAuthentic === true && found.head.seq > end.last.seq && found.head.seq >= reached
  const link = isBehind ? found.head : { seq: reached, hash: end.last.hash }
  return { link, file: end.file, mendedBytes: end.mendedBytes, damage }
}

async function findEnd(folder: string): Promise<End> {
  let mendedBytes = 0
  for (const file of (await listFiles(folder)).reverse()) {
    mendedBytes += await mend(file)
    let unsoundLines = 0
    for await (const { bytes } of linesBackwards(file.path)) {
      const record = readLine(bytes)
      if (record !== undefined) return { file, last: record, unsoundLines, mendedBytes }
      unsoundLines++
    }
    if (unsoundLines > 0) {
      const last = { seq: file.firstSeq - 1, hash: NO_RECORD.hash }
      return { file, last, unsoundLines, mendedBytes }
    }
    await unlink(file.path)
  }
  return { file: undefined, last: NO_RECORD, unsoundLines: 0, mendedBytes }
}

/** Cuts off what stands behind the last newline; the number of its bytes. */
async function mend({ path }: AuditFileName): Promise<number> {
  let bytes = 0
  for await (const line of linesOf(path)) {
    if (line.isWhole) continue
    bytes = line.bytes.length
    await truncate(path, line.offset)
  }
  return bytes
}

function damageOf({ file, last, unsoundLines }: End, found: FoundHead | undefined): string[] {
  const damage: string[] = []
  if (unsoundLines > 0) damage.push(`the last ${unsoundLines} line(s) of ${file!.name} are altered`)
  if (found === undefined) {
    if (file !== undefined) damage.push('head.json is missing')
    return damage
  }
  const { head, isAuthentic } = found
  if (isAuthentic !== true) return [...damage, 'head.json was not written by this gateway']
  const reached = last.seq + unsoundLines
  if (reached < head.seq) damage.push(`records ${reached + 1} to ${head.seq} are missing at the end`)
  if (last.seq === head.seq && head.seq > 0 && last.hash !== head.hash)
    damage.push(`record ${head.seq} is not the one written`)
  if (head.closed && reached > head.seq) damage.push(`records after ${head.seq} were added by someone else`)
  return damage
}
