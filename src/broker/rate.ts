import { TokenBucket } from '../core/token-bucket.js'
import type { BrokerLimits, LimitName } from './limits.js'

type RateLimits = Pick<BrokerLimits, 'messagesPerSecond' | 'bytesPerSecond'>

/** Seconds' worth that may come at once. */
const BURST_SECONDS = 2

/**
 * How fast one client may be read. What was read is never undone: it is paid for by a pause before the next read, so that
 * the rate holds in the mean and nothing is lost. Times are milliseconds of a clock that does not go back.
 */
export class Rate {
  readonly #messages: TokenBucket | undefined
  readonly #bytes: TokenBucket | undefined
  #pausedUntilMs = 0

  constructor({ messagesPerSecond, bytesPerSecond }: RateLimits, nowMs: number) {
    this.#messages = bucketOf(messagesPerSecond, nowMs)
    this.#bytes = bucketOf(bytesPerSecond, nowMs)
  }

  /** Takes what was read; the limit that makes a pause necessary, or undefined. */
  spend(messages: number, bytes: number, nowMs: number): LimitName | undefined {
    const forMessagesMs = this.#messages?.spend(messages, nowMs) ?? 0
    const forBytesMs = this.#bytes?.spend(bytes, nowMs) ?? 0
    const pauseMs = Math.max(forMessagesMs, forBytesMs)
    if (pauseMs === 0) return undefined
    this.#pausedUntilMs = nowMs + pauseMs
    return forMessagesMs >= forBytesMs ? 'messagesPerSecond' : 'bytesPerSecond'
  }

  /** Whether there was something to pay for: only then has the clock to be read. */
  get isPausing(): boolean {
    return this.#pausedUntilMs > 0
  }

  /** What is left of the pause; 0 if reading may go on. */
  pauseMs(nowMs: number): number {
    if (this.#pausedUntilMs <= nowMs) this.#pausedUntilMs = 0
    return this.#pausedUntilMs === 0 ? 0 : this.#pausedUntilMs - nowMs
  }
}

function bucketOf(perSecond: number, nowMs: number): TokenBucket | undefined {
  return perSecond === 0 ? undefined : new TokenBucket(perSecond, perSecond * BURST_SECONDS, nowMs)
}
