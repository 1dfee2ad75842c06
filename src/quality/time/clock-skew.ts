/**
 * How far the clocks of devices are off, estimated from the times in their points.
 *
 * A point is late by the way it took (milliseconds, or hours if it was buffered) and never early. The smallest
 * `arrival − device time` of a while is therefore that of the point with the shortest way, which is nearest to what the clock
 * is off; points that come late do not disturb it. A clock that is behind looks like points that are all late: what was
 * buffered during an outage reads as `behind` until a fresh point comes.
 *
 *     slot   │ smallest in this window │ smallest in the window before │ start of the window │ samples │ unset │   25 bytes
 *
 * The estimate is the smaller one of both windows, so it spans one to two of them: it follows a clock that was set forward at
 * once, and one that was set back after two windows at the latest.
 */
const WINDOW_SECONDS = 600
/** Fewer points say nothing: they may all be late. */
const MIN_SAMPLES = 3
const FIRST_CAPACITY = 1024
const MAX_SAMPLES = 0xffff_ffff

export interface ClockSkew {
  /** Milliseconds that the clock is ahead of the gateway's; negative: behind. 0 where it is not known. */
  readonly skewMs: number
  readonly state: 'unknown' | 'ok' | 'behind' | 'ahead' | 'unset'
  /** Points with a time, since the gateway started. */
  readonly samples: number
}

const UNKNOWN: ClockSkew = { skewMs: 0, state: 'unknown', samples: 0 }

export class ClockSkews {
  readonly #toleranceMs: number
  #smallest = new Float64Array(FIRST_CAPACITY).fill(Number.POSITIVE_INFINITY)
  #before = new Float64Array(FIRST_CAPACITY).fill(Number.POSITIVE_INFINITY)
  #startSeconds = new Uint32Array(FIRST_CAPACITY)
  #samples = new Uint32Array(FIRST_CAPACITY)
  #unset = new Uint8Array(FIRST_CAPACITY)

  /** @param toleranceMs a clock that is off by more is not `ok`. */
  constructor(toleranceMs = 10_000) {
    this.#toleranceMs = toleranceMs
  }

  /** A point of a clock that was set: `lateMs` is arrival − device time. */
  observe(slot: number, arrivalMs: number, lateMs: number): void {
    if (slot >= this.#samples.length) this.#grow(slot)
    const seconds = arrivalMs / 1000
    const age = seconds - this.#startSeconds[slot]!
    // A clock of the gateway that was set back would hold the window open.
    if (age >= WINDOW_SECONDS || age < -WINDOW_SECONDS) this.#turn(slot, seconds, age)
    if (lateMs < this.#smallest[slot]!) this.#smallest[slot] = lateMs
    this.#count(slot)
    this.#unset[slot] = 0
  }

  observeUnset(slot: number): void {
    if (slot >= this.#samples.length) this.#grow(slot)
    this.#count(slot)
    this.#unset[slot] = 1
  }

  of(slot: number): ClockSkew {
    const samples = this.#samples[slot] ?? 0
    if (samples === 0) return UNKNOWN
    if (this.#unset[slot] === 1) return { skewMs: 0, state: 'unset', samples }
    if (samples < MIN_SAMPLES) return { skewMs: 0, state: 'unknown', samples }
    const skewMs = -Math.min(this.#smallest[slot]!, this.#before[slot]!)
    if (skewMs > this.#toleranceMs) return { skewMs, state: 'ahead', samples }
    return { skewMs, state: skewMs < -this.#toleranceMs ? 'behind' : 'ok', samples }
  }

  #count(slot: number): void {
    if (this.#samples[slot]! < MAX_SAMPLES) this.#samples[slot]!++
  }

  #turn(slot: number, seconds: number, age: number): void {
    const isNext = age >= WINDOW_SECONDS && age < 2 * WINDOW_SECONDS
    this.#before[slot] = isNext ? this.#smallest[slot]! : Number.POSITIVE_INFINITY
    this.#smallest[slot] = Number.POSITIVE_INFINITY
    this.#startSeconds[slot] = seconds
  }

  #grow(slot: number): void {
    const capacity = Math.max(slot + 1, this.#samples.length * 2)
    this.#smallest = grownDoubles(this.#smallest, capacity)
    this.#before = grownDoubles(this.#before, capacity)
    this.#startSeconds = grownCounts(this.#startSeconds, capacity)
    this.#samples = grownCounts(this.#samples, capacity)
    const unset = new Uint8Array(capacity)
    unset.set(this.#unset)
    this.#unset = unset
  }
}

function grownDoubles(from: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY)
  to.set(from)
  return to
}

function grownCounts(from: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(capacity)
  to.set(from)
  return to
}
