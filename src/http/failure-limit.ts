import { addressKey } from '../core/address-key.js'
import { TokenBucket } from '../core/token-bucket.js'

/** Refusals of one address at once, and a second. */
const BURST = 60
const PER_SECOND = 1
/** Addresses remembered; beyond them, the one known longest is forgotten. */
const MAX_ADDRESSES = 10_000

/** Requests that were refused because of who asked, by address. */
export class FailureLimit {
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#buckets.size
  }

  /** Counts one; 0 while the address is within its limit, else seconds to wait. */
  take(address: string): number {
    const bucket = this.#bucketOf(address)
    return bucket.take(1, this.#now()) ? 0 : Math.ceil(1 / PER_SECOND)
  }

  #bucketOf(address: string): TokenBucket {
    const key = addressKey(address)
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    if (this.#buckets.size >= MAX_ADDRESSES) this.#forget()
    const bucket = new TokenBucket(PER_SECOND, BURST, this.#now())
    this.#buckets.set(key, bucket)
    return bucket
  }

  /** Those that would be as good as new; if there are none, the oldest. */
  #forget(): void {
    const nowMs = this.#now()
    for (const [address, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(address)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size >= MAX_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest)
  }
}
