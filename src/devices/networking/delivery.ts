import type { DeviceTree, NodeSum, TreeNode } from '../../core/registry.js'
import type { Shift } from '../../core/shifts.js'
import { DeliveryColumns } from './delivery-columns.js'
import { DeliveryWindow, MESSAGE_UNIT, RATE_UNIT } from './delivery-window.js'
import type { DeliveryRates } from './figures.js'

const MINUTE_ENTRY_MS = 10_000
const MINUTE_ENTRIES = 6
const HOUR_ENTRY_MS = 300_000
const HOUR_ENTRIES = 12

/** What an earlier run left of a device that counts. */
export interface CountedSince {
  readonly intervalMs: number
  readonly sinceMs: number
  readonly seenBefore: number
}

/** Marks of a device by slot, at the time when an entry began. */
export interface Marks {
  readonly startMs: number
  readonly marks: Uint32Array
}

/**
 * Received and expected messages of the devices that count (confirmed, with a stated interval), over the last minute, the
 * last hour and the shift.
 *
 *     received ─▶ seen[slot], touched ─▶ settle, once a second ─▶ applied[slot], one sum per window
 *     settle ─▶ roll the windows whose next entry begins
 *
 * A block on disk costs an addition and a comparison per device in it; the sums follow once a second, and figures are
 * as of then, so that what was received and what was expected are of one instant.
 */
export class Delivery {
  readonly columns = new DeliveryColumns()
  readonly minute: DeliveryWindow
  readonly hour: DeliveryWindow
  readonly shift: DeliveryWindow
  readonly #windows: readonly DeliveryWindow[]
  #rate: NodeSum | undefined
  #counted: NodeSum | undefined
  #touched = new Uint32Array(1024)
  #touchedCount = 0
  #lastSlot = 0

  constructor() {
    const { columns } = this
    this.minute = new DeliveryWindow(columns, MINUTE_ENTRIES)
    this.hour = new DeliveryWindow(columns, HOUR_ENTRIES)
    this.shift = new DeliveryWindow(columns, 1)
    this.#windows = [this.minute, this.hour, this.shift]
  }

  get lastSlot(): number {
    return this.#lastSlot
  }

  /**
   * Behind `restoreSeen`; nothing was received in the windows so far. What was received in the minute before now is not known, nor expected: it is not kept.
   * @param hourMs within the running entry of the hour
   * @param shiftMs since when the shift is watched
   */
  place(nowMs: number, hourMs: number, shiftMs: number): void {
    this.minute.restart(new Array<number>(MINUTE_ENTRIES).fill(nowMs))
    this.hour.restart(entriesUntil(hourMs, HOUR_ENTRY_MS, HOUR_ENTRIES))
    this.shift.restart([shiftMs])
  }

  /** Makes room for slots up to this one, once instead of step by step. */
  reserve(lastSlot: number): void {
    this.#reach(lastSlot)
  }

  /** Before `place`: what the ledger holds of the device. */
  restoreSeen(slot: number, count: number): void {
    this.#reach(slot)
    this.columns.seen[slot] = count
    this.columns.applied[slot] = count
  }

  /**
   * Behind `place`: how far the devices had come when the window's entries began. `saved` ascends.
   * An entry whose marks were not saved has those of the next, as if nothing had been received in between.
   */
  restoreMarks(window: DeliveryWindow, saved: readonly Marks[]): void {
    for (const { startMs, marks } of window.entries()) {
      const known = saved.find((entry) => entry.startMs >= startMs)
      if (known === undefined) continue
      marks.fill(0)
      marks.set(known.marks.subarray(0, marks.length))
    }
  }

  /** Behind `restoreMarks`. */
  restoreCounted(slot: number, { intervalMs, sinceMs, seenBefore }: CountedSince): void {
    this.#reach(slot)
    this.columns.intervalMs[slot] = intervalMs
    this.columns.sinceMs[slot] = sinceMs
    this.columns.seenBefore[slot] = seenBefore
    for (const window of this.#windows) window.mark(slot, sinceMs, seenBefore)
  }

  /** Figures begin here: the windows have the starts, the devices the marks, that they are to have. */
  begin(tree: DeviceTree): void {
    const { columns } = this
    this.#rate = tree.sum((slot) => rateOf(columns.intervalMs[slot] ?? 0))
    this.#counted = tree.sum((slot) => ((columns.intervalMs[slot] ?? 0) > 0 ? 1 : 0))
    for (const window of this.#windows) window.begin(tree)
  }

  /** Messages of a device are on disk. */
  received(slot: number, count: number): void {
    if (slot > this.#lastSlot) this.#reach(slot)
    const { seen, applied } = this.columns
    if (seen[slot] === applied[slot]) this.#touch(slot)
    seen[slot]! += count
  }

  /** Has a device count with this interval from now on, or, with 0, no more. */
  count(slot: number, intervalMs: number, nowMs: number): void {
    this.#reach(slot)
    const { columns } = this
    this.settle()
    for (const window of this.#windows) window.leave(slot)
    const before = columns.intervalMs[slot]!
    columns.intervalMs[slot] = intervalMs
    columns.sinceMs[slot] = nowMs
    columns.seenBefore[slot] = columns.applied[slot]!
    this.#rate?.add(slot, rateOf(intervalMs) - rateOf(before))
    this.#counted?.add(slot, Number(intervalMs > 0) - Number(before > 0))
    for (const window of this.#windows) window.enter(slot)
  }

  /** Has the sums include all that was received. */
  settle(): void {
    const { seen, applied, intervalMs } = this.columns
    for (let i = 0; i < this.#touchedCount; i++) {
      const slot = this.#touched[i]!
      const count = (seen[slot]! - applied[slot]!) >>> 0
      applied[slot] = seen[slot]!
      if (intervalMs[slot] === 0) continue
      for (const window of this.#windows) window.add(slot, count)
    }
    this.#touchedCount = 0
  }

  /** Empties the windows, for a clock that was set back: what they hold is of a time to come. */
  restart(nowMs: number): void {
    this.settle()
    const { intervalMs, sinceMs, seenBefore, applied } = this.columns
    const counted = slotsWhere(this.#lastSlot, (slot) => intervalMs[slot]! > 0)
    for (const slot of counted) for (const window of this.#windows) window.leave(slot)
    this.place(nowMs, nowMs, nowMs)
    for (const slot of counted) {
      sinceMs[slot] = nowMs
      seenBefore[slot] = applied[slot]!
      for (const window of this.#windows) window.enter(slot)
    }
  }

  /** Begins the entries that have come, each a pass over the devices. */
  roll(nowMs: number): void {
    this.#rollEntries(this.minute, MINUTE_ENTRY_MS, MINUTE_ENTRIES, nowMs)
    this.#rollEntries(this.hour, HOUR_ENTRY_MS, HOUR_ENTRIES, nowMs)
  }

  /** When the next entry begins; one of the hour does so together with one of the minute. */
  get nextEntryMs(): number {
    return (Math.floor(this.minute.newestMs / MINUTE_ENTRY_MS) + 1) * MINUTE_ENTRY_MS
  }

  rollShift(startMs: number): void {
    this.shift.roll(startMs, this.#lastSlot)
  }

  /** True if any device at or below the node counts. */
  counts(node: TreeNode): boolean {
    return (this.#counted?.of(node) ?? 0) > 0
  }

  /** `shift`: the one that is on. */
  rates(of: TreeNode | number, nowMs: number, shift: Shift | undefined): DeliveryRates {
    return {
      minute: this.#rateOver(this.minute, of, nowMs),
      hour: this.#rateOver(this.hour, of, nowMs),
      shift: shift === undefined ? null : this.#rateOver(this.shift, of, nowMs),
    }
  }

  #rateOver(window: DeliveryWindow, of: TreeNode | number, nowMs: number): number | null {
    const { received, expectedUnits } =
      typeof of === 'number' ? window.ofDevice(of, nowMs) : window.ofNode(of, this.#rate?.of(of) ?? 0, nowMs)
    return expectedUnits < MESSAGE_UNIT ? null : (received * MESSAGE_UNIT) / expectedUnits
  }

  #rollEntries(window: DeliveryWindow, entryMs: number, entries: number, nowMs: number): void {
    const due = entriesUntil(nowMs, entryMs, entries).filter((startMs) => startMs > window.newestMs)
    for (const startMs of due) window.roll(startMs, this.#lastSlot)
  }

  #touch(slot: number): void {
    if (this.#touchedCount === this.#touched.length) {
      const grown = new Uint32Array(this.#touched.length * 2)
      grown.set(this.#touched)
      this.#touched = grown
    }
    this.#touched[this.#touchedCount++] = slot
  }

  #reach(slot: number): void {
    if (slot > this.#lastSlot) this.#lastSlot = slot
    if (slot < this.columns.capacity) return
    const capacity = Math.max(slot + 1, this.columns.capacity * 2)
    this.columns.grow(capacity)
    for (const window of this.#windows) window.grow(capacity)
  }
}

function rateOf(intervalMs: number): number {
  return intervalMs === 0 ? 0 : Math.round(RATE_UNIT / intervalMs)
}

/** Starts of the entries that a window has at an instant, the running one last. */
function entriesUntil(nowMs: number, entryMs: number, entries: number): number[] {
  const runningMs = Math.floor(nowMs / entryMs) * entryMs
  return Array.from({ length: entries }, (_, i) => runningMs - (entries - 1 - i) * entryMs)
}

function slotsWhere(last: number, matches: (slot: number) => boolean): number[] {
  const slots: number[] = []
  for (let slot = 1; slot <= last; slot++) if (matches(slot)) slots.push(slot)
  return slots
}
