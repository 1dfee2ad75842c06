/**
 * How many retained messages there are, and their bytes. A message counts from the moment that it is admitted, as many
 * may wait for the disk at once; when it is stored, or will not be, the totals are those of the store again.
 */
import type { LimitName } from './limits.js'

export interface RetainedLimits {
  /** 0: any number. */
  readonly maxMessages: number
  /** Of topics and payloads; 0: any number. */
  readonly maxBytes: number
}

export class RetainedTotals {
  readonly #limits: RetainedLimits
  /** Topic → bytes, of what is stored. */
  readonly #stored = new Map<string, number>()
  /** Topic → bytes, of what is about to be; 0 for a message that is about to go. */
  readonly #planned = new Map<string, number>()
  #messages = 0
  #bytes = 0

  constructor(limits: RetainedLimits) {
    this.#limits = limits
  }

  get messages(): number {
    return this.#messages
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Counts a message that is about to be stored, or names the limit that forbids it. */
  admit(topic: string, payloadBytes: number): LimitName | undefined {
    const { maxMessages, maxBytes } = this.#limits
    const before = this.#of(topic)
    const size = sizeOf(topic, payloadBytes)
    if (size > 0 && before === 0 && maxMessages > 0 && this.#messages >= maxMessages) {
      return 'retainedMessages'
    }
    if (size > before && maxBytes > 0 && this.#bytes + size - before > maxBytes) return 'retainedBytes'
    this.#planned.set(topic, size)
    this.#count(before, size)
    return undefined
  }

  /** The message was stored, or removed by one without a payload. */
  stored(topic: string, payloadBytes: number): void {
    const before = this.#of(topic)
    const size = sizeOf(topic, payloadBytes)
    this.#planned.delete(topic)
    if (size === 0) this.#stored.delete(topic)
    else this.#stored.set(topic, size)
    this.#count(before, size)
  }

  /** A message that was admitted will not be stored. */
  forgo(topic: string): void {
    const before = this.#of(topic)
    this.#planned.delete(topic)
    this.#count(before, this.#of(topic))
  }

  #of(topic: string): number {
    return this.#planned.get(topic) ?? this.#stored.get(topic) ?? 0
  }

  #count(before: number, after: number): void {
    this.#bytes += after - before
    this.#messages += Number(after > 0) - Number(before > 0)
  }
}

/** A message without a payload removes the retained one (MQTT 3.1.1, section 3.3.1.3). */
function sizeOf(topic: string, payloadBytes: number): number {
  return payloadBytes === 0 ? 0 : Buffer.byteLength(topic) + payloadBytes
}
