import { addressKey } from '../core/address-key.js'
import { type Budget, TokenBuckets } from '../core/token-buckets.js'

const PER_ADDRESS: Budget = { rate: 1, burst: 60 }
const MAX_ADDRESSES = 10_000

/** Requests that were refused because of who asked, by address. */
export class FailureLimit {
  readonly #buckets = new TokenBuckets(PER_ADDRESS, MAX_ADDRESSES)
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
    return this.#buckets.take(addressKey(address), this.#now()) ? 0 : Math.ceil(1 / PER_ADDRESS.rate)
  }
}
