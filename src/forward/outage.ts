import { GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'
import { BackOff, type BackOffOptions } from './back-off.js'

export interface OutageOptions extends BackOffOptions {
  readonly logEveryMs: number
  /** An outage that lasts longer is an operator's matter: it is logged as an ERROR. */
  readonly errorAfterMs: number
}

/**
 * Whether a sink takes points at present, for all the requests to it together. While it does not, one request at a
 * time tries again after the pause; the others wait until that one succeeded.
 *
 *     up ──failed──▶ paused ──pause over──▶ probing ──failed──▶ paused (longer)
 *      ▲                                       └──succeeded──▶ up, all go on
 */
export class Outage {
  readonly #sink: string
  readonly #logger: Logger
  readonly #options: OutageOptions
  readonly #backOff: BackOff
  readonly #throttle: LogThrottle
  #sinceMs = 0
  #lastError = ''
  #pause: NodeJS.Timeout | undefined
  #pauseEndsMs = 0
  #probing = false
  #waiting: ((maySend: boolean) => void)[] = []

  constructor(sink: string, logger: Logger, options: OutageOptions) {
    this.#sink = sink
    this.#logger = logger
    this.#options = options
    this.#backOff = new BackOff(options)
    this.#throttle = new LogThrottle(options.logEveryMs)
  }

  get isOn(): boolean {
    return this.#sinceMs > 0
  }

  /** The sink's own words while the outage is on, else empty. */
  get lastError(): string {
    return this.#lastError
  }

  /** Resolves with true when a request may be sent; with false when the caller should see whether it still wants to. */
  async turn(): Promise<boolean> {
    if (!this.isOn) return true
    if (this.#pause === undefined && !this.#probing) {
      this.#probing = true
      return true
    }
    return new Promise<boolean>((resolve) => this.#waiting.push(resolve))
  }

  failed(reason: string, afterMs = 0): void {
    if (!this.isOn) this.#sinceMs = Date.now()
    this.#lastError = reason
    this.#log(reason)
    // Requests that were under way together fail together and are one failure: only a longer wish is heard.
    const pauseMs = this.#pause === undefined ? Math.max(this.#backOff.nextMs(), afterMs) : afterMs
    if (Date.now() + pauseMs <= this.#pauseEndsMs) return
    clearTimeout(this.#pause)
    this.#probing = false
    this.#pauseEndsMs = Date.now() + pauseMs
    this.#pause = setTimeout(() => this.#probe(), pauseMs)
  }

  succeeded(waitingPoints: () => number): void {
    if (!this.isOn) return
    const lastedMs = Date.now() - this.#sinceMs
    const points = waitingPoints()
    this.#logger.info(
      { sink: this.#sink, lastedMs, waitingPoints: points },
      `Sink ${this.#sink} takes points again after ${(lastedMs / 1000).toFixed(1)} s; ${points} points waited.`,
    )
    this.#sinceMs = 0
    this.#lastError = ''
    this.#backOff.reset()
    this.#endPause()
    this.#answer(true)
  }

  /** Everything that waits sees whether it is still wanted. */
  recheck(): void {
    this.#answer(false)
  }

  close(): void {
    this.#endPause()
    this.#answer(false)
  }

  #probe(): void {
    this.#pause = undefined
    const first = this.#waiting.shift()
    this.#probing = first !== undefined
    first?.(true)
  }

  #endPause(): void {
    clearTimeout(this.#pause)
    this.#pause = undefined
    this.#pauseEndsMs = 0
    this.#probing = false
  }

  #answer(maySend: boolean): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve(maySend)
  }

  #log(cause: string): void {
    const { code, message, action } = new GatewayError('LG_SINK_UNAVAILABLE', { sink: this.#sink, cause })
    const level = Date.now() - this.#sinceMs > this.#options.errorAfterMs ? 'error' : 'warn'
    this.#throttle.run(code, (suppressed) =>
      this.#logger[level]({ code, sink: this.#sink, action, suppressed }, message),
    )
  }
}
