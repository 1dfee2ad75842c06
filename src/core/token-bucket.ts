/**
 * A budget that refills steadily: `rate` a second, at most `burst` at once. Time is given by the caller, in milliseconds
 * of a clock that does not go back.
 */
export class TokenBucket {
  readonly #rate: number
  readonly #burst: number
  #tokens: number
  #atMs: number

  constructor(rate: number, burst: number, nowMs: number) {
    this.#rate = rate
    this.#burst = burst
    this.#tokens = burst
    this.#atMs = nowMs
  }

  /** Takes `count` if they are there. */
  take(count: number, nowMs: number): boolean {
    this.#refill(nowMs)
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }

  /** Takes `count` in any case, and says for how many milliseconds whoever spends them is to pause; 0 if not at all. */
  spend(count: number, nowMs: number): number {
    this.#refill(nowMs)
    this.#tokens -= count
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens * 1_000) / this.#rate)
  }

  /** Nothing was taken lately: a new one would be the same. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs)
    return this.#tokens >= this.#burst
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#atMs) * this.#rate) / 1_000)
    this.#atMs = nowMs
  }
}
