import type { DeviceTree, NodeSum, TreeNode } from '../../core/registry.js'
import { type DeliveryColumns, grownCounts } from './delivery-columns.js'

/**
 * Messages expected per millisecond are whole numbers of this fraction of a message, so that sums over devices are
 * exact. 2^14 · 3^3 · 5^9 · 7: the intervals that people state divide it.
 */
export const RATE_UNIT = 6_048_000_000_000
/** The same for expected messages. */
export const MESSAGE_UNIT = 5_040_000

/** Messages of a device, or of all that count at and below a node. */
interface Share {
  readonly received: number
  /** In `MESSAGE_UNIT`s, a whole number. */
  readonly expectedUnits: number
}

/**
 * The messages of a stretch of time that ends now and begins with an entry; there is a fixed number of entries, and the
 * oldest is dropped for a new one.
 *
 *     starts[k]        when the entry began               oldest ─▶ │ entry │ entry │ … │ entry … now
 *     marks[k][slot]   messages of the device until then
 *
 * So a device has received `applied − marks[oldest]` in the window. A device that began to count within the window has
 * the same mark in all entries until then, and is expected only since then: `late` is what is taken off for that.
 *
 * Invariant: `received` and `late` are, at every node, the sums of `#receivedBy` and `#lateBy` over its devices.
 */
export class DeliveryWindow {
  readonly #columns: DeliveryColumns
  readonly #starts: number[]
  readonly #marks: Uint32Array<ArrayBuffer>[]
  #oldest = 0
  #received: NodeSum | undefined
  #late: NodeSum | undefined

  constructor(columns: DeliveryColumns, entries: number) {
    this.#columns = columns
    this.#starts = new Array<number>(entries).fill(0)
    this.#marks = this.#starts.map(() => new Uint32Array(columns.capacity))
  }

  get startMs(): number {
    return this.#starts[this.#oldest]!
  }

  /** Start of the entry that is running. */
  get newestMs(): number {
    return this.#starts[this.#at(-1)]!
  }

  get newestMarks(): Uint32Array {
    return this.#marks[this.#at(-1)]!
  }

  /** Entries from the oldest on. */
  *entries(): Iterable<{ startMs: number; marks: Uint32Array }> {
    for (let i = 0; i < this.#starts.length; i++) {
      yield { startMs: this.#starts[this.#at(i)]!, marks: this.#marks[this.#at(i)]! }
    }
  }

  /** To be called when columns and marks are as they are to be. */
  begin(tree: DeviceTree): void {
    this.#received = tree.sum((slot) => this.#receivedBy(slot))
    this.#late = tree.sum((slot) => this.#lateBy(slot, this.startMs))
  }

  grow(capacity: number): void {
    for (const [k, marks] of this.#marks.entries()) this.#marks[k] = grownCounts(marks, capacity)
  }

  /** `count` more messages are in `applied`. */
  add(slot: number, count: number): void {
    this.#received?.add(slot, count)
  }

  /** Other entries, ascending, in which nothing was received; while no device counts. */
  restart(starts: readonly number[]): void {
    this.#starts.splice(0, starts.length, ...starts)
    this.#oldest = 0
    for (const marks of this.#marks) marks.set(this.#columns.applied)
  }

  /** The device is about to count no more, or otherwise. */
  leave(slot: number): void {
    this.#received?.add(slot, -this.#receivedBy(slot))
    this.#late?.add(slot, -this.#lateBy(slot, this.startMs))
  }

  /** The device counts from now on as the columns say. */
  enter(slot: number): void {
    this.mark(slot, Number.POSITIVE_INFINITY, this.#columns.applied[slot]!)
    this.#late?.add(slot, this.#lateBy(slot, this.startMs))
  }

  /** Sets what the device had received when the entries before `beforeMs` began. */
  mark(slot: number, beforeMs: number, count: number): void {
    for (let k = 0; k < this.#marks.length; k++)
      if (this.#starts[k]! < beforeMs) this.#marks[k]![slot] = count
  }

  /** A new entry begins, and the oldest is dropped: one pass over the devices. */
  roll(startMs: number, lastSlot: number): void {
    const dropped = this.#oldest
    const droppedStartMs = this.startMs
    const marks = this.#marks[dropped]!
    const isOnly = this.#starts.length === 1
    const next = isOnly ? this.#columns.applied : this.#marks[this.#at(1)]!
    const nextStartMs = isOnly ? startMs : this.#starts[this.#at(1)]!
    this.#drop(marks, next, droppedStartMs, nextStartMs, lastSlot)
    marks.set(this.#columns.applied)
    this.#starts[dropped] = startMs
    this.#oldest = this.#at(1)
  }

  /** `rate`: of the node, in `RATE_UNIT`s. */
  ofNode(node: TreeNode, rate: number, nowMs: number): Share {
    const units = Math.round((Math.max(0, nowMs - this.startMs) * rate) / (RATE_UNIT / MESSAGE_UNIT))
    return {
      received: this.#received?.of(node) ?? 0,
      expectedUnits: units - (this.#late?.of(node) ?? 0),
    }
  }

  ofDevice(slot: number, nowMs: number): Share {
    const intervalMs = this.#columns.intervalMs[slot] ?? 0
    if (intervalMs === 0) return { received: 0, expectedUnits: 0 }
    const fromMs = Math.max(this.startMs, this.#columns.sinceMs[slot]!)
    return { received: this.#receivedBy(slot), expectedUnits: unitsIn(nowMs - fromMs, intervalMs) }
  }

  #drop(marks: Uint32Array, next: Uint32Array, fromMs: number, toMs: number, lastSlot: number): void {
    const { intervalMs, sinceMs } = this.#columns
    for (let slot = 1; slot <= lastSlot; slot++) {
      if (intervalMs[slot]! === 0) continue
      const received = (next[slot]! - marks[slot]!) >>> 0
      if (received !== 0) this.#received?.add(slot, -received)
      if (sinceMs[slot]! > fromMs)
        this.#late?.add(slot, this.#lateBy(slot, toMs) - this.#lateBy(slot, fromMs))
    }
  }

  #at(index: number): number {
    const length = this.#starts.length
    return (this.#oldest + index + length) % length
  }

  #receivedBy(slot: number): number {
    const { intervalMs, applied } = this.#columns
    if ((intervalMs[slot] ?? 0) === 0) return 0
    return (applied[slot]! - this.#marks[this.#oldest]![slot]!) >>> 0
  }

  /** Messages, in `MESSAGE_UNIT`s, that a device for the whole window would have sent before this one counted. */
  #lateBy(slot: number, startMs: number): number {
    const intervalMs = this.#columns.intervalMs[slot] ?? 0
    if (intervalMs === 0) return 0
    return unitsIn(Math.max(0, this.#columns.sinceMs[slot]! - startMs), intervalMs)
  }
}

function unitsIn(elapsedMs: number, intervalMs: number): number {
  return Math.round((elapsedMs * MESSAGE_UNIT) / intervalMs)
}
