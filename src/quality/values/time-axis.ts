import type { NanoTime } from '../time/nano-time.js'

const NS_DIGITS = 9
const NS_PER_SECOND = 1_000_000_000
const CODE_MINUS = 45

/**
 * Times as doubles that are exact to the nanosecond for 104 days around their origin, and to some nanoseconds for years. A
 * double of nanoseconds since the epoch would be off by a quarter of a microsecond.
 */
export class TimeAxis {
  readonly #originSeconds: number

  /** Begins at a time in nanoseconds since the epoch, in decimal. */
  constructor(timeNs: string) {
    this.#originSeconds = Number(timeNs.slice(0, -NS_DIGITS))
  }

  /** Nanoseconds since the origin. `time` reads the text, where others have not. */
  at(timeNs: string, time: NanoTime): number {
    if (timeNs.length <= NS_DIGITS || timeNs.charCodeAt(0) === CODE_MINUS) return this.#slowly(timeNs)
    time.read(timeNs)
    return (time.seconds - this.#originSeconds) * NS_PER_SECOND + time.nanos
  }

  /** Before 1970, or in the first second of it. */
  #slowly(timeNs: string): number {
    return Number(BigInt(timeNs) - BigInt(this.#originSeconds) * BigInt(NS_PER_SECOND))
  }
}
