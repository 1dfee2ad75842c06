import type { StateStore, Table } from '../core/state.js'

/** How far a sink is: every block up to `sequence` is settled. Counts are the sink's own, for the life of the spool. */
export interface SinkCursor {
  readonly sequence: number
  readonly storedPoints: number
  readonly deadLetteredPoints: number
}

const START: SinkCursor = { sequence: 0, storedPoints: 0, deadLetteredPoints: 0 }

/** The sinks' cursors: three f64, little endian, under the sink's name. Read once, then kept in step in memory. */
export class Cursors {
  readonly #table: Table
  readonly #cursors = new Map<string, SinkCursor>()

  constructor(state: StateStore) {
    this.#table = state.table('cursors')
    for (const { key, value } of this.#table.entries()) this.#cursors.set(String(key), decode(value))
  }

  get names(): string[] {
    return [...this.#cursors.keys()]
  }

  of(sink: string): SinkCursor {
    return this.#cursors.get(sink) ?? START
  }

  /** The place that every sink has passed; `otherwise` without any sink. */
  lowest(otherwise: number): number {
    let lowest = Number.POSITIVE_INFINITY
    for (const { sequence } of this.#cursors.values()) lowest = Math.min(lowest, sequence)
    return lowest === Number.POSITIVE_INFINITY ? otherwise : lowest
  }

  /** A new sink begins after `sequence`; one that is known stays where it is. Joins the transaction of the caller. */
  add(sink: string, sequence: number): void {
    if (this.#cursors.has(sink)) return
    const cursor = { ...START, sequence }
    this.write(sink, cursor)
    this.moved(sink, cursor)
  }

  /** Joins the transaction of the caller; `moved` follows when it is on disk. */
  write(sink: string, cursor: SinkCursor): void {
    this.#table.put(sink, encode(cursor))
  }

  moved(sink: string, cursor: SinkCursor): void {
    this.#cursors.set(sink, cursor)
  }

  remove(sink: string): void {
    this.#table.remove(sink)
    this.#cursors.delete(sink)
  }
}

function encode({ sequence, storedPoints, deadLetteredPoints }: SinkCursor): Buffer {
  const record = Buffer.alloc(24)
  record.writeDoubleLE(sequence, 0)
  record.writeDoubleLE(storedPoints, 8)
  record.writeDoubleLE(deadLetteredPoints, 16)
  return record
}

function decode(record: Buffer): SinkCursor {
  return {
    sequence: record.readDoubleLE(0),
    storedPoints: record.readDoubleLE(8),
    deadLetteredPoints: record.readDoubleLE(16),
  }
}
