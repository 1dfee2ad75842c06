import { addressKey } from '../../core/address-key.js'
import { TokenBucket } from '../../core/token-bucket.js'

interface Budget {
  /** Tries a second that come back. */
  readonly rate: number
  readonly burst: number
}

/** A person, or a device with an old password, has some tries; a program that guesses has hardly any. */
const PER_NAME: Budget = { rate: 1 / 6, burst: 10 }
/** Fewer than may wait for the hasher, so that no one address can fill its queue. */
const PER_ADDRESS: Budget = { rate: 2, burst: 40 }
const MAX_BUCKETS = 20_000

/** How many passwords may still be tried: for a name from an address, and from an address for whichever names. */
export class WrongTries {
  /** In the order in which they were made. */
  readonly #buckets = new Map<string, TokenBucket>()

  /**
   * Takes a try, before it is made: tries that are under way count. False when there is none left.
   * @param nowMs of a clock that does not go back
   */
  take(name: string, address: string, nowMs: number): boolean {
    const network = addressKey(address)
    const ofAddress = this.#bucket(network, PER_ADDRESS, nowMs)
    const ofName = this.#bucket(`${network} ${name}`, PER_NAME, nowMs)
    if (!ofAddress.take(1, nowMs)) return false
    if (ofName.take(1, nowMs)) return true
    ofAddress.spend(-1, nowMs)
    return false
  }

  /** It was right, or was not made. */
  giveBack(name: string, address: string, nowMs: number): void {
    const network = addressKey(address)
    this.#buckets.get(network)?.spend(-1, nowMs)
    this.#buckets.get(`${network} ${name}`)?.spend(-1, nowMs)
  }

  #bucket(key: string, { rate, burst }: Budget, nowMs: number): TokenBucket {
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    if (this.#buckets.size >= MAX_BUCKETS) this.#makeRoom(nowMs)
    const bucket = new TokenBucket(rate, burst, nowMs)
    this.#buckets.set(key, bucket)
    return bucket
  }

  /** Those that a new one would be the same as, and the oldest in any case. */
  #makeRoom(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(key)
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size < MAX_BUCKETS) return
      this.#buckets.delete(key)
    }
  }
}
