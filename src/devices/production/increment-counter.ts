/**
 * A counter of which each message says how many units were added. What tells a message from its copy is its stamp alone:
 *
 * - with a stamp it counts once: the newest stamps are remembered, and a message older than all of them is not counted;
 * - without one it counts, unless it has the DUP flag.
 *
 * Never too much, and exact, for messages with a stamp of their own each, in any order and any number of times, as long
 * as none is overtaken by as many as are remembered. Without stamps never too much if all copies have the DUP flag, and
 * exact if each message has arrived once without it.
 */
import type { Arrival } from './arrival.js'
import { type Counter, Outcome } from './counter.js'
import type { Role } from './counts.js'

/** More than clients keep in flight. */
const REMEMBERED = 32

export class IncrementCounter implements Counter {
  readonly kind = 'increment'
  readonly role: Role
  readonly field: string
  outcome: Outcome = Outcome.nothing
  /** Ascending. */
  readonly #stampsMs: number[]
  /** Stamps up to this one are forgotten. */
  #forgottenMs: number

  /** @param saved of a counter with the same role and field */
  constructor(role: Role, field: string, saved: readonly number[] = [0]) {
    this.role = role
    this.field = field
    this.#forgottenMs = saved[0] ?? 0
    this.#stampsMs = saved.slice(1)
  }

  save(): readonly number[] {
    return [this.#forgottenMs, ...this.#stampsMs]
  }

  take(value: number, { atMs, isStamped, isRedelivered }: Arrival): number {
    const isNew = isStamped ? this.#isNew(atMs) : !isRedelivered
    this.outcome = isNew ? Outcome.counted : Outcome.nothing
    return isNew ? value : 0
  }

  #isNew(atMs: number): boolean {
    const stamps = this.#stampsMs
    if (atMs <= this.#forgottenMs) return false
    let at = stamps.length
    while (at > 0 && stamps[at - 1]! > atMs) at--
    if (at > 0 && stamps[at - 1] === atMs) return false
    stamps.splice(at, 0, atMs)
    if (stamps.length > REMEMBERED) this.#forgottenMs = stamps.shift()!
    return true
  }
}
