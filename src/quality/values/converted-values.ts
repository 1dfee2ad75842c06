import { textOf } from './decimal.js'
import type { Linear } from './linear.js'

const SLOT_BITS = 11
const SLOTS = 2 ** SLOT_BITS
const SHIFT = 32 - SLOT_BITS
const RESOLUTION = 1_000
/**
 * Found by search: of 1,500 neighbouring values in steps of 1, 0.1, 0.01 or 0.001, at most 6 % share a slot. Multipliers that
 * are good for one of these steps (the golden ratio) let half of them collide in another.
 */
const SPREAD = 0x19c0e539

/**
 * The results of a conversion that came last, with their texts: sensors say a few hundred different values again and again,
 * and making a decimal out of a double costs more than all the rest. A value takes the slot of whichever was there:
 *
 *     slot   │ from │ to │ text │
 */
export class ConvertedValues {
  readonly #linear: Linear
  readonly #from = new Float64Array(SLOTS).fill(Number.NaN)
  readonly #to = new Float64Array(SLOTS)
  readonly #texts = new Array<string>(SLOTS).fill('')

  constructor(linear: Linear) {
    this.#linear = linear
  }

  /** The slot where `to` and `text` have the result for `value`, until the next call. */
  slotOf(value: number): number {
    const slot = Math.imul((value * RESOLUTION) | 0, SPREAD) >>> SHIFT
    if (this.#from[slot] !== value) this.#fill(slot, value)
    return slot
  }

  to(slot: number): number {
    return this.#to[slot]!
  }

  text(slot: number): string {
    return this.#texts[slot]!
  }

  #fill(slot: number, value: number): void {
    const result = this.#linear.apply(value)
    this.#from[slot] = value
    this.#to[slot] = result
    this.#texts[slot] = textOf(result)
  }
}
