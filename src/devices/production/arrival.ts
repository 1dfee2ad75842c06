/** When a value was taken, as far as that can be known; one object, reused for every message. */
export interface Arrival {
  /** Epoch milliseconds, fractions included: the stamp of the device if it can be believed, else the arrival. */
  readonly atMs: number
  /** `atMs` is the device's, so that a value can be told to be late, or the same again. */
  readonly isStamped: boolean
  /** MQTT's DUP flag: the message may have been here before. */
  readonly isRedelivered: boolean
}

/** Clocks of devices go wrong; one that does must not set the order for what comes after. */
const MAX_AHEAD_MS = 60_000
/** Longer than devices keep messages while they are cut off. Clocks that lost their battery are decades behind. */
const MAX_BEHIND_MS = 7 * 86_400_000

export class MessageArrival implements Arrival {
  atMs = 0
  isStamped = false
  isRedelivered = false

  /** `timeNs`: nanoseconds in decimal, '' where the device gave none. */
  set(timeNs: string, nowMs: number, isRedelivered: boolean): void {
    const stampMs = timeNs === '' ? Number.NaN : Number(timeNs) / 1e6
    this.isStamped = stampMs <= nowMs + MAX_AHEAD_MS && stampMs >= nowMs - MAX_BEHIND_MS
    this.atMs = this.isStamped ? stampMs : nowMs
    this.isRedelivered = isRedelivered
  }
}
