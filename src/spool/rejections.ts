import { REASONS, type ReasonCode, reasonOf } from '../core/reasons.js'
import type { StateStore, Table } from '../core/state.js'

/** Points of one device in one block that a sink refused, or that never reached it. */
export interface RejectedCount {
  readonly sequence: number
  readonly slot: number
  readonly count: number
  readonly reason: ReasonCode
}

const ENTRY_BYTES = 12

/**
 * How many points of which device a sink refused in a block, until the ledger's checkpoint includes its settling.
 * Key: [sink, sequence of the block]. Value: slot, count and number of the reason, u32 little endian each, again and again.
 */
export class Rejections {
  readonly #table: Table

  constructor(state: StateStore) {
    this.#table = state.table('rejectionsByReason')
  }

  /** Joins the transaction of the caller. */
  write(sink: string, counts: readonly RejectedCount[]): void {
    for (const [sequence, ofBlock] of bySequence(counts)) {
      const record = Buffer.alloc(ofBlock.length * ENTRY_BYTES)
      ofBlock.forEach(({ slot, count, reason }, i) => {
        record.writeUInt32LE(slot, i * ENTRY_BYTES)
        record.writeUInt32LE(count, i * ENTRY_BYTES + 4)
        record.writeUInt32LE(REASONS[reason], i * ENTRY_BYTES + 8)
      })
      this.#table.put([sink, sequence], record)
    }
  }

  /** Of the blocks after `after` up to and including `through`. */
  between(sink: string, after: number, through: number): RejectedCount[] {
    const counts: RejectedCount[] = []
    for (const { key, value } of this.#table.entries({
      start: [sink, after + 1],
      end: [sink, through + 1],
    })) {
      const sequence = Number((key as [string, number])[1])
      for (let at = 0; at < value.length; at += ENTRY_BYTES) counts.push(readEntry(value, at, sequence))
    }
    return counts
  }

  /** Joins the transaction of the caller. */
  removeThrough(sink: string, sequence: number): void {
    for (const key of this.#table.keys({ start: [sink, 0], end: [sink, sequence + 1] })) {
      this.#table.remove(key)
    }
  }
}

function readEntry(record: Buffer, at: number, sequence: number): RejectedCount {
  const reason = reasonOf(record.readUInt32LE(at + 8)) ?? 'sink_rejected'
  return { sequence, slot: record.readUInt32LE(at), count: record.readUInt32LE(at + 4), reason }
}

function bySequence(counts: readonly RejectedCount[]): Map<number, RejectedCount[]> {
  const groups = new Map<number, RejectedCount[]>()
  for (const count of counts) {
    const group = groups.get(count.sequence)
    if (group === undefined) groups.set(count.sequence, [count])
    else group.push(count)
  }
  return groups
}
