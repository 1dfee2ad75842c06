/**
 * What delivery rates are made of, by slot. Counts are modulo 2^32: only differences are used, and no window holds so
 * many messages of one device.
 */
export class DeliveryColumns {
  /** Expected time between messages; 0 for a device that does not count (not confirmed, or none stated). */
  intervalMs = new Float64Array(1024)
  /** Since when the device counts with this interval. */
  sinceMs = new Float64Array(1024)
  /** Messages at that time, since the ledger began. */
  seenBefore = new Uint32Array(1024)
  /** Messages on disk, since the ledger began. */
  seen = new Uint32Array(1024)
  /** Of these, those that the figures include. */
  applied = new Uint32Array(1024)

  get capacity(): number {
    return this.intervalMs.length
  }

  grow(capacity: number): void {
    this.intervalMs = grownDoubles(this.intervalMs, capacity)
    this.sinceMs = grownDoubles(this.sinceMs, capacity)
    this.seenBefore = grownCounts(this.seenBefore, capacity)
    this.seen = grownCounts(this.seen, capacity)
    this.applied = grownCounts(this.applied, capacity)
  }
}

export function grownCounts(from: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(capacity)
  to.set(from)
  return to
}

function grownDoubles(from: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(capacity)
  to.set(from)
  return to
}
