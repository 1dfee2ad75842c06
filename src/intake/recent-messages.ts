import type { InboundMessage } from '../core/message.js'
import type { TrialMessage } from '../core/trial.js'
import type { Source } from './sources.js'

export interface RecentOptions {
  /** Messages kept, the newest. */
  readonly messages: number
  /** Of their payloads, together. */
  readonly bytes: number
  /** Of each topic, one message is kept in this time at the most. */
  readonly perTopicMs: number
}

export const RECENT_DEFAULTS: RecentOptions = { messages: 1_000, bytes: 4 * 1_048_576, perTopicMs: 1_000 }

/**
 * Samples of what came in, with which another configuration can be tried. Of a topic no more than one a second, so that
 * rare topics are there beside busy ones, and that keeping them costs a comparison per message.
 */
export class RecentMessages {
  readonly #options: RecentOptions
  #messages: TrialMessage[] = []
  #bytes = 0
  #tick = 1
  #timer: NodeJS.Timeout | undefined

  constructor(options: RecentOptions = RECENT_DEFAULTS) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick++, this.#options.perTopicMs)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  offer(source: Source, message: InboundMessage, clientId: string): void {
    if (source.sampledAt === this.#tick) return
    source.sampledAt = this.#tick
    this.#keep(message, clientId)
  }

  /** The oldest first. */
  newest(count: number): readonly TrialMessage[] {
    return this.#messages.slice(-count)
  }

  #keep({ topic, payload }: InboundMessage, clientId: string): void {
    const { messages, bytes } = this.#options
    if (payload.length > bytes) return
    // The broker reuses the memory that the payload is a part of.
    this.#messages.push({ topic, payload: Buffer.from(payload), clientId, arrivalMs: Date.now() })
    this.#bytes += payload.length
    while (this.#messages.length > messages || this.#bytes > bytes)
      this.#bytes -= this.#messages.shift()!.payload.length
  }
}
