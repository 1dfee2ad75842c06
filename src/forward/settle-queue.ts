import type { Logger } from '../core/logger.js'
import type { RejectedCount } from '../spool/rejections.js'
import type { Spool } from '../spool/spool.js'
import type { BlockRun } from './batch-reader.js'
import { DiskTrouble } from './disk-trouble.js'
import type { Outcome } from './outcome.js'

/** What is kept of a block until it is settled. */
export interface SettledBlock {
  readonly sequence: number
  readonly tallies: Int32Array
}

/** The place of a run in the order of settling. */
export interface Ticket {
  readonly through: number
  readonly blocks: readonly SettledBlock[]
  outcome: Outcome | undefined
}

export interface SettleQueueParts {
  readonly spool: Spool
  readonly sink: string
  readonly logger: Logger
  /** Least time from the start of one settling to the next: a flush that the acknowledgements do not have to wait for. */
  readonly intervalMs: number
  /** Pause before a settling that the disk did not take is tried again. */
  readonly retryAfterMs: number
  readonly onSettled: (blocks: readonly SettledBlock[], rejections: readonly RejectedCount[]) => void
}

/**
 * Settles runs in the order of the spool, whatever the order in which they end: one that ends early waits in memory
 * for those before it. One transaction at a time takes all that can be settled by then.
 *
 *     stored │ stored │ in flight │ stored │ in flight │      the first two become one settlement
 */
export class SettleQueue {
  readonly #parts: SettleQueueParts
  readonly #diskTrouble: DiskTrouble
  #tickets: Ticket[] = []
  #isSettling = false
  #settling: Promise<void> = Promise.resolve()
  #notBeforeMs = 0
  #endPause: () => void = () => undefined
  #closed = false

  constructor(parts: SettleQueueParts) {
    this.#parts = parts
    this.#diskTrouble = new DiskTrouble(parts.logger, { sink: parts.sink })
  }

  /** Runs that have not been settled. */
  get length(): number {
    return this.#tickets.length
  }

  /** To be called in the order of the spool. */
  enter({ through, blocks }: BlockRun): Ticket {
    const kept = blocks.map(({ block }) => ({ sequence: block.sequence, tallies: block.tallies }))
    const ticket: Ticket = { through, blocks: kept, outcome: undefined }
    this.#tickets.push(ticket)
    return ticket
  }

  /** After `close` it is too late: the run is sent again after the next start. */
  end(ticket: Ticket, outcome: Outcome): void {
    ticket.outcome = outcome
    if (!this.#isSettling && !this.#closed) this.#settling = this.#settleAll()
  }

  /** Resolves when what has ended is settled; gives up what the disk does not take. */
  async close(): Promise<void> {
    this.#closed = true
    this.#endPause()
    await this.#settling
  }

  async #settleAll(): Promise<void> {
    this.#isSettling = true
    while (this.#countEnded() > 0) {
      await this.#pauseUntil(this.#notBeforeMs)
      this.#notBeforeMs = performance.now() + this.#parts.intervalMs
      if (await this.#settle(this.#countEnded())) continue
      if (this.#closed) break
      this.#notBeforeMs = performance.now() + this.#parts.retryAfterMs
    }
    this.#isSettling = false
  }

  async #pauseUntil(timeMs: number): Promise<void> {
    const pauseMs = timeMs - performance.now()
    if (pauseMs <= 0 || this.#closed) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #countEnded(): number {
    const open = this.#tickets.findIndex(({ outcome }) => outcome === undefined)
    return open === -1 ? this.#tickets.length : open
  }

  async #settle(count: number): Promise<boolean> {
    const { spool, sink, onSettled } = this.#parts
    const ended = this.#tickets.slice(0, count)
    const outcomes = ended.map(({ outcome }) => outcome!)
    const rejections = outcomes.flatMap((outcome) => outcome.rejections)
    try {
      await spool.settle(sink, {
        through: ended.at(-1)!.through,
        storedPoints: outcomes.reduce((sum, { storedPoints }) => sum + storedPoints, 0),
        rejections,
        letters: outcomes.flatMap(({ letters }) => letters),
      })
    } catch (error) {
      this.#diskTrouble.report(error)
      return false
    }
    this.#tickets.splice(0, count)
    onSettled(
      ended.flatMap(({ blocks }) => blocks),
      rejections,
    )
    return true
  }
}
