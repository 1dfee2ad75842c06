import type { Instant, Source } from './source.js'
import type { Subscription } from './subscription.js'

/** Subscribers served before other work of the process gets its turn. */
const SLICE = 64

export interface FeedStatistics {
  /** States turned into JSON and bytes. */
  serialisations: number
  framesSent: number
  /** Updates left out for operators that read too slowly. */
  skipped: number
}

/**
 * One stream, shared by all subscriptions that ask for the same: sampled once per interval, serialised once per
 * change, and the same bytes sent to everyone behind a head of their own.
 *
 *     tick ─▶ source.sample ─▶ changed: every subscriber is owed one more ─▶ drain, 64 subscribers per turn
 *
 * A subscriber that cannot take a frame stays owed, and gets the newest state at a later tick, changed or not.
 */
export class Feed {
  readonly #source: Source
  readonly #intervalMs: number
  readonly #statistics: FeedStatistics
  readonly #failed: (feed: Feed, error: unknown) => void
  readonly #subscriptions = new Set<Subscription>()
  #timer: NodeJS.Timeout | undefined
  #time = ''
  #whole: Buffer | undefined
  #change: Buffer | undefined
  #owing = false
  #draining = false
  #again = false

  constructor(
    source: Source,
    intervalMs: number,
    statistics: FeedStatistics,
    failed: (feed: Feed, error: unknown) => void,
  ) {
    this.#source = source
    this.#intervalMs = intervalMs
    this.#statistics = statistics
    this.#failed = failed
  }

  get subscriptions(): ReadonlySet<Subscription> {
    return this.#subscriptions
  }

  /** Takes the first sample. Throws what a view throws. */
  start(): void {
    this.#sample()
    this.#timer = setInterval(() => this.#tick(), this.#intervalMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#subscriptions.clear()
  }

  /** Sends the snapshot, of the state as last sampled. */
  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription)
    subscription.begin(this.#source.deadLettered())
    this.#serve(subscription)
  }

  remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
  }

  #tick(): void {
    try {
      if (this.#sample()) for (const subscription of this.#subscriptions) subscription.owed++
      else if (!this.#owing) return
      this.#drain()
    } catch (error) {
      this.#failed(this, error)
    }
  }

  #sample(): boolean {
    const now: Instant = { wallMs: Date.now(), steadyMs: performance.now() }
    if (!this.#source.sample(now)) return false
    this.#time = new Date(now.wallMs).toISOString()
    this.#whole = undefined
    this.#change = undefined
    return true
  }

  #drain(): void {
    this.#again = this.#draining
    if (this.#draining) return
    this.#draining = true
    this.#owing = false
    this.#serveSlice([...this.#subscriptions], 0)
  }

  #serveSlice(subscriptions: readonly Subscription[], from: number): void {
    const end = Math.min(subscriptions.length, from + SLICE)
    for (let i = from; i < end; i++) {
      const subscription = subscriptions[i]!
      if (subscription.owed > 0 && this.#subscriptions.has(subscription)) this.#serve(subscription)
    }
    if (end < subscriptions.length) setImmediate(() => this.#serveSlice(subscriptions, end))
    else this.#drained()
  }

  #drained(): void {
    this.#draining = false
    if (this.#again) this.#drain()
  }

  #serve(subscription: Subscription): void {
    const { peer } = subscription
    if (!peer.writable) {
      this.#owing = true
      return
    }
    this.#statistics.framesSent++
    this.#statistics.skipped += subscription.owed - 1
    const { incremental, isAnew } = this.#source
    const whole = subscription.isNew || (incremental && (isAnew === true || subscription.owed > 1))
    const head = subscription.nextHead(whole ? 'snapshot' : 'update', this.#source.deadLettered())
    peer.send(Buffer.concat([Buffer.from(head), whole ? this.#wholeBytes() : this.#changeBytes()]))
  }

  #wholeBytes(): Buffer {
    if (!this.#source.incremental) return this.#changeBytes()
    this.#whole ??= this.#shared(this.#source.whole())
    return this.#whole
  }

  #changeBytes(): Buffer {
    this.#change ??= this.#shared(this.#source.change())
    return this.#change
  }

  /** The end of a frame, the same for every subscriber. */
  #shared(json: string): Buffer {
    this.#statistics.serialisations++
    return Buffer.from(`"time":"${this.#time}","data":${json}}`)
  }
}
