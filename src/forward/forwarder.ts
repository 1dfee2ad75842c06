/**
 * Carries the spool to one sink: batch, send, settle.
 *
 *     spool ─▶ BatchReader ─▶ Delivery (up to maxInFlight at once) ─▶ SettleQueue ─▶ cursor, dead letters ─▶ ledger
 *                               └─ Outage: pauses, one probe           in order      in one transaction    if primary
 *
 * Invariants.
 * - Every block is settled exactly once for the sink, and in order; what is in flight when the process ends was not
 *   settled and is sent again. Points are fixed before the spool, so that sending them again changes nothing.
 * - Forwarders share nothing but the spool, which they only read: a sink that is down keeps its blocks, not others'.
 * - Without blocks to send and without an outage there is no timer and no pending work.
 *
 * Batching. A batch that is not full waits until `sendIntervalMs` after the one before began, and until that has ended. So
 * a small load makes few small requests, one at a time, and a backlog makes full ones, as many at once as the sink takes. A
 * request costs the sink about as much as a thousand points: without the pause, both cores are busy at 20,000 messages/s.
 */
import type { SinkStatus } from '../core/counts.js'
import type { Logger } from '../core/logger.js'
import type { Sink } from '../core/sink.js'
import type { DeviceDirectory } from '../core/views.js'
import type { Ledger } from '../ledger/ledger.js'
import type { Spool } from '../spool/spool.js'
import { BatchReader, type BlockRun } from './batch-reader.js'
import { Delivery, type Wish } from './delivery.js'
import { DiskTrouble } from './disk-trouble.js'
import { Outage, type OutageOptions } from './outage.js'
import { Outcome } from './outcome.js'
import { settleLedger } from './settle-ledger.js'
import { SettleQueue } from './settle-queue.js'

export interface ForwarderOptions extends OutageOptions {
  /** Settlings are at least so far apart; blocks settled within it share one flush of the disk. */
  readonly settleIntervalMs: number
  /** From the beginning of a request to that of the next, unless there is enough for a full one. */
  readonly sendIntervalMs: number
  /** Pause before the disk is tried again. */
  readonly diskRetryMs: number
  /** How long `close` waits for requests under way; what they store after that is sent again by the next run. */
  readonly closeTimeoutMs: number
}

export const FORWARDER_DEFAULTS: ForwarderOptions = {
  minMs: 100,
  maxMs: 30_000,
  random: Math.random,
  logEveryMs: 10_000,
  errorAfterMs: 60_000,
  settleIntervalMs: 20,
  sendIntervalMs: 20,
  diskRetryMs: 1_000,
  closeTimeoutMs: 2_000,
}

export interface ForwarderParts {
  readonly spool: Spool
  readonly sink: Sink
  /** Its settling is what the ledger calls stored. */
  readonly primary: boolean
  readonly ledger: Ledger
  readonly devices: Pick<DeviceDirectory, 'get'>
  readonly logger: Logger
  readonly options?: Partial<ForwarderOptions>
}

interface Drain {
  readonly through: number
  readonly done: (drained: boolean) => void
}

/** Runs that ended and wait for one before them, for each that may be in flight. */
const WINDOW = 16

export class Forwarder {
  readonly #parts: ForwarderParts
  readonly #options: ForwarderOptions
  readonly #outage: Outage
  readonly #delivery: Delivery
  readonly #queue: SettleQueue
  readonly #diskTrouble: DiskTrouble
  #reader: BatchReader | undefined
  #started: Promise<void> = Promise.resolve()
  readonly #inFlight = new Set<Promise<void>>()
  #dropThrough = 0
  #scheduled: NodeJS.Immediate | undefined
  #readRetry: NodeJS.Timeout | undefined
  #pause: NodeJS.Timeout | undefined
  #sentAtMs = Number.NEGATIVE_INFINITY
  #drains: Drain[] = []
  #closing = false

  constructor(parts: ForwarderParts) {
    const { spool, sink, logger } = parts
    this.#parts = parts
    this.#options = { ...FORWARDER_DEFAULTS, ...parts.options }
    this.#diskTrouble = new DiskTrouble(logger, { sink: sink.name })
    this.#outage = new Outage(sink.name, logger, this.#options)
    this.#delivery = new Delivery({
      spoolId: spool.id,
      sink,
      outage: this.#outage,
      wish: (firstSequence) => this.#wish(firstSequence),
      waitingPoints: () => spool.backlog(sink.name).points,
    })
    this.#queue = new SettleQueue({
      spool,
      sink: sink.name,
      logger,
      intervalMs: this.#options.settleIntervalMs,
      retryAfterMs: this.#options.diskRetryMs,
      onSettled: (blocks, rejections) => {
        if (parts.primary) settleLedger(parts.ledger, blocks, rejections)
        this.#settled()
      },
    })
  }

  get name(): string {
    return this.#parts.sink.name
  }

  /** Called whenever the cursor has moved. */
  onSettled: () => void = () => undefined

  /** To be called when the spool knows the sink (`Spool.start`). Starts the sink too, as soon as it can be started. */
  start(): void {
    const { spool, sink } = this.#parts
    this.#reader = new BatchReader(spool, sink.maxBatchBytes, this.#cursor + 1)
    this.#started = this.#delivery.prepare()
    this.wake()
  }

  /** New blocks are on disk. They are looked at after the acknowledgements of their messages are on their way. */
  wake(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      this.#pump()
    })
  }

  /** Gives up blocks up to `through` that the sink has not taken: they are counted and told of in dead letters. */
  dropThrough(through: number): void {
    this.#dropThrough = Math.max(this.#dropThrough, through)
    this.#outage.recheck()
    this.wake()
  }

  /** Resolves with true when all that the spool holds now is settled, with false if that takes longer. */
  drain(timeoutMs: number): Promise<boolean> {
    const through = this.#parts.spool.lastSequence
    if (this.#cursor >= through) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => drain.done(false), timeoutMs)
      const drain: Drain = {
        through,
        done: (drained) => {
          clearTimeout(timer)
          this.#drains = this.#drains.filter((other) => other !== drain)
          resolve(drained)
        },
      }
      this.#drains.push(drain)
    })
  }

  /** Lets the requests under way end and settles them. The sink itself is closed by whoever made it. */
  async close(): Promise<void> {
    this.#closing = true
    clearImmediate(this.#scheduled)
    clearTimeout(this.#readRetry)
    clearTimeout(this.#pause)
    this.#outage.close()
    await this.#inFlightEnded()
    await this.#queue.close()
    for (const { done } of [...this.#drains]) done(false)
  }

  status(): SinkStatus {
    const { spool, sink, primary } = this.#parts
    const { storedPoints, deadLetteredPoints } = spool.cursors.of(sink.name)
    const { points, oldestAtMs } = spool.backlog(sink.name)
    return {
      name: sink.name,
      type: sink.type,
      primary,
      state: this.#outage.isOn ? 'retrying' : 'ok',
      storedPoints,
      deadLetteredPoints,
      pendingPoints: points,
      lagMs: oldestAtMs === 0 ? 0 : Math.max(0, Date.now() - oldestAtMs),
      lastError: this.#outage.lastError,
    }
  }

  get #cursor(): number {
    return this.#parts.spool.cursors.of(this.#parts.sink.name).sequence
  }

  #wish(firstSequence: number): Wish {
    if (this.#closing) return 'closing'
    return firstSequence <= this.#dropThrough ? 'dropped' : 'wanted'
  }

  #pump(): void {
    const reader = this.#reader
    if (reader === undefined) return
    while (this.#maySend(reader)) {
      const run = this.#read(reader)
      if (run === undefined) return
      this.#sentAtMs = performance.now()
      const delivering: Promise<void> = this.#deliver(run).finally(() => {
        this.#inFlight.delete(delivering)
        this.#pump()
      })
      this.#inFlight.add(delivering)
    }
  }

  #maySend(reader: BatchReader): boolean {
    const { maxInFlight } = this.#parts.sink
    const inFlight = this.#inFlight.size
    if (this.#closing || this.#readRetry !== undefined) return false
    if (inFlight >= maxInFlight || this.#queue.length >= maxInFlight * WINDOW) return false
    if (reader.nextSequence <= this.#dropThrough || reader.hasFullBatch) return true
    return inFlight === 0 && this.#pauseIsOver()
  }

  /** If not, sending goes on by itself when it is. */
  #pauseIsOver(): boolean {
    const leftMs = this.#sentAtMs + this.#options.sendIntervalMs - performance.now()
    if (leftMs <= 0) return true
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined
      this.#pump()
    }, leftMs)
    return false
  }

  /** Reading sets damaged blocks aside, which a full disk does not take: then it is tried again later. */
  #read(reader: BatchReader): BlockRun | undefined {
    const isDropping = reader.nextSequence <= this.#dropThrough
    try {
      return reader.next(isDropping ? this.#dropThrough : Number.POSITIVE_INFINITY)
    } catch (error) {
      this.#diskTrouble.report(error)
      this.#readRetry = setTimeout(() => {
        this.#readRetry = undefined
        this.#pump()
      }, this.#options.diskRetryMs)
      return undefined
    }
  }

  async #deliver(run: BlockRun): Promise<void> {
    const outcome = new Outcome(run, { name: this.name, primary: this.#parts.primary }, this.#parts.devices)
    const ticket = this.#queue.enter(run)
    if (await this.#delivery.deliver(run, outcome)) this.#queue.end(ticket, outcome)
  }

  #settled(): void {
    for (const { through, done } of [...this.#drains]) if (through <= this.#cursor) done(true)
    this.onSettled()
    this.#pump()
  }

  async #inFlightEnded(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#options.closeTimeoutMs)
    })
    await Promise.race([Promise.all([this.#started, ...this.#inFlight]), timeout])
    clearTimeout(timer)
  }
}
