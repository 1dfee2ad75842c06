/**
 * Counts by reason, per device and in total (core/reasons.ts).
 *
 * Format. Table `ledgerReasons`: page number → entries of 256 slots, as the pages of the ledger: slot u32, number of the
 * reason u32, count f64, little endian. Only what is not 0 has an entry. Pages are written with those of the ledger.
 */
import { type ReasonCode, reasonOf } from '../core/reasons.js'
import type { StateStore, Table } from '../core/state.js'
import { REASON_STRIDE } from '../core/tally.js'
import type { CountsByReason } from '../core/views.js'

const SLOTS = 256
const ENTRY_BYTES = 16
const REASON_BITS = 8
const REASON_NUMBERS = 1 << REASON_BITS

/** Key: place of the slot in its page · 256 + number of the reason. */
type Page = Map<number, number>

export class ReasonCounts {
  readonly #table: Table
  readonly #pages = new Map<number, Page>()
  readonly #dirty = new Set<number>()
  readonly #totals = new Float64Array(REASON_NUMBERS)

  constructor(state: StateStore) {
    this.#table = state.table('ledgerReasons')
    for (const { key, value } of this.#table.entries()) this.#load(Number(key), value)
  }

  /** Changes of a block, as a tally has them. */
  apply(reasons: Int32Array): void {
    for (let at = 0; at < reasons.length; at += REASON_STRIDE)
      this.add(reasons[at]!, reasons[at + 1]!, reasons[at + 2]!)
  }

  add(slot: number, reason: number, count: number): void {
    const number = Math.floor(slot / SLOTS)
    const page = this.#pages.get(number) ?? new Map<number, number>()
    const key = (slot % SLOTS) * REASON_NUMBERS + reason
    this.#pages.set(number, page)
    page.set(key, (page.get(key) ?? 0) + count)
    this.#totals[reason]! += count
    this.#dirty.add(number)
  }

  totals(): CountsByReason {
    return named(this.#totals)
  }

  sum(slots: Iterable<number>): CountsByReason {
    const sums = new Float64Array(REASON_NUMBERS)
    for (const slot of slots) {
      const page = this.#pages.get(Math.floor(slot / SLOTS))
      if (page === undefined) continue
      const from = (slot % SLOTS) * REASON_NUMBERS
      for (let reason = 0; reason < REASON_NUMBERS; reason++) sums[reason]! += page.get(from + reason) ?? 0
    }
    return named(sums)
  }

  /** Writes what changed since the last time; joins the transaction of the caller. */
  write(): void {
    for (const number of this.#dirty) this.#table.put(number, encode(number, this.#pages.get(number)!))
    this.#dirty.clear()
  }

  rewriteAll(): void {
    for (const number of this.#pages.keys()) this.#dirty.add(number)
  }

  #load(number: number, record: Buffer): void {
    for (let at = 0; at < record.length; at += ENTRY_BYTES)
      this.add(record.readUInt32LE(at), record.readUInt32LE(at + 4), record.readDoubleLE(at + 8))
    this.#dirty.delete(number)
  }
}

function encode(number: number, page: Page): Buffer {
  const entries = [...page].filter(([, count]) => count !== 0)
  const record = Buffer.alloc(entries.length * ENTRY_BYTES)
  entries.forEach(([key, count], i) => {
    record.writeUInt32LE(number * SLOTS + Math.floor(key / REASON_NUMBERS), i * ENTRY_BYTES)
    record.writeUInt32LE(key % REASON_NUMBERS, i * ENTRY_BYTES + 4)
    record.writeDoubleLE(count, i * ENTRY_BYTES + 8)
  })
  return record
}

function named(counts: Float64Array): CountsByReason {
  const byReason: Partial<Record<ReasonCode, number>> = {}
  counts.forEach((count, number) => {
    const code = count === 0 ? undefined : reasonOf(number)
    if (code !== undefined) byReason[code] = count
  })
  return byReason
}
