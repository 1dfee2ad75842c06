/**
 * The ledger's checkpoint: its changed pages, and the removal of the blocks that they include, in one transaction.
 *
 * The disk holds, at any instant, whole transactions of three kinds, each by itself and in its own order:
 *
 *     commit      blocks B+1 … B′ with their tallies
 *     settle      cursor of one sink C → C′, with that sink's rejections by block
 *     checkpoint  pages, appliedThrough A, settledThrough S; blocks ≤ P are removed, P = min(A, S, every cursor);
 *                 rejections of blocks ≤ min(A, S) are removed
 *
 * Memory follows the disk: a block is applied to the pages, and a settling is added to them, after its transaction is on
 * disk and before anything else runs. A checkpoint takes pages, A and S in one instant. Hence
 *
 *     pages on disk = tallies of blocks ≤ A + settlings of blocks ≤ S,   P ≤ S ≤ A ≤ B,   P ≤ C for every sink
 *
 * and `recover` adds what is missing: the tallies of blocks in (A, B], then the primary's settlings in (S, C], with its
 * rejections in (S, C]. All of these are on disk, since blocks > P and rejections > min(A, S) are.
 *
 * Every point where a process can end:
 * - Before a commit is on disk: nothing was acknowledged; the devices send again. After it, before it was applied: A < B,
 *   and the block is applied by `recover`.
 * - Before a settle is on disk: C is where it was; the blocks are sent again and settled then. After it, before the ledger
 *   was told: S < C, and `recover` tells it. Letters, rejections and cursor are one transaction, so none of them is
 *   there twice or without the others.
 * - Before a checkpoint is on disk: pages, A, S and blocks are those of the checkpoint before, which satisfy the same
 *   equation. After it, before the spool forgot the removed blocks in memory: the next process reads them from disk.
 * - The three kinds do not depend on each other's success: when a checkpoint fails, pages on disk stay old, and all pages
 *   are written again with the next one (`rewriteAll`), since it is not known here which of them were.
 * - `recover` itself writes nothing. A crash during or after it finds the same disk again.
 *
 * Another primary. Let S be settled by the old primary, and C the cursor of the new one.
 * - C ≥ S: as above. Rejections are kept by block, so those of the new primary for blocks ≤ S, which the old one has
 *   answered for, are told apart and left out.
 * - C < S: blocks in (C, S] count as the old primary settled them. The new one takes them in its own time, which the
 *   ledger ignores, rejections included (`settleLedger`); both begin to count with block S + 1.
 * - The old primary had settled blocks > S when the process ended: they are pending again, and count as the new one
 *   settles them. No point is counted twice and none is left out, since every block passes S once.
 */
import type { Logger } from '../core/logger.js'
import type { Ledger } from '../ledger/ledger.js'
import type { Spool } from '../spool/spool.js'
import { DiskTrouble } from './disk-trouble.js'
import { settleLedger } from './settle-ledger.js'
import type { SettledBlock } from './settle-queue.js'

export interface CheckpointerParts {
  readonly spool: Spool
  readonly ledger: Ledger
  readonly intervalMs: number
  /**
   * Blocks younger than this are kept, settled or not: what a crash kept from being acknowledged is sent again, and is
   * recognised by them. 0 when absent.
   */
  readonly keepMs?: number
  readonly logger: Logger
}

/** A checkpoint of many pages takes time; no more than a tenth of all time is spent on them. */
const REST_FACTOR = 9

export class Checkpointer {
  readonly #spool: Spool
  readonly #ledger: Ledger
  readonly #intervalMs: number
  readonly #keepMs: number
  readonly #diskTrouble: DiskTrouble
  #revision = -1
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor({ spool, ledger, intervalMs, keepMs = 0, logger }: CheckpointerParts) {
    this.#spool = spool
    this.#ledger = ledger
    this.#intervalMs = intervalMs
    this.#keepMs = keepMs
    this.#diskTrouble = new DiskTrouble(logger, {})
  }

  start(): void {
    this.#schedule(this.#intervalMs)
  }

  /** Makes a checkpoint if anything changed; joins one that is under way. Never rejects: what failed is tried again. */
  run(): Promise<void> {
    this.#running ??= this.#checkpoint().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** The last checkpoint; to be called when the forwarders are closed. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
    await this.run()
  }

  #schedule(delayMs: number): void {
    if (this.#closed) return
    this.#timer = setTimeout(async () => {
      const beganMs = performance.now()
      await this.run()
      this.#schedule(Math.max(this.#intervalMs, (performance.now() - beganMs) * REST_FACTOR))
    }, delayMs)
  }

  /** Blocks up to here are of no use any more, to the ledger or to what is sent again. */
  get #limit(): number {
    const { appliedThrough, settledThrough } = this.#ledger.checkpoint
    const limit = Math.min(appliedThrough, settledThrough)
    // Whoever stops properly has acknowledged what it accepted; and a full spool needs the room.
    if (this.#keepMs === 0 || this.#closed || this.#spool.isFull) return limit
    return Math.min(limit, this.#spool.lastBefore(Date.now() - this.#keepMs))
  }

  async #checkpoint(): Promise<void> {
    const { revision } = this.#ledger
    const limit = this.#limit
    const removable = Math.min(limit, this.#spool.cursors.lowest(limit))
    if (revision === this.#revision && removable < this.#spool.firstSequence) return
    try {
      await this.#spool.prune(limit, () => this.#ledger.write())
      this.#revision = revision
    } catch (error) {
      this.#ledger.rewriteAll()
      this.#revision = -1
      this.#diskTrouble.report(error)
    }
  }
}

/** Brings a ledger that was just opened up to what the spool holds; to be called before anything is accepted or sent. */
export function recover(spool: Spool, ledger: Ledger, primarySink: string): void {
  const { appliedThrough, settledThrough } = ledger.checkpoint
  for (let sequence = appliedThrough + 1; sequence <= spool.lastSequence; sequence++) {
    const read = spool.read(sequence)
    if (read !== undefined) ledger.apply(read.block)
  }
  const through = spool.cursors.of(primarySink).sequence
  const rejections = spool.rejections.between(primarySink, settledThrough, through)
  settleLedger(ledger, blocksBetween(spool, settledThrough, through), rejections)
}

function* blocksBetween(spool: Spool, after: number, through: number): Iterable<SettledBlock> {
  for (let sequence = after + 1; sequence <= through; sequence++) {
    const read = spool.read(sequence)
    if (read !== undefined) yield read.block
  }
}
