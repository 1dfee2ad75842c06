const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** A seed for one purpose out of the seed of the fleet: equal inputs give equal seeds, on every platform (FNV-1a). */
export function seedOf(seed: number, purpose: string): number {
  let hash = FNV_OFFSET ^ seed
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), FNV_PRIME)
  return mixed(hash)
}

/** Spreads a difference in any bit over all bits (finaliser of MurmurHash3): FNV-1a alone leaves that of the last character low. */
function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** Seeded numbers (mulberry32). Integer arithmetic alone, so that a seed means the same on every platform. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** At least 0 and less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  /** One of `low`, …, `high`. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.next())
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** Mean 0, deviation 1, never beyond ±3: the sum of three uniform numbers, which needs no logarithm. */
  normal(): number {
    return 2 * (this.next() + this.next() + this.next()) - 3
  }
}
