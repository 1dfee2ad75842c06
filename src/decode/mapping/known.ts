/**
 * A measurement, tags or a device, as one object for all records that say the same. It knows which times its records had in
 * the message at hand: of those without a common time, no two belong to one point.
 */
export class Known<T> {
  readonly value: T
  /** What a record has that says nothing. */
  readonly isDefault: boolean
  #message = 0
  /** Decimal texts without leading zeros. */
  #earliestNs = ''
  #latestNs = ''

  constructor(value: T, isDefault = false) {
    this.value = value
    this.isDefault = isDefault
  }

  /** Notes a time. Whether a record of this message before it may have had the same. */
  notes(message: number, timeNs: string): boolean {
    if (message !== this.#message) {
      this.#message = message
      this.#earliestNs = timeNs
      this.#latestNs = timeNs
      return false
    }
    if (timeNs === this.#latestNs) return true
    if (isBefore(this.#latestNs, timeNs)) {
      this.#latestNs = timeNs
      return false
    }
    if (!isBefore(timeNs, this.#earliestNs)) return true
    this.#earliestNs = timeNs
    return false
  }
}

function isBefore(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length
}
