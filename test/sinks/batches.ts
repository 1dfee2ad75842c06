import type { BatchPart, HistoryQuery, SinkBatch } from '../../src/core/sink.js'

const START_MS = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000

/** The full hour before the last one, epoch milliseconds: points around it are within every retention. */
export const HOUR_MS = START_MS

/** Nanoseconds of a time after the full hour. */
export function ns(seconds: number, nanoseconds = 0): string {
  return String(BigInt(START_MS) * 1_000_000n + BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds))
}

/** RFC 3339 of a time after the full hour. */
export function at(seconds: number, fraction = ''): string {
  return (
    new Date(START_MS + seconds * 1000).toISOString().slice(0, -5) + (fraction === '' ? 'Z' : `.${fraction}Z`)
  )
}

/** A batch of one block for each list of lines. */
export function blocks(first: number, ...lines: readonly (readonly string[])[]): SinkBatch {
  const chunks = lines.map((ofBlock) => Buffer.from(ofBlock.map((line) => `${line}\n`).join('')))
  return {
    spoolId: 'spool-1',
    firstSequence: first,
    lastSequence: first + lines.length - 1,
    chunks,
    sequences: lines.map((_, i) => first + i),
    bytes: chunks.reduce((sum, { length }) => sum + length, 0),
    points: lines.flat().length,
  }
}

/** A part of a batch that was rejected: consecutive lines, all of one block. */
export function partOf(
  whole: SinkBatch,
  sequence: number,
  lines: readonly string[],
  part: BatchPart,
): SinkBatch {
  const { firstSequence, lastSequence, spoolId } = whole
  return { ...blocks(sequence, lines), spoolId, firstSequence, lastSequence, part }
}

/** History of the minute that begins with the full hour. */
export function historyOf(field: string, more: Partial<HistoryQuery> = {}): HistoryQuery {
  return {
    tags: { device: 'imm-01' },
    field,
    fromMs: START_MS,
    toMs: START_MS + 60_000,
    limit: 1_000,
    ...more,
  }
}
