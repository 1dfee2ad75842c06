import { setImmediate } from 'node:timers/promises'
import { REASONS } from '../../core/reasons.js'
import type { LetterLimits } from './letter-bounds.js'
import { decodeHead } from './letter-format.js'
import { BY_REASON, type LetterTables } from './letter-tables.js'
import type { Removed, RemovedByCause } from './removals.js'

/** Ids counted in one go, which takes a few milliseconds. */
const COUNTED_AT_ONCE = 100_000

export interface LettersSummary {
  readonly count: number
  /** On disk. */
  readonly bytes: number
  readonly limits: LetterLimits
  /** Epoch milliseconds of arrival; 0 without any letter. */
  readonly oldestMs: number
  readonly newestMs: number
  readonly byReason: Readonly<Record<string, number>>
  /** Those that wait for a birth or a name, which are among all. */
  readonly held: Removed
  /** What had to go. */
  readonly removed: RemovedByCause & Removed
}

export async function summarise(
  tables: LetterTables,
  counts: RemovedByCause,
  limits: LetterLimits,
): Promise<LettersSummary> {
  const { heads } = tables
  const byReason: Record<string, number> = {}
  for (const [code, number] of Object.entries(REASONS)) {
    const count = await countReason(tables, number)
    if (count > 0) byReason[code] = count
  }
  const { purged: _, ...had } = counts
  return {
    count: heads.size,
    bytes: tables.bytes,
    limits,
    oldestMs: timeOf(tables, false),
    newestMs: timeOf(tables, true),
    byReason,
    held: { count: tables.heldCount, bytes: tables.heldBytes },
    removed: {
      ...counts,
      count: Object.values(had).reduce((sum, { count }) => sum + count, 0),
      bytes: Object.values(had).reduce((sum, { bytes }) => sum + bytes, 0),
    },
  }
}

/** Id range by id range, so that messages come in between. */
async function countReason({ heads, index }: LetterTables, number: number): Promise<number> {
  const last = Number(heads.lastKey() ?? 0)
  let count = 0
  for (let from = Number(firstOf(heads)); from <= last; from += COUNTED_AT_ONCE) {
    const start = [BY_REASON, number, from]
    count += index.countOf({ start, end: [BY_REASON, number, from + COUNTED_AT_ONCE] })
    if (from + COUNTED_AT_ONCE <= last) await setImmediate()
  }
  return count
}

function firstOf(heads: LetterTables['heads']): number {
  for (const key of heads.keys({ limit: 1 })) return Number(key)
  return 1
}

function timeOf({ heads }: LetterTables, newest: boolean): number {
  for (const { key, value } of heads.entries({ reverse: newest, limit: 1 })) {
    return decodeHead(Number(key), value).timeMs
  }
  return 0
}
