import { causeOf, GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'
import type { StateStore } from '../core/state.js'

const LOG_EVERY_MS = 10_000

/**
 * Changes of sessions on their way to the disk, in order. One transaction at a time takes all that wait; one that
 * fails (disk full) is tried again before anything else, so that a later change never precedes an earlier one.
 */
export class Journal {
  readonly #state: StateStore
  readonly #logger: Logger
  readonly #retryAfterMs: number
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  #changes: (() => void)[] = []
  #waiting: (() => void)[] = []
  #busy = false
  #stopped = false
  #retryTimer: NodeJS.Timeout | undefined

  constructor(state: StateStore, logger: Logger, retryAfterMs: number) {
    this.#state = state
    this.#logger = logger
    this.#retryAfterMs = retryAfterMs
  }

  /** Queues puts and removes; what one turn of the event loop queues shares a transaction. */
  change(write: () => void): void {
    if (this.#stopped) return
    this.#changes.push(write)
    this.#start()
  }

  /** Resolves when all changes so far are on disk. */
  async flushed(): Promise<void> {
    if (!this.#busy && !this.#stopped && this.#changes.length === 0) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      // The transaction under way may not hold the newest changes: an empty one behind it ends the wait.
      if (this.#changes.length === 0) this.change(() => undefined)
    })
  }

  /** Takes no more changes, since the state is about to close; who waits for one is not answered any more. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retryTimer)
  }

  #start(): void {
    if (this.#busy) return
    this.#busy = true
    setImmediate(() => this.#commit())
  }

  #commit(): void {
    if (this.#stopped) return
    const changes = this.#changes
    const waiting = this.#waiting
    this.#changes = []
    this.#waiting = []
    this.#write(changes, waiting)
  }

  #write(changes: readonly (() => void)[], waiting: readonly (() => void)[]): void {
    const commit = this.#state.commit(() => {
      for (const write of changes) write()
    })
    commit.then(
      () => this.#written(waiting),
      (cause: unknown) => this.#failed(cause, changes, waiting),
    )
  }

  #written(waiting: readonly (() => void)[]): void {
    this.#busy = false
    for (const resolve of waiting) resolve()
    if (this.#changes.length > 0) this.#start()
  }

  #failed(cause: unknown, changes: readonly (() => void)[], waiting: readonly (() => void)[]): void {
    if (this.#stopped) return
    const { code, action, message } = new GatewayError('LG_DISK_WRITE_FAILED', { cause: causeOf(cause) })
    this.#throttle.run(code, (suppressed) => this.#logger.error({ code, action, suppressed }, message))
    this.#retryTimer = setTimeout(() => this.#write(changes, waiting), this.#retryAfterMs)
  }
}
