import { causeOf } from '../../core/errors.js'
import type { Shift, ShiftCalendar } from '../../core/shifts.js'
import type { StateStore } from '../../core/state.js'
import type { Delivery } from './delivery.js'
import type { DeliveryWindow } from './delivery-window.js'
import { type MarksChange, marksChange, NetworkingTable, pageOf, pageRows } from './networking-table.js'

/** Keeps the windows of the delivery rate on disk: what is new in them, one transaction after the other. */
export class Keeper {
  readonly #delivery: Delivery
  readonly #table: NetworkingTable
  readonly #failed: (cause: string) => void
  readonly #changedPages = new Set<number>()
  /** Newest marks on disk, or on their way. */
  #hourMs = Number.NEGATIVE_INFINITY
  #shiftMs = Number.NEGATIVE_INFINITY
  #writing: Promise<void> = Promise.resolve()

  constructor(delivery: Delivery, state: StateStore, failed: (cause: string) => void) {
    this.#delivery = delivery
    this.#table = new NetworkingTable(state)
    this.#failed = failed
  }

  /** Gives the windows what earlier runs left, behind `restoreSeen`; returns the shift that the shift window is about. */
  restore(nowMs: number, shifts: ShiftCalendar): Shift | undefined {
    const delivery = this.#delivery
    const hour = this.#table.marks('hour', nowMs)
    const shift = this.#table.marks('shift', nowMs)
    this.#hourMs = hour.at(-1)?.startMs ?? this.#hourMs
    // The calendar may have been changed: marks that are of no shift of it are of no use.
    const watched = shift.filter(({ startMs }) => shifts.at(startMs) !== undefined)
    this.#shiftMs = watched.at(-1)?.startMs ?? this.#shiftMs
    delivery.place(nowMs, hour.at(-1)?.startMs ?? nowMs, watched.at(-1)?.startMs ?? nowMs)
    delivery.restoreMarks(delivery.hour, hour)
    delivery.restoreMarks(delivery.shift, watched)
    this.#table.since((slot, counted) => {
      if (slot > delivery.lastSlot) return
      delivery.restoreCounted(slot, { ...counted, sinceMs: Math.min(counted.sinceMs, nowMs) })
    })
    return shifts.at(watched.at(-1)?.startMs ?? nowMs)
  }

  /** The device counts otherwise than before; written with the next `save`. */
  changed(slot: number): void {
    this.#changedPages.add(pageOf(slot))
  }

  rewriteAll(): void {
    this.#hourMs = Number.NEGATIVE_INFINITY
    this.#shiftMs = Number.NEGATIVE_INFINITY
    for (let page = 0; page <= pageOf(this.#delivery.lastSlot); page++) this.#changedPages.add(page)
  }

  /** Writes what is not on disk. */
  save(): void {
    const marks = [...this.#newHour(), ...this.#newShift()]
    if (marks.length === 0 && this.#changedPages.size === 0) return
    const pages = [...this.#changedPages].map((number) => ({
      number,
      rows: pageRows(this.#delivery.columns, number),
    }))
    this.#changedPages.clear()
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#table.write({ marks, pages })
      } catch (error) {
        this.rewriteAll()
        this.#failed(causeOf(error))
      }
    })
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    this.save()
    await this.#writing
  }

  /** The newest entry, or all of them if the disk has none. */
  #newHour(): MarksChange[] {
    const { hour, lastSlot } = this.#delivery
    const isNew = [...hour.entries()].filter(({ startMs }) => startMs > this.#hourMs)
    this.#hourMs = hour.newestMs
    return isNew.map((entry) => marksChange('hour', entry, lastSlot, hour.startMs, hour.newestMs))
  }

  #newShift(): MarksChange[] {
    const { shift, lastSlot } = this.#delivery
    if (shift.startMs === this.#shiftMs) return []
    this.#shiftMs = shift.startMs
    return [marksChange('shift', newest(shift), lastSlot, shift.startMs, shift.startMs)]
  }
}

function newest(window: DeliveryWindow) {
  return { startMs: window.newestMs, marks: window.newestMarks }
}
