import type { SinkStatus } from '../core/counts.js'
import type { Logger } from '../core/logger.js'
import type { SinkStatuses } from '../core/views.js'
import type { Spool } from '../spool/spool.js'
import type { Checkpointer } from './checkpoint.js'
import type { Forwarder } from './forwarder.js'

/** `hold`: acknowledgements wait and devices keep their data. `drop-oldest`: the oldest blocks make room. */
export type WhenFull = 'hold' | 'drop-oldest'

export interface ForwardersParts {
  readonly spool: Spool
  /** In the order of the configuration: the first is the primary. */
  readonly forwarders: readonly Forwarder[]
  readonly checkpointer: Checkpointer
  readonly whenFull: WhenFull
  /** As the spool's. */
  readonly maxBytes: number
  readonly logger: Logger
}

/** A spool that makes room makes so much of it that it is not full again at once. */
const KEPT_WHEN_FULL = 0.9

/** All sinks' forwarders together, and what happens when the spool is full. */
export class Forwarders implements SinkStatuses {
  readonly #parts: ForwardersParts
  #droppedThrough = 0

  constructor(parts: ForwardersParts) {
    this.#parts = parts
  }

  start(): void {
    const { spool, forwarders } = this.#parts
    spool.onFull(() => void this.#makeRoom())
    for (const forwarder of forwarders) {
      forwarder.onSettled = () => this.#makeRoomUsable()
      forwarder.start()
    }
  }

  /** New blocks are on disk. */
  wake(): void {
    for (const forwarder of this.#parts.forwarders) forwarder.wake()
  }

  statuses(): readonly SinkStatus[] {
    return this.#parts.forwarders.map((forwarder) => forwarder.status())
  }

  /** Resolves with true when every sink has settled all that the spool holds now. */
  async drain(timeoutMs: number): Promise<boolean> {
    const drained = await Promise.all(this.#parts.forwarders.map((forwarder) => forwarder.drain(timeoutMs)))
    return drained.every(Boolean)
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.forwarders.map((forwarder) => forwarder.close()))
  }

  /** Called again and again while the spool is full. */
  async #makeRoom(): Promise<void> {
    const { spool, checkpointer, whenFull, maxBytes } = this.#parts
    // What every sink has passed may only wait for the next checkpoint.
    await checkpointer.run()
    const { bytes, unflushedBytes } = spool.status()
    if (whenFull !== 'drop-oldest' || bytes + unflushedBytes <= maxBytes) return
    const keptBytes = Math.max(0, maxBytes * KEPT_WHEN_FULL - unflushedBytes)
    this.dropThrough(sequenceAtBytes(spool, spool.bytesThrough(spool.lastSequence) - keptBytes))
  }

  /** Gives up blocks up to `through` that a sink has not taken. */
  dropThrough(through: number): void {
    if (through <= this.#droppedThrough) return
    this.#droppedThrough = through
    const { forwarders, logger } = this.#parts
    logger.error(
      { through },
      `The spool is full: blocks up to ${through} that a sink has not taken are dropped.`,
    )
    for (const forwarder of forwarders) forwarder.dropThrough(through)
  }

  /** While messages wait for room, what a sink settled is removed without waiting for the next checkpoint. */
  #makeRoomUsable(): void {
    if (this.#parts.spool.isFull) void this.#parts.checkpointer.run()
  }
}

/** The first block through which the spool had taken `bytes`, by bisection. */
function sequenceAtBytes(spool: Spool, bytes: number): number {
  let low = spool.firstSequence
  let high = spool.lastSequence
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (spool.bytesThrough(middle) >= bytes) high = middle
    else low = middle + 1
  }
  return low
}
