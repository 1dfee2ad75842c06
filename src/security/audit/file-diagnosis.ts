/**
 * Names what is wrong inside of one file, whose lines are known to be damaged. The file has the sequence numbers from
 * `from` to `to`: each line is sound (its hash is its own) or not, and each number is there once, more often, or not at all.
 */
import type { Damage, DamageKind } from './damage.js'
import type { AuditFileName } from './files.js'
import { readLine } from './line.js'
import { linesOf } from './lines.js'
import { outsideLongestRun } from './longest-run.js'

interface Entry {
  readonly line: number
  /** 0 for a line that is not sound. */
  readonly seq: number
  readonly hash: string
  readonly previous: string
}

export interface SeqRange {
  readonly from: number
  readonly to: number
}

export interface Expected extends SeqRange {
  /** Hash of the record `to`, as the next file or the head names it. */
  readonly lastHash: string | undefined
  /** Whether what stands behind the last newline counts. */
  readonly unfinishedIsDamage: boolean
}

export async function diagnose(file: AuditFileName, range: Expected): Promise<Damage[]> {
  const entries = await entriesOf(file, range.unfinishedIsDamage)
  const name = (kind: DamageKind, line: number, firstSeq: number, lastSeq = firstSeq): Damage => ({
    kind,
    file: file.name,
    line,
    firstSeq,
    lastSeq,
  })
  const { kept, extra } = separate(entries, range)
  const moved = outsideLongestRun(kept.map(({ seq }) => seq)).map((at) => kept[at]!)
  const inPlace = kept.filter((entry) => !moved.includes(entry))
  const found = [
    ...extra.map(({ entry, kind }) => name(kind, entry.line, entry.seq)),
    ...moved.map(({ line, seq }) => name('reordered', line, seq)),
    ...replacedIn(kept).map(({ line, seq }) => name('altered', line, seq)),
  ]
  const known = new Set(kept.map(({ seq }) => seq))
  const end: Entry = { line: entries.length + 1, seq: range.to + 1, hash: '', previous: '' }
  let before = { line: 0, seq: range.from - 1 }
  for (const entry of [...inPlace, end]) {
    const unsound = entries.filter(({ line, seq }) => seq === 0 && line > before.line && line < entry.line)
    const missing = missingBetween(before.seq, entry.seq, known)
    for (const { line } of unsound) {
      const seq = missing.shift()
      found.push(name(seq === undefined ? 'inserted' : 'altered', line, seq ?? 0))
    }
    for (const { from, to } of runsOf(missing)) found.push(name('removed', entry.line, from, to))
    before = entry
  }
  return found.sort((a, b) => a.line - b.line)
}

async function entriesOf(file: AuditFileName, unfinishedIsDamage: boolean): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const { bytes, isWhole } of linesOf(file.path)) {
    if (!isWhole && !unfinishedIsDamage) continue
    const record = isWhole ? readLine(bytes) : undefined
    const { seq = 0, hash = '', previous = '' } = record ?? {}
    entries.push({ line: entries.length + 1, seq, hash, previous })
  }
  return entries
}

/** One sound line for each number, and those that are too many. */
function separate(entries: readonly Entry[], { from, to, lastHash }: Expected) {
  const named = new Map(entries.map(({ seq, previous }) => [seq - 1, previous]))
  if (lastHash !== undefined) named.set(to, lastHash)
  const chosen = new Map<number, Entry>()
  const extra: { entry: Entry; kind: 'inserted' | 'duplicated' }[] = []
  for (const entry of entries) {
    if (entry.seq === 0) continue
    const other = chosen.get(entry.seq)
    if (entry.seq < from || entry.seq > to) extra.push({ entry, kind: 'inserted' })
    else if (other === undefined) chosen.set(entry.seq, entry)
    else if (other.hash === entry.hash) extra.push({ entry, kind: 'duplicated' })
    else {
      // The next record names the one that was written.
      const isWritten = named.get(entry.seq) === entry.hash
      if (isWritten) chosen.set(entry.seq, entry)
      extra.push({ entry: isWritten ? other : entry, kind: 'inserted' })
    }
  }
  const kept = [...chosen.values()].sort((a, b) => a.line - b.line)
  return { kept, extra }
}

/** Sound lines that the next record does not name: written anew, with a hash to match. */
function replacedIn(kept: readonly Entry[]): Entry[] {
  const bySeq = new Map(kept.map((entry) => [entry.seq, entry]))
  return kept.filter(({ seq, hash }) => {
    const next = bySeq.get(seq + 1)
    return next !== undefined && next.previous !== hash
  })
}

function missingBetween(before: number, after: number, known: ReadonlySet<number>): number[] {
  const missing: number[] = []
  for (let seq = before + 1; seq < after; seq++) if (!known.has(seq)) missing.push(seq)
  return missing
}

function runsOf(numbers: readonly number[]): SeqRange[] {
  const runs: { from: number; to: number }[] = []
  for (const n of numbers) {
    const last = runs.at(-1)
    if (last !== undefined && last.to === n - 1) last.to = n
    else runs.push({ from: n, to: n })
  }
  return runs
}
