import type { Block } from '../core/block.js'
import { causeOf } from '../core/errors.js'
import { type Sink, type SinkBatch, STORED, type Verdict } from '../core/sink.js'
import type { BlockRun } from './batch-reader.js'
import { Isolation } from './isolation.js'
import type { Outage } from './outage.js'
import type { Outcome } from './outcome.js'

type Decided = Exclude<Verdict, { kind: 'retry' }>

/** Whether a run is still to be sent; `dropped`: its place is needed more than its points. */
export type Wish = 'wanted' | 'dropped' | 'closing'

export interface DeliveryParts {
  readonly spoolId: string
  readonly sink: Sink
  readonly outage: Outage
  readonly wish: (firstSequence: number) => Wish
  /** For the log line of a recovery. */
  readonly waitingPoints: () => number
}

/** Brings runs to the sink, however long it takes. */
export class Delivery {
  readonly #parts: DeliveryParts
  #prepared = false
  #preparing: Promise<void> | undefined

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Resolves when every line is stored, rejected or dropped: with true; with false if the gateway closes before. */
  async deliver(run: BlockRun, outcome: Outcome): Promise<boolean> {
    for (const { block, damaged } of run.blocks) if (damaged) loseDamaged(block, outcome)
    if (run.bytes === 0) return true
    const blocks = run.blocks.map(({ block }) => block).filter(({ lines }) => lines.length > 0)
    const verdict = await this.#send(run, wholeBatch(this.#parts.spoolId, run, blocks))
    if (verdict?.kind === 'stored') return true
    if (verdict?.kind === 'rejected') return this.#isolate(run, blocks, outcome, verdict.reason)
    if (this.#parts.wish(run.first) === 'closing') return false
    for (const block of blocks) outcome.dropBlock(block, 'spool_dropped')
    outcome.dropped(pointsOf(blocks), run)
    return true
  }

  async #isolate(
    run: BlockRun,
    blocks: readonly Block[],
    outcome: Outcome,
    reason: string,
  ): Promise<boolean> {
    const identity = { spoolId: this.#parts.spoolId, firstSequence: run.first, lastSequence: run.through }
    const isolation = new Isolation(identity, blocks, outcome, (part) => this.#send(run, part))
    const undecided = await isolation.run(reason)
    if (undecided === 0) return true
    if (this.#parts.wish(run.first) === 'closing') return false
    isolation.dropUndecided()
    outcome.dropped(undecided, run)
    return true
  }

  /** Sends until the sink has decided; undefined when the run is not wanted any more. */
  #send(run: BlockRun, batch: SinkBatch): Promise<Decided | undefined> {
    return this.#until(run.first, () => this.#write(batch))
  }

  /** Starts the sink, however long it takes. */
  async prepare(): Promise<void> {
    await this.#until(Number.POSITIVE_INFINITY, async () => {
      await this.#prepare()
      return STORED
    })
  }

  async #until(firstSequence: number, attempt: () => Promise<Verdict>): Promise<Decided | undefined> {
    const { outage, wish, waitingPoints } = this.#parts
    while (wish(firstSequence) === 'wanted') {
      if (!(await outage.turn())) continue
      const verdict = await attempt().catch(toRetry)
      if (verdict.kind !== 'retry') {
        outage.succeeded(waitingPoints)
        return verdict
      }
      this.#prepared = false
      outage.failed(verdict.reason, verdict.afterMs)
    }
    return undefined
  }

  async #write(batch: SinkBatch): Promise<Verdict> {
    if (!this.#prepared) await this.#prepare()
    return this.#parts.sink.write(batch)
  }

  /** One preparation for all requests that need it. */
  async #prepare(): Promise<void> {
    this.#preparing ??= this.#parts.sink.start()
    try {
      await this.#preparing
      this.#prepared = true
    } finally {
      this.#preparing = undefined
    }
  }
}

/** `start` throws what is wrong. */
function toRetry(error: unknown): Verdict {
  return { kind: 'retry', reason: causeOf(error) }
}

function wholeBatch(spoolId: string, run: BlockRun, blocks: readonly Block[]): SinkBatch {
  return {
    spoolId,
    firstSequence: run.first,
    lastSequence: run.through,
    chunks: blocks.map(({ lines }) => lines),
    sequences: blocks.map(({ sequence }) => sequence),
    bytes: run.bytes,
    points: pointsOf(blocks),
  }
}

function loseDamaged(block: Block, outcome: Outcome): void {
  outcome.dropBlock(block, 'block_damaged')
  if (block.points > 0) outcome.damaged(block)
}

function pointsOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { points }) => sum + points, 0)
}
