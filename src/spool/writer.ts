import { causeOf, GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'
import type { StateStore } from '../core/state.js'
import type { LoggedBlock } from './block-format.js'
import type { BlockLog } from './block-log.js'
import type { DeadLetters } from './dead-letters.js'
import { type ClosedBlock, OpenBlock } from './open-block.js'

export interface WriterOptions {
  readonly flushIntervalMs: number
  readonly blockBytes: number
  readonly maxUnflushedBytes: number
  readonly maxBytes: number
  /** Pause before a failed commit is tried again, in milliseconds. */
  readonly retryAfterMs: number
  readonly logger: Logger
}

export type WriterState = 'ok' | 'full' | 'failing'

const LOG_EVERY_MS = 10_000

/**
 * Group commit. One transaction at a time takes every block that is closed; what arrives meanwhile makes the next.
 * A commit that fails, or finds the spool full, stays at the head of the queue and is tried again, so that blocks
 * reach the disk in order or not at all.
 */
export class Writer {
  readonly open = new OpenBlock()
  state: WriterState = 'ok'
  /** Called with the blocks that are on disk now, before their messages are acknowledged. */
  onFlushed: (blocks: readonly LoggedBlock[]) => void = () => undefined
  /** Called when the spool is at its limit. */
  onFull: () => void = () => undefined
  readonly #state: StateStore
  readonly #log: BlockLog
  readonly #deadLetters: DeadLetters
  readonly #options: WriterOptions
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  #queue: ClosedBlock[] = []
  #closedBytes = 0
  #committing = false
  #stopped = false
  #flushTimer: NodeJS.Timeout | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  constructor(state: StateStore, log: BlockLog, deadLetters: DeadLetters, options: WriterOptions) {
    this.#state = state
    this.#log = log
    this.#deadLetters = deadLetters
    this.#options = options
  }

  /** Accepted and not on disk yet. */
  get unflushedBytes(): number {
    return this.#closedBytes + this.open.bytes
  }

  get underPressure(): boolean {
    return this.state !== 'ok' || this.unflushedBytes > this.#options.maxUnflushedBytes
  }

  /** To be called after each change of the open block. */
  touched(): void {
    if (this.open.bytes >= this.#options.blockBytes) this.#closeBlock()
    else if (this.#flushTimer === undefined && !this.#stopped) {
      this.#flushTimer = setTimeout(() => this.#closeBlock(), this.#options.flushIntervalMs)
    }
  }

  /** Resolves when everything accepted so far is on disk, which may be never while the disk is full. */
  async flush(): Promise<void> {
    this.#closeBlock()
    if (this.#queue.length === 0 && !this.#committing) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Tries now what waits for space. */
  retry(): void {
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
    this.#commit()
  }

  /** What is not on disk by now stays unacknowledged. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#flushTimer)
    clearTimeout(this.#retryTimer)
  }

  #closeBlock(): void {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    if (this.open.isEmpty) return
    const closed = this.open.close()
    this.#closedBytes += closed.bytes
    this.#queue.push(closed)
    if (this.#retryTimer === undefined) this.#commit()
  }

  #commit(): void {
    if (this.#committing || this.#stopped || this.#queue.length === 0) return
    // An empty spool takes any block, or one that is larger than `maxBytes` would wait for ever.
    if (this.#log.bytes > 0 && this.#log.bytes + this.#closedBytes > this.#options.maxBytes) {
      this.#wait('full', new GatewayError('LG_SPOOL_FULL', { bytes: this.#log.bytes }))
      this.onFull()
      return
    }
    this.#committing = true
    const closed = this.#queue
    this.#queue = []
    this.#write(closed).then(
      (blocks) => this.#written(closed, blocks),
      (error: unknown) => this.#failed(closed, error),
    )
  }

  async #write(closed: readonly ClosedBlock[]): Promise<readonly LoggedBlock[]> {
    let blocks: readonly LoggedBlock[] = []
    await this.#state.commit(() => {
      blocks = this.#log.write(closed, Date.now())
      for (const { letters, alongside } of closed) {
        for (const { id, letter } of letters) this.#deadLetters.write(id, letter)
        for (const write of alongside) write()
      }
    })
    return blocks
  }

  #written(closed: readonly ClosedBlock[], blocks: readonly LoggedBlock[]): void {
    this.#committing = false
    this.state = 'ok'
    this.#log.appended(blocks.at(-1)!)
    for (const { bytes, letters } of closed) {
      this.#closedBytes -= bytes
      for (const { id } of letters) this.#deadLetters.flushed(id)
    }
    this.onFlushed(blocks)
    for (const { waiting } of closed) waiting.settle()
    this.#commit()
    if (!this.#committing) this.#becomeIdle()
  }

  #becomeIdle(): void {
    const idle = this.#idle
    this.#idle = []
    for (const resolve of idle) resolve()
  }

  /** Nothing of a failed commit is on disk: it goes back to the head of the queue. */
  #failed(closed: ClosedBlock[], cause: unknown): void {
    this.#committing = false
    this.#queue = [...closed, ...this.#queue]
    this.#wait('failing', new GatewayError('LG_DISK_WRITE_FAILED', { cause: causeOf(cause) }))
  }

  #wait(state: WriterState, error: GatewayError): void {
    this.state = state
    const { code, action } = error
    this.#throttle.run(code, (suppressed) =>
      this.#options.logger.error({ code, action, suppressed }, error.message),
    )
    if (this.#stopped) return
    this.#retryTimer ??= setTimeout(() => this.retry(), this.#options.retryAfterMs)
  }
}
