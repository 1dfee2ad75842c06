import type { Device } from '../../core/device.js'
import type { Reason } from './reason.js'
import type { PresenceState } from './states.js'

/** A device went from one state to another. */
export interface Transition {
  /** 1, 2, 3, … for the life of the state directory. */
  readonly id: number
  readonly slot: number
  /** The place at that time. */
  readonly device: Device
  readonly from: PresenceState
  readonly to: PresenceState
  /** Epoch milliseconds; later than the device's transition before, unless the wall clock was set back. */
  readonly atMs: number
  /** Milliseconds since the last message; absent without any. */
  readonly silentMs?: number
  readonly reason: Reason
}

/** The newest transitions, in a ring that holds `size` of them. Ids have no gaps. */
export class Transitions {
  readonly #ring: Transition[] = []
  readonly #size: number
  #lastId = 0
  /** The first id of this run. */
  #firstId = 1

  constructor(size: number) {
    this.#size = size
  }

  /** Numbering goes on behind the last id of earlier runs, whose transitions are in the store. */
  continueAfter(id: number): void {
    this.#lastId = id
    this.#firstId = id + 1
  }

  get lastId(): number {
    return this.#lastId
  }

  add(transition: Transition): void {
    this.#lastId = transition.id
    this.#ring[transition.id % this.#size] = transition
  }

  /** Those with a greater id, oldest first; of those that the ring has no more, none. */
  after(id: number, limit: number): Transition[] {
    const first = Math.max(id + 1, this.#firstId, this.#lastId - this.#size + 1)
    const last = Math.min(this.#lastId, first + limit - 1)
    const found: Transition[] = []
    for (let next = first; next <= last; next++) found.push(this.#ring[next % this.#size]!)
    return found
  }
}
