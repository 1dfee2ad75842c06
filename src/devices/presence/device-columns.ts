import { type Cause, State } from './states.js'

/** Whether presence is kept of a device: `out` for one that is unknown, rejected or removed. */
export const Standing = { out: 0, confirmed: 1, discovered: 2 } as const
export type Standing = (typeof Standing)[keyof typeof Standing]

/**
 * What is known of each device, by slot, some 50 bytes each. Writing past the end does nothing, and reading there gives
 * undefined: a slot has a place from `reset` on.
 */
export class DeviceColumns {
  standing = new Uint8Array(1024)
  state = new Uint8Array(1024)
  cause = new Uint8Array(1024)
  /** From a death certificate to the next message: 1 by its own, 2 by that of its edge node. */
  dead = new Uint8Array(1024)
  /** Epoch milliseconds; 0 for a device that was never heard. */
  lastHeardMs = new Float64Array(1024)
  /** Epoch milliseconds. */
  sinceMs = new Float64Array(1024)
  detailMs = new Float64Array(1024)
  /** Milliseconds of silence that are allowed: interval and survival time. */
  allowedMs = new Float64Array(1024)
  /** On the running clock: past it, the device has been silent for too long. */
  deadlineMs = new Float64Array(1024)
  /** Id of its last transition, 0 without any. */
  transition = new Float64Array(1024)

  /** A device that was never seen. */
  reset(slot: number, standing: Standing, sinceMs: number): void {
    if (slot >= this.standing.length) this.#grow(Math.max(slot + 1, this.standing.length * 2))
    this.standing[slot] = standing
    this.turn(slot, State.unknown, 0, sinceMs, 0)
    this.dead[slot] = 0
    this.lastHeardMs[slot] = 0
    this.allowedMs[slot] = 0
    this.deadlineMs[slot] = 0
    this.transition[slot] = 0
  }

  turn(slot: number, state: State, cause: Cause, sinceMs: number, detailMs: number): void {
    this.state[slot] = state
    this.cause[slot] = cause
    this.sinceMs[slot] = sinceMs
    this.detailMs[slot] = detailMs
  }

  #grow(size: number): void {
    this.standing = bytes(this.standing, size)
    this.state = bytes(this.state, size)
    this.cause = bytes(this.cause, size)
    this.dead = bytes(this.dead, size)
    this.lastHeardMs = doubles(this.lastHeardMs, size)
    this.sinceMs = doubles(this.sinceMs, size)
    this.detailMs = doubles(this.detailMs, size)
    this.allowedMs = doubles(this.allowedMs, size)
    this.deadlineMs = doubles(this.deadlineMs, size)
    this.transition = doubles(this.transition, size)
  }
}

function bytes(from: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(size)
  to.set(from)
  return to
}

function doubles(from: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(size)
  to.set(from)
  return to
}
