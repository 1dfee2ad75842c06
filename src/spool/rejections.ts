import type { StateStore, Table } from '../core/state.js'

/** Points of one device in one block that a sink refused. */
export interface RejectedCount {
  readonly sequence: number
  readonly slot: number
  readonly count: number
}

/**
 * How many points of which device a sink refused in a block, until the ledger's checkpoint includes its settling.
 * Key: [sink, sequence of the block]. Value: pairs of slot and count, u32 little endian.
 */
export class Rejections {
  readonly #table: Table

  constructor(state: StateStore) {
    this.#table = state.table('rejections')
  }

  /** Joins the transaction of the caller. */
  write(sink: string, counts: readonly RejectedCount[]): void {
    for (const [sequence, ofBlock] of bySequence(counts)) {
      const record = Buffer.alloc(ofBlock.length * 8)
      ofBlock.forEach(({ slot, count }, i) => {
        record.writeUInt32LE(slot, i * 8)
        record.writeUInt32LE(count, i * 8 + 4)
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
      for (let at = 0; at < value.length; at += 8) {
        counts.push({ sequence, slot: value.readUInt32LE(at), count: value.readUInt32LE(at + 4) })
      }
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

function bySequence(counts: readonly RejectedCount[]): Map<number, RejectedCount[]> {
  const groups = new Map<number, RejectedCount[]>()
  for (const count of counts) {
    const group = groups.get(count.sequence)
    if (group === undefined) groups.set(count.sequence, [count])
    else group.push(count)
  }
  return groups
}
