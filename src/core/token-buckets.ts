import { TokenBucket } from './token-bucket.js'

export interface Budget {
  /** Tokens a second. */
  readonly rate: number
  /** At once. */
  readonly burst: number
}

/** Those that are as good as new are looked for so often at the most: whoever comes under many keys pays for no search each time. */
const SWEEP_EVERY_MS = 1_000

/** A budget for each of very many keys. What is remembered is bounded: past that, the key known longest is forgotten. */
export class TokenBuckets {
  readonly #budget: Budget
  readonly #maxKeys: number
  /** In the order in which they were made. */
  readonly #buckets = new Map<string, TokenBucket>()
  #sweptAtMs = Number.NEGATIVE_INFINITY

  constructor(budget: Budget, maxKeys: number) {
    this.#budget = budget
    this.#maxKeys = maxKeys
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /** Takes one, if there is one. */
  take(key: string, nowMs: number): boolean {
    return this.#bucketOf(key, nowMs).take(1, nowMs)
  }

  /** Puts back one that was taken. */
  giveBack(key: string, nowMs: number): void {
    this.#buckets.get(key)?.spend(-1, nowMs)
  }

  #bucketOf(key: string, nowMs: number): TokenBucket {
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    if (this.#buckets.size >= this.#maxKeys) this.#makeRoom(nowMs)
    const bucket = new TokenBucket(this.#budget.rate, this.#budget.burst, nowMs)
    this.#buckets.set(key, bucket)
    return bucket
  }

  #makeRoom(nowMs: number): void {
    if (nowMs - this.#sweptAtMs >= SWEEP_EVERY_MS) {
      this.#sweptAtMs = nowMs
      for (const [key, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(key)
    }
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size >= this.#maxKeys && oldest !== undefined) this.#buckets.delete(oldest)
  }
}
