/**
 * One record as a line of its file, and back.
 *
 *     {"seq":7,"time":"…","category":"…","event":"…","result":"…","actor":"…","address":"…","target":"…",
 *      "details":{…},["suppressed":n,]"previous":"<64 hex>","hash":"<64 hex>"}\n
 *
 * The hash is over the bytes in front of `,"hash":`, with the brace that closes them. Bytes, and not values: nothing has to
 * be written anew to be checked, and no two lines that differ mean the same.
 */
import { createHash } from 'node:crypto'
import type { AuditRecord, PendingEvent } from './record.js'
import { categoryOf } from './record.js'

/** In front of the first record. */
export const NO_HASH = '0'.repeat(64)
/** No line is longer: the texts of a record are bounded, and their escapes take six characters for one. */
export const MAX_LINE_BYTES = 262_144

/** `,"hash":"` + 64 + `"}` */
const TAIL_BYTES = 9 + 64 + 2
const TAIL = /^,"hash":"([0-9a-f]{64})"\}$/
const HASH = /^[0-9a-f]{64}$/
/** What JSON leaves as it is, and a terminal or a reader of lines would take for a command or an end. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029]/g

export interface Link {
  readonly seq: number
  readonly hash: string
}

/** The first record comes after this. */
export const NO_RECORD: Link = { seq: 0, hash: NO_HASH }

export interface WrittenLine extends Link {
  readonly text: string
  readonly record: AuditRecord
}

export function writeLine(event: PendingEvent, after: Link): WrittenLine {
  const { timeMs, id, result, actor, address, target, details, suppressed } = event
  const unsigned = {
    seq: after.seq + 1,
    time: new Date(timeMs).toISOString(),
    category: categoryOf(id),
    event: id,
    result,
    actor,
    address,
    target,
    details,
    ...(suppressed === 0 ? {} : { suppressed }),
    previous: after.hash,
  }
  const content = JSON.stringify(unsigned).replace(UNPRINTABLE, escapeOf)
  const hash = createHash('sha256').update(content).digest('hex')
  const text = `${content.slice(0, -1)},"hash":"${hash}"}\n`
  return { seq: unsigned.seq, hash, text, record: { ...unsigned, hash } }
}

/** The record of a line without its newline; undefined unless its own hash is right. */
export function readLine(line: Buffer): AuditRecord | undefined {
  const at = line.length - TAIL_BYTES
  const hash = at > 0 ? TAIL.exec(line.toString('latin1', at))?.[1] : undefined
  if (hash === undefined) return undefined
  const found = createHash('sha256').update(line.subarray(0, at)).update('}').digest('hex')
  return found === hash ? parseLine(line) : undefined
}

/** The same without looking at the hash, for those who list. */
export function parseLine(line: Buffer): AuditRecord | undefined {
  try {
    const record = JSON.parse(line.toString()) as Partial<AuditRecord> | null
    return isRecord(record) ? record : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function isRecord(record: Partial<AuditRecord> | null): record is AuditRecord {
  if (record === null || typeof record !== 'object') return false
  const { seq, time, event, previous, hash } = record
  const texts = [time, event, record.actor, record.target, record.address, record.result, record.category]
  return (
    Number.isSafeInteger(seq) &&
    seq! > 0 &&
    texts.every((text) => typeof text === 'string') &&
    typeof record.details === 'object' &&
    record.details !== null &&
    HASH.test(String(previous)) &&
    HASH.test(String(hash))
  )
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
