import { CutSchedule } from './cut-schedule.js'
import { DueQueue } from './due-queue.js'
import type { Connection } from './mqtt/connection.js'
import type { Counters } from './mqtt/counters.js'
import type { MessageKind, Payload, VirtualDevice } from './virtual-device.js'

/** How long one turn may keep the sockets waiting. */
const TURN_MS = 8
const LONGEST_SLEEP_MS = 50
/** What the end of a run allows for messages that were due but had to wait. */
const GRACE_MS = 1_000
/** Looking at the clock costs as much as a tenth of a message. */
const MESSAGES_PER_LOOK = 16

export interface PumpOptions {
  readonly devices: readonly VirtualDevice[]
  readonly connectionOf: (device: number) => Connection
  readonly speed: number
  /** Of real time; Infinity to go on until `stop`. */
  readonly durationMs: number
  readonly counters: Counters
}

/**
 * The clock of the fleet: lets each device speak when it is due. Items 0, 1, … of its queue are the devices, the ones
 * after them the cuts of reconnect storms. A device whose connection cannot take a message is parked and goes on from
 * where it was: a slow broker slows the fleet down and loses nothing of it.
 */
export class Pump {
  readonly #options: PumpOptions
  readonly #queue: DueQueue
  readonly #cuts: readonly { readonly device: number; readonly schedule: CutSchedule }[]
  readonly #parked = new Map<Connection, number[]>()
  readonly #horizonMs: number
  #startedAtMs = 0
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #finish: () => void = () => undefined
  #isOver = false
  /** The connection of the device that speaks. */
  #connection: Connection | undefined

  constructor(options: PumpOptions) {
    const { devices, durationMs, speed } = options
    this.#options = options
    this.#horizonMs = durationMs * speed
    this.#cuts = devices.flatMap(({ cuts }, device) =>
      cuts.map((window) => ({ device, schedule: new CutSchedule(window) })),
    )
    this.#queue = new DueQueue(devices.length + this.#cuts.length)
    devices.forEach(({ firstDueMs }, item) => {
      this.#queue.push(item, firstDueMs)
    })
    this.#cuts.forEach(({ schedule }, at) => {
      this.#queue.push(devices.length + at, schedule.dueMs)
    })
  }

  /** How far the fleet is behind its clock, in milliseconds of real time. */
  get behindMs(): number {
    const dueMs = Math.min(this.#earliestMs(), this.#horizonMs)
    return Math.max(0, (this.#nowMs() - dueMs) / this.#options.speed)
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAtMs
  }

  /** Resolves when the time is over or `stop` was called. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#finish = resolve
      this.#startedAtMs = performance.now()
      this.#turn()
    })
  }

  stop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#finish()
  }

  /** The devices that waited for the connection are due as before. */
  readonly release = (connection: Connection): void => {
    const items = this.#parked.get(connection)
    if (items === undefined) return
    this.#parked.delete(connection)
    for (const item of items) this.#queue.push(item, this.#queue.dueOf(item))
    if (!this.#isOver) this.#soon()
  }

  /** Simulated time, never past the end of the run. */
  #nowMs(): number {
    return Math.min(this.elapsedMs * this.#options.speed, this.#horizonMs)
  }

  #earliestMs(): number {
    let earliest = this.#queue.nextDueMs
    for (const items of this.#parked.values()) {
      for (const item of items) earliest = Math.min(earliest, this.#queue.dueOf(item))
    }
    return earliest
  }

  #turn(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#immediate = undefined
    const nowMs = this.#nowMs()
    const untilMs = performance.now() + TURN_MS
    let left = MESSAGES_PER_LOOK
    while (this.#isDue(nowMs) && !this.#isOver) {
      this.#serve(this.#queue.pop())
      if (--left > 0) continue
      if (performance.now() >= untilMs) break
      left = MESSAGES_PER_LOOK
    }
    if (this.#isOver) return
    if (this.#isDone()) return this.stop()
    this.#scheduleTurn()
  }

  /** What is due at the very end of the run belongs to the next one. */
  #isDue(nowMs: number): boolean {
    const { nextDueMs } = this.#queue
    return nextDueMs <= nowMs && nextDueMs < this.#horizonMs
  }

  #isDone(): boolean {
    const overMs = this.elapsedMs - this.#options.durationMs
    if (overMs < 0) return false
    return overMs >= GRACE_MS || (this.#parked.size === 0 && this.#queue.nextDueMs >= this.#horizonMs)
  }

  #scheduleTurn(): void {
    const waitMs = (Math.min(this.#queue.nextDueMs, this.#horizonMs) - this.#nowMs()) / this.#options.speed
    if (waitMs <= 0 && this.#queue.nextDueMs < this.#horizonMs) return this.#soon()
    this.#timer = setTimeout(() => this.#turn(), Math.max(1, Math.min(waitMs, LONGEST_SLEEP_MS)))
  }

  #soon(): void {
    if (this.#immediate !== undefined) return
    clearTimeout(this.#timer)
    this.#immediate = setImmediate(() => this.#turn())
  }

  #serve(item: number): void {
    const { devices, connectionOf } = this.#options
    if (item >= devices.length) return this.#cut(item)
    const connection = connectionOf(item)
    if (!connection.tryClaim()) return this.#park(connection, item)
    const device = devices[item]!
    const dueMs = this.#queue.dueOf(item)
    this.#connection = connection
    device.speak(dueMs, this.#publish)
    this.#queue.push(item, dueMs + device.plan.intervalMs)
  }

  readonly #publish = ({ topic }: VirtualDevice, payload: Payload, kind: MessageKind): void => {
    const { counters } = this.#options
    counters.sent++
    if (kind.isDuplicate) counters.duplicatesSent++
    if (kind.isMalformed) counters.malformedSent++
    counters.bytes += Buffer.byteLength(payload)
    this.#connection!.publish(topic, payload)
  }

  #cut(item: number): void {
    const { devices, connectionOf } = this.#options
    const { device, schedule } = this.#cuts[item - devices.length]!
    if (schedule.take()) connectionOf(device).cut()
    if (schedule.dueMs < Number.POSITIVE_INFINITY) this.#queue.push(item, schedule.dueMs)
  }

  #park(connection: Connection, item: number): void {
    const items = this.#parked.get(connection)
    if (items === undefined) this.#parked.set(connection, [item])
    else items.push(item)
  }
}
