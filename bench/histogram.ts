/** Latencies in steps of 1/64 of their magnitude, from a microsecond up; constant memory. */
export class Histogram {
  readonly #buckets = new Float64Array(64 * 40)
  #count = 0
  #maxMs = 0

  add(ms: number): void {
    const us = Math.max(1, ms * 1000)
    const bucket = Math.min(this.#buckets.length - 1, Math.floor(Math.log2(us) * 64))
    this.#buckets[bucket]!++
    this.#count++
    if (ms > this.#maxMs) this.#maxMs = ms
  }

  /** In milliseconds; NaN without any value. */
  quantile(q: number): number {
    let left = q * this.#count
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      left -= this.#buckets[bucket]!
      if (left < 0) return Math.min(2 ** ((bucket + 1) / 64) / 1000, this.#maxMs)
    }
    return this.#count === 0 ? Number.NaN : this.#maxMs
  }

  summary() {
    return { p50: this.quantile(0.5), p99: this.quantile(0.99), p999: this.quantile(0.999), max: this.#maxMs }
  }
}
