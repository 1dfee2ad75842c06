const PADDED = Array.from({ length: 1000 }, (_, n) => String(n).padStart(6, '0'))
const MAX_PER_MS = 1_000_000
const MAX_BACKWARD_MS = 5_000

/**
 * Times of arrival in nanoseconds, as decimal text, each given once: the millisecond of the wall clock, then a
 * counter. Two points of one series that arrive in the same millisecond therefore never overwrite each other.
 * When the wall clock steps back by less than five seconds, the clock waits for it; a larger step is followed, and
 * the counter then begins above every count given so far, so that milliseconds lived through twice do not collide.
 */
export class ArrivalClock {
  #now: () => number
  #ms = 0
  #prefix = '0'
  #count = 0
  /** Where the counter begins in each millisecond, and the highest it has been. */
  #floor = 0
  #highest = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  nextNs(): string {
    const ms = this.#now()
    if (ms > this.#ms) this.#turnTo(ms)
    else if (ms < this.#ms - MAX_BACKWARD_MS) this.#stepBackTo(ms)
    else if (this.#count === MAX_PER_MS) this.#turnTo(this.#ms + 1)
    const count = this.#count++
    return this.#prefix + (count < 1000 ? PADDED[count] : String(count).padStart(6, '0'))
  }

  #turnTo(ms: number): void {
    this.#highest = Math.max(this.#highest, this.#count)
    this.#ms = ms
    this.#prefix = String(ms)
    this.#count = this.#floor
  }

  #stepBackTo(ms: number): void {
    this.#turnTo(ms)
    this.#floor = this.#highest < MAX_PER_MS ? this.#highest : 0
    this.#count = this.#floor
  }
}
