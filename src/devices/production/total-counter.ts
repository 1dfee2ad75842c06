/**
 * A counter that goes on and on, and what makes it count each unit once.
 *
 * A run is what lies between two resets (or wraps). Within it the device's counter only rises, so that the highest value
 * seen, less the one that the run began with, is what was produced: values that come twice, late or in a burst add
 * nothing. What remains is to tell where one run ends. A value below the highest is
 *
 * 1. late or redelivered, if its own stamp is not newer than the newest seen, or its DUP flag is set: it changes nothing;
 * 2. a wrap, if the counter wraps and fell from the upper quarter of its range to the lower: a new run;
 * 3. a reset, if it lies below half of the highest: a new run, that began at 0;
 * 4. a step back otherwise: a burst that a client sent again without stamps and flags, or a corrected counter. The run
 *    goes on, and only what goes beyond the highest counts.
 *
 * A value whose stamp is not newer than the run's first is of an earlier run, and changes nothing, however high. One with
 * the DUP flag and without a stamp changes nothing either: the next message has what it would have added.
 *
 * Never too much. With stamps, in any order and any number of times: the runs seen are apart in time (a run begins with a
 * stamp newer than all before it, and takes none older), and in each the units counted were produced between its first
 * stamp and that of its highest value: by the highest less the first within one true run, by the highest alone since the
 * last true reset between them. The units at a reset were produced after the highest value before it. This needs counters
 * that are reset to 0, and, where they wrap, are not reset while in the upper quarter.
 * Without stamps, the same holds for messages in order, each followed by any number of copies with the DUP flag; copies
 * without it, and messages in another order, must lie in the current run and not below half of its highest value. Beyond
 * that, what was sent again and what was produced again look alike.
 *
 * Exact. What is counted is what was produced between the first and the last value if, beside this, the highest value of
 * each run arrives before the first of the next, nothing is produced between that value and the reset, and the first
 * value after a reset lies below half of the highest before it (after a wrap: in the lower quarter, that one in the
 * upper). Then duplicates, bursts and reordering within a run change nothing.
 */
import type { Arrival } from './arrival.js'
import { type Counter, Outcome } from './counter.js'
import type { Role } from './counts.js'

const STEP_BACK_SHARE = 1 / 2
const UPPER_QUARTER = 3 / 4
const LOWER_QUARTER = 1 / 4
/** No value was seen yet. */
const NONE = -1

export class TotalCounter implements Counter {
  readonly kind = 'total'
  readonly role: Role
  readonly field: string
  outcome: Outcome = Outcome.nothing
  readonly #wrapsAt: number
  #highest: number
  /** The value before this one: a burst is one step back, not one per message. */
  #last: number
  #newestMs: number
  #runStartMs: number

  /** @param saved of a counter with the same role and field */
  constructor(role: Role, field: string, wrapsAt = 0, saved: readonly number[] = []) {
    this.role = role
    this.field = field
    this.#wrapsAt = wrapsAt
    ;[this.#highest = NONE, this.#last = NONE, this.#newestMs = 0, this.#runStartMs = 0] = saved
  }

  save(): readonly number[] {
    return [this.#highest, this.#last, this.#newestMs, this.#runStartMs]
  }

  take(value: number, arrival: Arrival): number {
    const { atMs, isStamped, isRedelivered } = arrival
    this.outcome = Outcome.nothing
    if (this.#highest === NONE) return this.#begin(Outcome.counted, value, 0, atMs)
    if (isStamped ? atMs <= this.#runStartMs : isRedelivered) return 0
    const isOld = isRedelivered || (isStamped && atMs <= this.#newestMs)
    if (value < this.#highest && isOld) return 0
    this.#newestMs = Math.max(this.#newestMs, atMs)
    return value < this.#highest ? this.#fall(value, atMs) : this.#rise(value)
  }

  #rise(value: number): number {
    const units = value - this.#highest
    if (units > 0) this.outcome = Outcome.counted
    this.#highest = value
    this.#last = value
    return units
  }

  #fall(value: number, atMs: number): number {
    if (this.#hasWrapped(value)) {
      return this.#begin(Outcome.wrap, value, this.#wrapsAt - this.#highest + value, atMs)
    }
    if (value < this.#highest * STEP_BACK_SHARE) return this.#begin(Outcome.reset, value, value, atMs)
    if (value < this.#last) this.outcome = Outcome.stepBack
    this.#last = value
    return 0
  }

  #hasWrapped(value: number): boolean {
    const range = this.#wrapsAt
    return range > 0 && this.#highest >= range * UPPER_QUARTER && value < range * LOWER_QUARTER
  }

  #begin(outcome: Outcome, value: number, units: number, atMs: number): number {
    this.outcome = outcome
    this.#highest = value
    this.#last = value
    this.#newestMs = Math.max(this.#newestMs, atMs)
    this.#runStartMs = atMs
    return units
  }
}
