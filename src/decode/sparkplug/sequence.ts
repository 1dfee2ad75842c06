/** What a sequence number tells. */
export const Order = {
  /** The next, or the first that is seen. */
  expected: 0,
  /** Numbers before it are missing that were not missing before. */
  gap: 1,
  /** It was missing, and others still are. */
  open: 2,
  /** It was the last one missing. */
  closed: 3,
  /** Seen before. */
  repeated: 4,
} as const
export type Order = (typeof Order)[keyof typeof Order]

const NUMBERS = 256
/** Newest messages that a redelivery is looked for among; divides `NUMBERS`. */
const REMEMBERED = 64

/**
 * The sequence numbers of one edge node and its devices: 0 … 255, then 0 again (Sparkplug 3.0, section 6.4.4).
 *
 *     expected 7, comes 9        7 and 8 are missing; expected is 10
 *     then 7, then 8             none is missing
 *
 * A redelivery has the number and the time of a message that was seen a short while ago; it is no message of the
 * sequence. A number that is neither missing nor a redelivery is one after a loss, however far behind it seems.
 */
export class Sequence {
  /** −1 before the first. */
  #expected = -1
  readonly #missing = new Set<number>()
  readonly #numbers = new Int16Array(REMEMBERED).fill(-1)
  readonly #times = new Float64Array(REMEMBERED)

  /** A birth of the edge node begins it anew; false if nothing was missing. */
  begin(seq: number, timeMs: number): boolean {
    const wasOpen = this.#missing.size > 0
    this.#missing.clear()
    this.#numbers.fill(-1)
    this.#expected = (seq + 1) % NUMBERS
    this.#remember(seq, timeMs)
    return wasOpen
  }

  /**
   * @param seq 0 … 255
   * @param timeMs of the message, to tell redeliveries by
   */
  next(seq: number, timeMs: number): Order {
    if (this.#isRepeated(seq, timeMs)) return Order.repeated
    this.#remember(seq, timeMs)
    const expected = this.#expected === -1 ? seq : this.#expected
    const wasMissing = this.#missing.delete(seq)
    if (seq === expected) {
      this.#expected = (seq + 1) % NUMBERS
      return wasMissing && this.#missing.size === 0 ? Order.closed : Order.expected
    }
    if (wasMissing) return this.#missing.size === 0 ? Order.closed : Order.open
    for (let number = expected; number !== seq; number = (number + 1) % NUMBERS) this.#missing.add(number)
    this.#expected = (seq + 1) % NUMBERS
    return Order.gap
  }

  #isRepeated(seq: number, timeMs: number): boolean {
    const at = seq % REMEMBERED
    return this.#numbers[at] === seq && this.#times[at] === timeMs
  }

  #remember(seq: number, timeMs: number): void {
    const at = seq % REMEMBERED
    this.#numbers[at] = seq
    this.#times[at] = timeMs
  }
}
