const ZERO = 48
const NANO_DIGITS = 9
const SUB_MILLISECOND_DIGITS = 6
const NANOS_PER_SECOND = 1_000_000_000
const NANOS_PER_MILLISECOND = 1_000_000
const MS_PER_SECOND = 1_000
/** Seconds below 2^34, as they are up to the year 2514, and 30 bits of nanoseconds make 64 bits. */
const SECONDS_PER_HIGH = 4

/** Epoch milliseconds of a time in decimal nanoseconds; what is below the millisecond is cut off. */
export function toMilliseconds(timeNs: string): number {
  const end = timeNs.length - SUB_MILLISECOND_DIGITS
  let ms = 0
  for (let i = 0; i < end; i++) ms = ms * 10 + timeNs.charCodeAt(i) - ZERO
  return ms
}

/**
 * A time in decimal nanoseconds as numbers, reused from time to time: seconds and nanoseconds, of which neither needs more
 * bits than a double has, and the words that they make. The stages share one, so that the time of a point is read once.
 */
export class NanoTime {
  /** What was read last, as long as it was not moved. */
  #text = ''
  seconds = 0
  nanos = 0
  /** High and low word of 64 bits, with sign, of which only equality counts. */
  high = 0
  low = 0
  /** Nanoseconds modulo 2^32, with sign. */
  low32 = 0

  read(timeNs: string): void {
    if (timeNs === this.#text) return
    this.#text = timeNs
    const { length } = timeNs
    const point = length > NANO_DIGITS ? length - NANO_DIGITS : 0
    let seconds = 0
    for (let i = 0; i < point; i++) seconds = seconds * 10 + (timeNs.charCodeAt(i) - ZERO)
    let nanos = 0
    for (let i = point; i < length; i++) nanos = (nanos * 10 + (timeNs.charCodeAt(i) - ZERO)) | 0
    this.#set(seconds, nanos)
  }

  /** Epoch milliseconds; what is below is cut off. */
  get ms(): number {
    return this.seconds * MS_PER_SECOND + Math.trunc(this.nanos / NANOS_PER_MILLISECOND)
  }

  /** Moves it on by less than a second. */
  add(nanos: number): void {
    const sum = this.nanos + nanos
    this.#text = ''
    if (sum < NANOS_PER_SECOND) this.#set(this.seconds, sum)
    else this.#set(this.seconds + 1, sum - NANOS_PER_SECOND)
  }

  /** Whether it is later than the time of which these are the words. */
  isAfter(high: number, low: number): boolean {
    if (this.high !== high) return this.high >>> 0 > high >>> 0
    return this.low >>> 0 > low >>> 0
  }

  toString(): string {
    return this.seconds === 0
      ? String(this.nanos)
      : `${this.seconds}${String(this.nanos).padStart(NANO_DIGITS, '0')}`
  }

  #set(seconds: number, nanos: number): void {
    this.seconds = seconds
    this.nanos = nanos
    this.high = (seconds / SECONDS_PER_HIGH) | 0
    this.low = ((seconds & 3) << 30) | nanos
    this.low32 = (Math.imul(seconds | 0, NANOS_PER_SECOND) + nanos) | 0
  }
}
