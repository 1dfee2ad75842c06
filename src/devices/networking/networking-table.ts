/**
 * What delivery rates keep on disk, so that a restart keeps the hour and the shift.
 *
 * Format. Table `networking`:
 *
 *     ['hour', start ms]    marks at the start of an entry of the hour: u32 by slot (host order, little endian on every
 *                           platform that Node and LMDB run on), the messages received since the ledger began, mod 2^32
 *     ['shift', start ms]   the same, at the start of a shift
 *     ['since', page]       1,024 slots of three f64: interval ms (0: does not count), since when ms, messages until then
 *
 * Invariants. Marks are of an instant in the past and never change. What was received since a mark is what the ledger
 * says now less the mark, so that no message that the ledger counts is lost or counted twice by a crash.
 *
 * Recovery. A mark or a page that did not reach the disk before a crash is missing: its entry counts into the one before
 * it, and a device whose page is older than its record counts anew from the start.
 */
import type { StateStore, Table } from '../../core/state.js'
import type { CountedSince, Marks } from './delivery.js'
import type { DeliveryColumns } from './delivery-columns.js'

const PAGE_SLOTS = 1024
const ROW = 3

type MarksOf = 'hour' | 'shift'

export class NetworkingTable {
  readonly #state: StateStore
  readonly #table: Table

  constructor(state: StateStore) {
    this.#state = state
    this.#table = state.table('networking')
  }

  /** Those of entries that began at or before an instant, the oldest first. */
  marks(of: MarksOf, throughMs: number): Marks[] {
    const saved: Marks[] = []
    for (const { key, value } of this.#table.entries({ start: [of, 0], end: [of, throughMs + 1] })) {
      saved.push({ startMs: (key as [string, number])[1], marks: new Uint32Array(aligned(value)) })
    }
    return saved
  }

  since(each: (slot: number, counted: CountedSince) => void): void {
    for (const { key, value } of this.#table.entries({
      start: ['since', 0],
      end: ['since', Number.MAX_SAFE_INTEGER],
    })) {
      const firstSlot = (key as [string, number])[1] * PAGE_SLOTS
      const rows = new Float64Array(aligned(value))
      for (let row = 0; row < PAGE_SLOTS; row++) {
        const [intervalMs, sinceMs, seenBefore] = rows.subarray(row * ROW, row * ROW + ROW)
        if (intervalMs! > 0)
          each(firstSlot + row, { intervalMs: intervalMs!, sinceMs: sinceMs!, seenBefore: seenBefore! })
      }
    }
  }

  /** Rejects, with nothing written, when the disk does not take it. */
  async write(changes: NetworkingChanges): Promise<void> {
    await this.#state.commit(() => {
      for (const page of changes.pages) this.#table.put(['since', page.number], page.rows)
      for (const { of, startMs, marks, keepFromMs, keepThroughMs } of changes.marks) {
        for (const key of this.#others(of, keepFromMs, keepThroughMs)) this.#table.remove(key)
        this.#table.put([of, startMs], marks)
      }
    })
  }

  /** Marks that are too old, or of a time to come: those are of before the clock was set back. */
  #others(of: MarksOf, keepFromMs: number, keepThroughMs: number): [string, number][] {
    const keys = [...this.#table.keys({ start: [of, 0], end: [of, Number.MAX_SAFE_INTEGER] })]
    return (keys as [string, number][]).filter(
      ([, startMs]) => startMs < keepFromMs || startMs > keepThroughMs,
    )
  }
}

export interface NetworkingChanges {
  readonly pages: readonly { readonly number: number; readonly rows: Buffer }[]
  readonly marks: readonly MarksChange[]
}

export interface MarksChange {
  readonly of: MarksOf
  readonly startMs: number
  readonly marks: Buffer
  /** Marks of other times are of no use any more. */
  readonly keepFromMs: number
  readonly keepThroughMs: number
}

/** A copy, since the write happens later, on another thread, while the marks may be dropped. */
export function marksChange(
  of: MarksOf,
  { startMs, marks }: Marks,
  lastSlot: number,
  keepFromMs: number,
  keepThroughMs: number,
): MarksChange {
  const bytes = Buffer.from(marks.slice(0, lastSlot + 1).buffer)
  return { of, startMs, marks: bytes, keepFromMs, keepThroughMs }
}

export function pageOf(slot: number): number {
  return Math.floor(slot / PAGE_SLOTS)
}

export function pageRows({ intervalMs, sinceMs, seenBefore }: DeliveryColumns, page: number): Buffer {
  const rows = new Float64Array(PAGE_SLOTS * ROW)
  for (let row = 0; row < PAGE_SLOTS; row++) {
    const slot = page * PAGE_SLOTS + row
    rows.set([intervalMs[slot] ?? 0, sinceMs[slot] ?? 0, seenBefore[slot] ?? 0], row * ROW)
  }
  return Buffer.from(rows.buffer)
}

/** The bytes of a record, at an address that numbers can have. */
function aligned(value: Buffer): ArrayBuffer {
  return Uint8Array.from(value).buffer
}
