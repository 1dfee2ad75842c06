import type { StateStore, Table } from '../core/state.js'

export interface RejectedCount {
  readonly slot: number
  readonly count: number
}

/**
 * How many points of which device a sink refused in the settlement that ended with a block, until the ledger's
 * checkpoint includes it. Key: [sink, sequence]. Value: pairs of slot and count, u32 little endian.
 */
export class Rejections {
  readonly #table: Table

  constructor(state: StateStore) {
    this.#table = state.table('rejections')
  }

  /** Joins the transaction of the caller. */
  write(sink: string, sequence: number, counts: readonly RejectedCount[]): void {
    const record = Buffer.alloc(counts.length * 8)
    counts.forEach(({ slot, count }, i) => {
      record.writeUInt32LE(slot, i * 8)
      record.writeUInt32LE(count, i * 8 + 4)
    })
    this.#table.put([sink, sequence], record)
  }

  /** Of settlements that ended after `after` and no later than `through`. */
  between(sink: string, after: number, through: number): RejectedCount[] {
    const counts: RejectedCount[] = []
    for (const { value } of this.#table.entries({ start: [sink, after + 1], end: [sink, through + 1] })) {
      for (let at = 0; at < value.length; at += 8) {
        counts.push({ slot: value.readUInt32LE(at), count: value.readUInt32LE(at + 4) })
      }
    }
    return counts
  }

  /** Joins the transaction of the caller. */
  removeThrough(sequence: number): void {
    for (const key of this.#table.keys()) {
      if (Array.isArray(key) && Number(key[1]) <= sequence) this.#table.remove(key)
    }
  }
}
