/** No slot: slots of devices begin at 1. */
const NONE = 0

/**
 * Deadlines of devices, in buckets of one tick each.
 *
 *     heads[tick mod buckets] ─▶ slot ⇄ slot ⇄ slot      a slot is in one bucket at most
 *     tickOf[slot]            the tick under which it is filed, 0 if it is not
 *
 * Lazily re-armed: a deadline that moves back is not re-filed. When the bucket comes up, `due` says when to look at the
 * slot again, so that moving a deadline costs its owner one write. A deadline past the last bucket is filed under the last
 * one, and so is looked at once a turn. All operations take constant time.
 */
export class TimerWheel {
  readonly #tickMs: number
  readonly #heads: Int32Array
  #next = new Int32Array(1024)
  #previous = new Int32Array(1024)
  #tickOf = new Float64Array(1024)
  /** Ticks up to and including this one have come up. */
  #passed = 0

  constructor(tickMs: number, buckets: number) {
    this.#tickMs = tickMs
    this.#heads = new Int32Array(buckets)
  }

  /** Has `due` called for the slot at the first tick past the deadline, or at an earlier one if it is filed for that. */
  file(slot: number, deadlineMs: number): void {
    if (slot >= this.#next.length) this.#grow(slot)
    const tick = this.#tickFor(deadlineMs)
    const filed = this.#tickOf[slot]!
    if (filed !== 0 && filed <= tick) return
    if (filed !== 0) this.#unlink(slot)
    this.#link(slot, tick)
  }

  remove(slot: number): void {
    if (slot < this.#next.length && this.#tickOf[slot] !== 0) this.#unlink(slot)
  }

  /**
   * Lets the ticks up to `nowMs` come up, `budget` slots at most.
   * @param due gives the time at which to look at the slot again, Infinity for never
   * @returns slots of the budget that are left; 0 if there is more to do at this time
   */
  advance(nowMs: number, budget: number, due: (slot: number) => number): number {
    const last = Math.floor(nowMs / this.#tickMs)
    let left = budget
    while (this.#passed < last) {
      const bucket = (this.#passed + 1) % this.#heads.length
      for (let slot = this.#heads[bucket]!; slot !== NONE; slot = this.#heads[bucket]!) {
        if (left === 0) return 0
        left--
        this.#unlink(slot)
        this.#refile(slot, due(slot))
      }
      this.#passed++
    }
    return left
  }

  /** Behind the tick that is coming up, or its bucket would never be empty. */
  #refile(slot: number, deadlineMs: number): void {
    if (deadlineMs === Number.POSITIVE_INFINITY || this.#tickOf[slot] !== 0) return
    this.#link(slot, Math.max(this.#tickFor(deadlineMs), this.#passed + 2))
  }

  #tickFor(deadlineMs: number): number {
    const tick = Math.floor(deadlineMs / this.#tickMs) + 1
    return Math.min(Math.max(tick, this.#passed + 1), this.#passed + this.#heads.length - 1)
  }

  #link(slot: number, tick: number): void {
    const bucket = tick % this.#heads.length
    const head = this.#heads[bucket]!
    this.#tickOf[slot] = tick
    this.#next[slot] = head
    this.#previous[slot] = NONE
    if (head !== NONE) this.#previous[head] = slot
    this.#heads[bucket] = slot
  }

  #unlink(slot: number): void {
    const next = this.#next[slot]!
    const previous = this.#previous[slot]!
    if (previous === NONE) this.#heads[this.#tickOf[slot]! % this.#heads.length] = next
    else this.#next[previous] = next
    if (next !== NONE) this.#previous[next] = previous
    this.#tickOf[slot] = 0
  }

  #grow(slot: number): void {
    const size = Math.max(slot + 1, this.#next.length * 2)
    this.#next = copied(this.#next, new Int32Array(size))
    this.#previous = copied(this.#previous, new Int32Array(size))
    this.#tickOf = copied(this.#tickOf, new Float64Array(size))
  }
}

function copied<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
