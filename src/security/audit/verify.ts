/**
 * Whether a trail is as it was written: each line's own hash, the chain through all files, the records of what retention
 * removed, and the head. It only reads, and works beside a gateway that writes, and on a copy.
 *
 * It cannot show what someone did who had the key of the head (`audit.key`) and made all lines, hashes and the head anew:
 * for that, compare with a record that has left the machine (`anchors`).
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { causeOf, GatewayError } from '../../core/errors.js'
import { type AuditReport, type Damage, MAX_DAMAGE } from './damage.js'
import { checkFile, type FileCheck } from './file-check.js'
import { diagnose } from './file-diagnosis.js'
import { AUDIT_FOLDER, firstSeqOf, HEAD_FILE, KEY_FILE, listFiles } from './files.js'
import { type FoundHead, readHead, readKey } from './head.js'
import { type Link, NO_HASH } from './line.js'

/** A gateway that writes, rotates and removes meanwhile is looked at again. */
const ATTEMPTS = 5

/**
 * @param dataDirectory that of the gateway, or a copy; the folder of the trail itself does, too
 * @param anchors records that are known from elsewhere, such as a syslog server
 * @throws {GatewayError} LG_AUDIT_UNREADABLE
 */
export async function verifyAudit(
  dataDirectory: string,
  anchors: readonly Link[] = [],
): Promise<AuditReport> {
  const { folder, keyFile } = await placesIn(dataDirectory)
  for (let attempt = 1; ; attempt++) {
    const before = await readHead(folder, undefined)
    try {
      const report = await verifyOnce(folder, keyFile, anchors)
      const after = await readHead(folder, undefined)
      const hasMoved = JSON.stringify(before) !== JSON.stringify(after)
      if (report.ok || !hasMoved || attempt === ATTEMPTS) return report
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!isGone || attempt === ATTEMPTS) throw unreadable(folder, error)
    }
  }
}

export async function placesIn(directory: string): Promise<{ folder: string; keyFile: string }> {
  const inside = join(directory, AUDIT_FOLDER)
  const isFolder = await stat(inside).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isFolder) return { folder: inside, keyFile: join(directory, KEY_FILE) }
  const own = await stat(directory).catch((error: unknown) => {
    throw unreadable(directory, error)
  })
  if (!own.isDirectory()) throw unreadable(directory, new Error('it is not a directory'))
  return { folder: directory, keyFile: join(directory, '..', KEY_FILE) }
}

function unreadable(directory: string, cause: unknown): GatewayError {
  return new GatewayError('LG_AUDIT_UNREADABLE', { directory, cause: causeOf(cause) }, { cause })
}

async function verifyOnce(folder: string, keyFile: string, anchors: readonly Link[]): Promise<AuditReport> {
  const key = await readKey(keyFile)
  // Before the files: it is never ahead of them.
  const found = await readHead(folder, key)
  const wanted = new Set([...anchors, ...(found === undefined ? [] : [found.head])].map(({ seq }) => seq))
  const checks: FileCheck[] = []
  for (const file of await listFiles(folder)) checks.push(await checkFile(file, wanted))
  const damage: Damage[] = []
  for (const at of checks.keys()) damage.push(...(await damageOfFile(checks, at, found)))
  damage.push(...damageAtEnd(checks, found, key !== undefined), ...damageByAnchors(checks, anchors))
  return reportOf(checks, found, damage)
}

function reportOf(
  checks: readonly FileCheck[],
  found: FoundHead | undefined,
  damage: readonly Damage[],
): AuditReport {
  const filled = checks.filter(({ last }) => last !== undefined)
  const last = filled.at(-1)?.last
  return {
    ok: damage.length === 0,
    files: checks.length,
    records: checks.reduce((sum, { lines }) => sum + lines, 0),
    firstSeq: filled[0]?.first?.seq ?? 0,
    lastSeq: last?.seq ?? 0,
    lastHash: last?.hash ?? NO_HASH,
    head: headState(found),
    unfinishedBytes: checks.at(-1)?.unfinishedBytes ?? 0,
    damage: damage.slice(0, MAX_DAMAGE),
    damageCount: damage.length,
  }
}

function headState(found: FoundHead | undefined): AuditReport['head'] {
  if (found === undefined) return 'absent'
  if (found.isAuthentic === undefined) return 'unchecked'
  return found.isAuthentic ? 'authentic' : 'forged'
}

/** What is missing in front of the file, and what is wrong in it. */
async function damageOfFile(
  checks: readonly FileCheck[],
  at: number,
  found: FoundHead | undefined,
): Promise<Damage[]> {
  const check = checks[at]!
  const next = checks[at + 1]
  const missingNext = next === undefined ? undefined : missingBefore(checks, at + 1)
  const to = missingNext?.firstSeq ?? next?.file.firstSeq ?? endOfLast(check, found)
  const isLast = next === undefined
  const unfinishedIsDamage = !isLast || found?.head.closed === true
  const isWhole = check.unfinishedBytes === 0 || !unfinishedIsDamage
  const endsWhereItShould = (check.last?.seq ?? check.file.firstSeq - 1) === to - 1
  const damage = damageInFront(checks, at)
  if (check.isSound && isWhole && endsWhereItShould) return damage
  const lastHash =
    next === undefined || missingNext !== undefined ? headHash(found, to - 1) : next.first?.previous
  const expected = { from: check.file.firstSeq, to: to - 1, lastHash, unfinishedIsDamage }
  return [...damage, ...(await diagnose(check.file, expected))]
}

/** The number after the last one that the last file can have: what is behind the head was written in the last second. */
function endOfLast({ file, lines, last }: FileCheck, found: FoundHead | undefined): number {
  const own = Math.max(file.firstSeq + lines, (last?.seq ?? 0) + 1)
  if (found === undefined || found.isAuthentic === false || found.head.seq < file.firstSeq) return own
  const { head } = found
  // Lines that are missing at the very end are cut off, which `damageAtEnd` names.
  return head.closed ? Math.min(own, head.seq + 1) : own
}

function headHash(found: FoundHead | undefined, seq: number): string | undefined {
  return found?.isAuthentic !== false && found?.head.seq === seq ? found.head.hash : undefined
}

/** A file that is gone, between this one and the one before; with the numbers that it had. */
function missingBefore(checks: readonly FileCheck[], at: number): Damage | undefined {
  const { first, file } = checks[at]!
  if (first?.event !== 'rotated' || first.seq !== file.firstSeq) return undefined
  const name = first.target
  if (checks[at - 1]?.file.name === name) return undefined
  const firstSeq = firstSeqOf(name)
  if (firstSeq === undefined) return undefined
  return { kind: 'missing_file', file: name, line: 0, firstSeq, lastSeq: file.firstSeq - 1 }
}

function damageInFront(checks: readonly FileCheck[], at: number): Damage[] {
  const check = checks[at]!
  const { file, first } = check
  const before = checks[at - 1]
  const missing = missingBefore(checks, at)
  if (before === undefined) return damageAtBeginning(checks, missing)
  if (missing !== undefined) return [missing]
  const isLinked = first?.seq === file.firstSeq && before.last?.seq === first.seq - 1
  if (!isLinked || first.previous === before.last!.hash) return []
  // Both lines are sound: the one before was written anew.
  const { seq } = before.last!
  return [{ kind: 'altered', file: before.file.name, line: before.lines, firstSeq: seq, lastSeq: seq }]
}

/** The trail begins with its first record, or where retention says that it removed what was before. */
function damageAtBeginning(checks: readonly FileCheck[], missing: Damage | undefined): Damage[] {
  const { file, first } = checks[0]!
  const last = file.firstSeq - 1
  if (last === 0) return []
  const hashes = checks.flatMap(({ expired }) => (expired.has(last) ? [expired.get(last)!] : []))
  const isTied = first === undefined || first.seq !== file.firstSeq
  if (hashes.some((hash) => isTied || hash === '' || hash === first.previous)) return []
  return [missing ?? { kind: 'removed', file: file.name, line: 1, firstSeq: 1, lastSeq: last }]
}

function damageAtEnd(checks: readonly FileCheck[], found: FoundHead | undefined, hasKey: boolean): Damage[] {
  const last = checks.at(-1)
  const name = (
    kind: Damage['kind'],
    file: string,
    line: number,
    firstSeq: number,
    lastSeq: number,
  ): Damage => ({
    kind,
    file,
    line,
    firstSeq,
    lastSeq,
  })
  if (found === undefined) {
    return last === undefined && !hasKey ? [] : [name('head_missing', HEAD_FILE, 0, 0, 0)]
  }
  if (found.isAuthentic === false) return [name('head_altered', HEAD_FILE, 0, 0, 0)]
  const { head } = found
  const reached = last === undefined ? 0 : Math.max(last.last?.seq ?? 0, last.file.firstSeq + last.lines - 1)
  if (reached >= head.seq) return headMismatch(checks, head)
  const isFileGone = checks.every(({ file }) => file.name !== head.file)
  if (isFileGone && head.file !== '') {
    return [name('missing_file', head.file, 0, firstSeqOf(head.file) ?? reached + 1, head.seq)]
  }
  return [name('cut_off', last?.file.name ?? head.file, (last?.lines ?? 0) + 1, reached + 1, head.seq)]
}

function headMismatch(checks: readonly FileCheck[], head: Link): Damage[] {
  return head.seq === 0 ? [] : mismatches(checks, [head])
}

function damageByAnchors(checks: readonly FileCheck[], anchors: readonly Link[]): Damage[] {
  const last = checks.at(-1)
  const reached = last === undefined ? 0 : last.file.firstSeq + last.lines - 1
  const beyond = anchors.filter(({ seq }) => seq > reached).map(({ seq }) => seq)
  const found = mismatches(checks, anchors)
  if (beyond.length === 0) return found
  const place = { file: last?.file.name ?? '', line: (last?.lines ?? 0) + 1 }
  return [...found, { kind: 'cut_off', ...place, firstSeq: reached + 1, lastSeq: Math.max(...beyond) }]
}

/** Records that are there with another hash than they are known to have. */
function mismatches(checks: readonly FileCheck[], known: readonly Link[]): Damage[] {
  return known.flatMap(({ seq, hash }) => {
    const check = checks.find(({ hashes }) => hashes.has(seq) && hashes.get(seq) !== hash)
    if (check === undefined) return []
    const line = seq - check.file.firstSeq + 1
    return [{ kind: 'altered', file: check.file.name, line, firstSeq: seq, lastSeq: seq } as const]
  })
}
