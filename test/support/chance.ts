import { seeded } from './random-mqtt.js'

/** Deterministic choices: the same for the same seed. */
export class Chance {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = seeded(seed)
    // The first numbers of neighbouring seeds are much alike.
    for (let i = 0; i < 8; i++) this.#next()
  }

  /** True this often, of 1. */
  isTrue(often: number): boolean {
    return this.#next() < often
  }

  /** A whole number from 0 to below the limit. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }

  /** A few of the bytes other than they were, some of them moved, or the end missing. */
  mutated(bytes: Buffer): Buffer {
    const changed = Buffer.from(bytes)
    for (let n = 1 + this.below(4); n > 0; n--) {
      const at = this.below(changed.length)
      const kind = this.below(4)
      if (kind === 0) changed[at] = this.below(256)
      else if (kind === 1) changed[at]! ^= 1 << this.below(8)
      else if (kind === 2) changed[at] = this.pick([0, 0x7f, 0x80, 0xff])
      else changed.copyWithin(at, this.below(changed.length))
    }
    return this.isTrue(0.25) ? changed.subarray(0, this.below(changed.length) + 1) : changed
  }
}
