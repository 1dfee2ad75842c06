import type { Payload } from '../virtual-device.js'
import { Link, type LinkOptions } from './link.js'

export interface ConnectionOptions extends LinkOptions {
  /** Messages that may wait for their acknowledgement at once. */
  readonly maxInFlight: number
  /** Ends attempts to connect. */
  readonly signal: AbortSignal
  /** It can take messages again. */
  readonly onReady: (connection: Connection) => void
}

const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 5_000
const SETTLE_BEFORE_CUT_MS = 2_000

/**
 * A device's (or several devices') place at the broker, kept up by one link after the other. It takes no message that
 * it cannot send at once: who wants to publish asks `tryClaim`, and after a no waits for `onReady`, so nothing is queued or dropped.
 */
export class Connection {
  readonly #options: ConnectionOptions
  #link: Link | undefined
  #isCutting = false
  #isClosing = false
  #isWanted = false
  #retryMs = FIRST_RETRY_MS
  #timer: NodeJS.Timeout | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** Whether it takes a message now; after a no, `onReady` says when it does. */
  tryClaim(): boolean {
    const link = this.#link
    if (link !== undefined && !this.#isCutting && link.inFlight < this.#options.maxInFlight) return true
    this.#isWanted = true
    return false
  }

  get isConnected(): boolean {
    return this.#link !== undefined
  }

  get inFlight(): number {
    return this.#link?.inFlight ?? 0
  }

  /** One attempt. @throws the reason why the broker did not take it; then nothing goes on in the background. */
  async open(): Promise<void> {
    const events = { onSettled: () => this.#settled(), onClosed: () => this.#closed() }
    const link = await Link.open(this.#options, events, this.#options.signal)
    if (link.isOver) return
    this.#link = link
    this.#retryMs = FIRST_RETRY_MS
    this.#isCutting = false
    if (this.#isClosing) link.destroy()
    else this.#announce()
  }

  /** Attempts until one succeeds or the connection is closed. */
  keepOpening(): void {
    if (this.#isClosing || this.#options.signal.aborted) return
    this.open().catch(() => this.#retryLater())
  }

  publish(topic: string, payload: Payload): void {
    this.#link!.publish(topic, payload)
  }

  /**
   * Breaks the connection off and makes it anew at once. It first stops sending and lets the broker acknowledge what
   * is on its way, for at most two seconds, so that the counts stay exact.
   */
  cut(): void {
    const link = this.#link
    if (link === undefined || this.#isCutting || this.#isClosing) return
    this.#isCutting = true
    if (link.inFlight === 0) return link.cut()
    this.#timer = setTimeout(() => link.cut(), SETTLE_BEFORE_CUT_MS)
  }

  /** No more attempts; resolves when the broker has closed. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearTimeout(this.#timer)
    await this.#link?.disconnect()
  }

  destroy(): void {
    this.#isClosing = true
    clearTimeout(this.#timer)
    this.#link?.destroy()
  }

  #settled(): void {
    const { inFlight } = this.#link!
    if (this.#isCutting) {
      if (inFlight > 0) return
      clearTimeout(this.#timer)
      this.#link!.cut()
    } else if (this.#isWanted && inFlight <= this.#options.maxInFlight >> 1) this.#announce()
  }

  #closed(): void {
    this.#link = undefined
    clearTimeout(this.#timer)
    if (this.#isClosing) return
    this.#options.counters.reconnects++
    this.keepOpening()
  }

  #retryLater(): void {
    if (this.#isClosing) return
    const delayMs = this.#retryMs * (0.5 + Math.random())
    this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS)
    this.#timer = setTimeout(() => this.keepOpening(), delayMs)
  }

  #announce(): void {
    if (!this.#isWanted) return
    this.#isWanted = false
    this.#options.onReady(this)
  }
}
