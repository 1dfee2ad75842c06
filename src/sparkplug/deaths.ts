import type { TopicLevels } from '../core/device.js'
import type { Death } from '../decode/sparkplug/events.js'

/** What of presence the host needs. */
export interface DeathRecord {
  died(slot: number, atMs: number, whose: 'own' | 'edge-node'): void
}

export interface DeathsParts {
  readonly presence: DeathRecord
  /** Undefined for a device that is not there any more. */
  readonly slotOf: (levels: TopicLevels) => number | undefined
  /**
   * Runs it when the block that is open now is on disk, and presence has heard of its messages: what is heard means that a
   * device lives, and a death certificate is heard, too.
   */
  readonly afterBlock: (run: () => void) => void
  /** Epoch milliseconds. */
  readonly now: () => number
}

interface Dying {
  readonly atMs: number
  readonly whose: 'own' | 'edge-node'
}

/** Death certificates on their way to presence. A birth that comes behind one of them takes it back. */
export class Deaths {
  readonly #parts: DeathsParts
  readonly #dying = new Map<number, Dying>()

  constructor(parts: DeathsParts) {
    this.#parts = parts
  }

  died({ levels, devices, timeMs }: Death): void {
    const nowMs = this.#parts.now()
    // The certificate of a device says when it was lost; a clock that runs ahead does not make that the future.
    this.#add(levels, { atMs: Math.min(timeMs ?? nowMs, nowMs), whose: 'own' })
    for (const device of devices) this.#add(device, { atMs: nowMs, whose: 'edge-node' })
  }

  born(levels: TopicLevels): void {
    if (this.#dying.size === 0) return
    const slot = this.#parts.slotOf(levels)
    if (slot !== undefined) this.#dying.delete(slot)
  }

  #add(levels: TopicLevels, dying: Dying): void {
    const slot = this.#parts.slotOf(levels)
    if (slot === undefined) return
    this.#dying.set(slot, dying)
    this.#parts.afterBlock(() => {
      // Another certificate or a birth came behind this one.
      if (this.#dying.get(slot) !== dying) return
      this.#dying.delete(slot)
      this.#parts.presence.died(slot, dying.atMs, dying.whose)
    })
  }
}
