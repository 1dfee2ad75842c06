import { FieldType, type PointBatch } from '../../core/point-batch.js'
import { MessageArrival } from './arrival.js'
import type { Counter } from './counter.js'
import type { DeviceProduction } from './device-production.js'
import type { ProductionPlan, StateClass } from './plan.js'

/** Where a reader takes what it has read. */
export interface ProductionBooks {
  readonly now: () => number
  /** The device of a slot, known from now on. */
  device(slot: number): DeviceProduction
  /** To be called before values of a message change anything. */
  enter(nowMs: number): void
  /** The device is in another state now. */
  enterState(device: DeviceProduction, state: StateClass, nowMs: number): void
  /** To be called after values of a point that changed something that must be kept. */
  counted(device: DeviceProduction): void
}

const NOT_BOUND = -1

/**
 * Reads counters and state out of points, by the plan of one route. One for each device and route, so that what can be
 * looked up once is: devices send the same fields in the same order, and each is first looked for where it stood last.
 */
export class ProductionReader {
  readonly #books: ProductionBooks
  readonly #plan: ProductionPlan
  readonly #arrival = new MessageArrival()
  /** Places of the counters' fields in the last point, then that of the state. */
  readonly #places: number[]
  #slot = NOT_BOUND
  #device!: DeviceProduction
  #counters: readonly Counter[] = []
  #nowMs = 0
  #isEntered = false

  constructor(books: ProductionBooks, plan: ProductionPlan) {
    this.#books = books
    this.#plan = plan
    this.#places = new Array<number>(plan.counters.length + 1).fill(0)
  }

  /**
   * Takes note of point `p`, which was kept.
   * @param timeNs nanoseconds in decimal; heeded if the device gave the time
   * @param dup MQTT's DUP flag of the message
   */
  note(slot: number, batch: PointBatch, p: number, timeNs: string, dup: boolean): void {
    const { counters, stateField } = this.#plan
    this.#isEntered = false
    let isKept = false
    for (let i = 0; i < counters.length; i++) {
      const f = this.#find(i, counters[i]!.field, batch, p)
      if (f < 0) continue
      this.#enter(slot, batch.times[p] === '' ? '' : timeNs, dup)
      if (this.#count(i, batch.types[f]!, batch.texts[f]!)) isKept = true
    }
    if (stateField !== undefined) this.#noteState(stateField, slot, batch, p, timeNs, dup)
    if (isKept) this.#books.counted(this.#device)
  }

  #noteState(field: string, slot: number, batch: PointBatch, p: number, timeNs: string, dup: boolean): void {
    const f = this.#find(this.#plan.counters.length, field, batch, p)
    if (f < 0) return
    this.#enter(slot, batch.times[p] === '' ? '' : timeNs, dup)
    const state = this.#plan.classOf(batch.types[f]!, batch.texts[f]!)
    if (this.#device.hears(state, this.#arrival)) this.#books.enterState(this.#device, state, this.#nowMs)
  }

  /** Once per point that has something to say. */
  #enter(slot: number, stamp: string, dup: boolean): void {
    if (this.#isEntered) return
    this.#isEntered = true
    this.#nowMs = this.#books.now()
    this.#books.enter(this.#nowMs)
    this.#arrival.set(stamp, this.#nowMs, dup)
    if (slot !== this.#slot) this.#bind(slot)
  }

  #bind(slot: number): void {
    this.#slot = slot
    this.#device = this.#books.device(slot)
    this.#counters = this.#device.adopt(this.#plan)
  }

  #count(i: number, type: FieldType, text: string): boolean {
    const isNumber = type === FieldType.float || type === FieldType.integer
    const { kind, wrapsAt = Number.MAX_SAFE_INTEGER + 1 } = this.#plan.counters[i]!
    const value = isNumber ? unitsOf(kind, Number(text)) : Number.NaN
    // False for NaN too.
    if (value >= 0 && value < wrapsAt) return this.#device.count(this.#counters[i]!, value, this.#arrival)
    this.#device.ignore()
    return true
  }

  /** The field's index, or −1. */
  #find(place: number, name: string, batch: PointBatch, p: number): number {
    const from = batch.firstField[p]!
    const end = batch.firstField[p + 1]!
    const guess = from + this.#places[place]!
    if (guess < end && batch.names[guess] === name) return guess
    for (let f = from; f < end; f++) {
      if (batch.names[f] !== name) continue
      this.#places[place] = f - from
      return f
    }
    return -1
  }
}

/** Sums of whole numbers never round: of a total, the whole units count; an increment must be whole. */
function unitsOf(kind: 'total' | 'increment', value: number): number {
  if (kind === 'total') return Math.floor(value)
  return Number.isInteger(value) ? value : Number.NaN
}
