import { addressKey } from '../../core/address-key.js'
import { type Budget, TokenBuckets } from '../../core/token-buckets.js'

/** A person, or a device with an old password, has some tries; a program that guesses has hardly any. */
const PER_NAME: Budget = { rate: 1 / 6, burst: 10 }
/** Fewer than may wait for the hasher, so that no one address can fill its queue. */
const PER_ADDRESS: Budget = { rate: 2, burst: 40 }
const MAX_NAMES = 20_000
const MAX_ADDRESSES = 10_000

/** How many passwords may still be tried: for a name from an address, and from an address for whichever names. */
export class WrongTries {
  readonly #names = new TokenBuckets(PER_NAME, MAX_NAMES)
  readonly #addresses = new TokenBuckets(PER_ADDRESS, MAX_ADDRESSES)

  /**
   * Takes a try, before it is made: tries that are under way count. False when there is none left.
   * @param nowMs of a clock that does not go back
   */
  take(name: string, address: string, nowMs: number): boolean {
    const network = addressKey(address)
    if (!this.#addresses.take(network, nowMs)) return false
    if (this.#names.take(`${network} ${name}`, nowMs)) return true
    this.#addresses.giveBack(network, nowMs)
    return false
  }

  /** It was right, or was not made. */
  giveBack(name: string, address: string, nowMs: number): void {
    const network = addressKey(address)
    this.#addresses.giveBack(network, nowMs)
    this.#names.giveBack(`${network} ${name}`, nowMs)
  }
}
