const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** A seed for one purpose out of the seed of the fleet: equal inputs give equal seeds, on every platform (FNV-1a). */
export function seedOf(seed: number, purpose: string): number {
  let hash = FNV_OFFSET ^ seed
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), FNV_PRIME)
  return hash >>> 0
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
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
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
