import { FaultWindow } from './faults/fault-window.js'
import { malformed } from './faults/malformed.js'
import type { FaultPlan } from './faults/plan.js'
import { type DevicePlan, type Fleet, pathOf } from './fleet.js'
import type { FaultKind } from './fleet-schema.js'
import type { Machine, Readings } from './profiles/profile.js'
import { Random, seedOf } from './signals/random.js'
import { isStaffed } from './signals/shifts.js'

export type Payload = string | Buffer

/** What is special about a message; an intact one is neither. */
export interface MessageKind {
  readonly isMalformed: boolean
  readonly isDuplicate: boolean
}

/** Made once, not for each message. */
const INTACT: MessageKind = { isMalformed: false, isDuplicate: false }
const MALFORMED: MessageKind = { isMalformed: true, isDuplicate: false }
const DUPLICATE: MessageKind = { isMalformed: false, isDuplicate: true }
const MALFORMED_DUPLICATE: MessageKind = { isMalformed: true, isDuplicate: true }

/** Takes the messages of a device, in the order in which they are to be published. */
export type Publish = (device: VirtualDevice, payload: Payload, kind: MessageKind) => void

/** Simulated time runs `speed` times as fast as the time that the messages carry. */
export interface Timing {
  /** Epoch milliseconds of simulated time 0. */
  readonly startMs: number
  readonly speed: number
}

/**
 * One device of the fleet: its machine, its faults and the messages that come of them. All is a function of the
 * fleet's seed, the device's path and the timing.
 */
export class VirtualDevice {
  readonly plan: DevicePlan
  readonly path: string
  readonly topic: string
  /** Simulated time of its first message: devices do not speak in chorus. */
  readonly firstDueMs: number
  /** Faults that cut the connection, which the publisher has to act out. */
  readonly cuts: readonly FaultWindow[]
  readonly #fleet: Fleet
  readonly #timing: Timing
  readonly #machine: Machine
  readonly #chance: Random
  readonly #windows: Readonly<Record<FaultKind, readonly FaultWindow[]>>
  readonly #stuck = new Map<FaultWindow, number | string>()
  #advancedToMs = 0
  #lastTimestamp = Number.NEGATIVE_INFINITY
  #heldBack: Payload | undefined
  #heldKind = INTACT

  constructor(plan: DevicePlan, fleet: Fleet, timing: Timing) {
    const path = pathOf(plan)
    const seed = seedOf(fleet.seed, path)
    this.plan = plan
    this.path = path
    this.topic = `factory/${path}/telemetry`
    this.firstDueMs = Math.floor(plan.intervalMs * (seedOf(seed, 'phase') / 0x1_0000_0000))
    this.#fleet = fleet
    this.#timing = timing
    this.#machine = plan.profile.createMachine(new Random(seedOf(seed, 'machine')))
    this.#chance = new Random(seedOf(seed, 'faults'))
    const struck = plan.faults.filter((fault) => fault.matches(plan.name, path))
    this.#windows = windowsByKind(struck, seed)
    this.cuts = this.#windows.reconnectStorm
  }

  /** Lets the machine run until `dueMs` and publishes what the device says then; nothing, or more than one message. */
  speak(dueMs: number, publish: Publish): void {
    const { startsAtMs, handoverMs } = this.#fleet
    const staffed = isStaffed(this.plan.shifts, handoverMs, startsAtMs + dueMs)
    this.#machine.advance((dueMs - this.#advancedToMs) / 1000, staffed)
    this.#advancedToMs = dueMs
    const timestamp = this.#timestampAt(dueMs)
    if (this.#windows.dropOut.some((window) => window.strikes(dueMs))) return
    const readings = this.#withStuckSensors(this.#machine.readings(), dueMs)
    const intact = JSON.stringify({ ts: timestamp + this.#clockErrorMs(dueMs), ...readings })
    const broken = this.#hit(this.#windows.malformed, dueMs)
    this.#send(broken ? malformed(intact, this.#chance) : intact, broken, dueMs, publish)
  }

  #send(payload: Payload, broken: boolean, dueMs: number, publish: Publish): void {
    const kind = broken ? MALFORMED : INTACT
    if (this.#heldBack === undefined && this.#hit(this.#windows.outOfOrder, dueMs)) {
      this.#heldBack = payload
      this.#heldKind = kind
      return
    }
    publish(this, payload, kind)
    if (this.#hit(this.#windows.duplicates, dueMs)) {
      publish(this, payload, broken ? MALFORMED_DUPLICATE : DUPLICATE)
    }
    if (this.#heldBack === undefined) return
    publish(this, this.#heldBack, this.#heldKind)
    this.#heldBack = undefined
  }

  /** Ascends strictly: two points of one time would be one point in the store. */
  #timestampAt(dueMs: number): number {
    const { startMs, speed } = this.#timing
    this.#lastTimestamp = Math.max(startMs + Math.round(dueMs / speed), this.#lastTimestamp + 1)
    return this.#lastTimestamp
  }

  #clockErrorMs(dueMs: number): number {
    const window = this.#windows.clockJump.find((candidate) => candidate.strikes(dueMs))
    return window?.plan.jumpMs ?? 0
  }

  #withStuckSensors(readings: Readings, dueMs: number): Readings {
    let shown = readings
    for (const window of this.#windows.stuckSensor) {
      const { signal } = window.plan
      const reading = readings[signal]
      if (reading === undefined) continue
      if (!window.strikes(dueMs)) this.#stuck.delete(window)
      else if (!this.#stuck.has(window)) this.#stuck.set(window, reading)
      else shown = { ...shown, [signal]: this.#stuck.get(window)! }
    }
    return shown
  }

  #hit(windows: readonly FaultWindow[], dueMs: number): boolean {
    for (const window of windows) {
      if (window.isOpen(dueMs) && this.#chance.chance(window.plan.probability)) return true
    }
    return false
  }
}

function windowsByKind(faults: readonly FaultPlan[], seed: number): Record<FaultKind, FaultWindow[]> {
  const windows: Record<FaultKind, FaultWindow[]> = {
    dropOut: [],
    duplicates: [],
    outOfOrder: [],
    malformed: [],
    clockJump: [],
    stuckSensor: [],
    reconnectStorm: [],
  }
  faults.forEach((plan, at) => {
    windows[plan.kind].push(new FaultWindow(plan, seedOf(seed, `fault ${at}`)))
  })
  return windows
}
