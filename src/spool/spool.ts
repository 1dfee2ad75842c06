/**
 * The spool: what was accepted and not yet settled by every sink, as blocks of line protocol in LMDB.
 *
 *     messages ─▶ open block ──close──▶ queue ──commit──▶ block log ──read──▶ forwarders ──settle──▶ cursors ─▶ prune
 *                 (2 ms or full)        one transaction at a time
 *
 * Format. Tables: `blocks` (sequence → block-format.ts), `cursors` (sink → cursors.ts), `rejections` (sink and
 * sequence → rejections.ts), `deadLetters` (dead-letters.ts), `spool` (identity and the head of the last block removed).
 *
 * Invariants.
 * - Sequences have no gaps: one commit runs at a time, and one that fails is tried again before anything else.
 * - A message's points, its dead letter and its ledger changes share one transaction, before its acknowledgement.
 * - A cursor moves in one transaction with the dead letters and the rejections of the blocks that it passes.
 * - A block is removed only when every sink has passed it and the ledger's checkpoint includes it.
 *
 * Back-pressure. `underPressure` asks callers to hold QoS 0 senders too. At `maxBytes` nothing is committed any more:
 * acknowledgements wait and devices keep their data. A full disk is the same, entered by a failed commit.
 *
 * Recovery: none needed for what was committed; what was not, was not acknowledged.
 */
import { randomUUID } from 'node:crypto'
import type { Block } from '../core/block.js'
import type { DeadLetter } from '../core/dead-letter.js'
import type { Logger } from '../core/logger.js'
import type { StateStore, Table } from '../core/state.js'
import { BlockLog, NO_HEAD, type ReadBlock } from './block-log.js'
import { Cursors } from './cursors.js'
import { DeadLetters } from './dead-letters.js'
import type { LetterLimits } from './letters/letter-bounds.js'
import type { OpenBlock } from './open-block.js'
import { type RejectedCount, Rejections } from './rejections.js'
import { Writer, type WriterState } from './writer.js'

export interface SpoolOptions {
  readonly flushIntervalMs: number
  /** A block closes when its lines reach this size. */
  readonly blockBytes: number
  /** Bytes accepted and not yet on disk, past which `underPressure` is set. */
  readonly maxUnflushedBytes: number
  /** Bytes of blocks on disk, past which nothing is committed. */
  readonly maxBytes: number
  /** Directory for damaged blocks. */
  readonly quarantineDirectory: string
  /** Pause before a failed commit is tried again, in milliseconds; 1,000 when absent. */
  readonly retryAfterMs?: number
  /** Limits of dead letters; their defaults when absent. */
  readonly letters?: Partial<LetterLimits>
  readonly logger: Logger
}

/** What became of the blocks between a sink's cursor and `through`. */
export interface Settlement {
  /** The cursor's new place: every block up to and including this one is settled. */
  readonly through: number
  readonly storedPoints: number
  /** Points that were refused, by block and device. */
  readonly rejections: readonly RejectedCount[]
  /** Letters to keep for them. */
  readonly letters: readonly DeadLetter[]
}

export interface SpoolStatus {
  readonly spoolId: string
  readonly firstSequence: number
  readonly lastSequence: number
  readonly blocks: number
  readonly bytes: number
  readonly unflushedBytes: number
  readonly state: WriterState
}

const IDENTITY = 'id'
const REMOVED = 'removed'
/** Removing a block frees its pages one by one, which takes the writer some 20 µs. */
const REMOVED_AT_ONCE = 32

export class Spool {
  readonly id: string
  readonly deadLetters: DeadLetters
  readonly cursors: Cursors
  readonly rejections: Rejections
  readonly #state: StateStore
  readonly #identity: Table
  readonly #log: BlockLog
  readonly #writer: Writer

  constructor(state: StateStore, options: SpoolOptions) {
    this.#state = state
    this.#identity = state.table('spool')
    this.id = this.#identity.get(IDENTITY)?.toString() ?? randomUUID()
    this.deadLetters = new DeadLetters(state, { ...options.letters, logger: options.logger })
    this.cursors = new Cursors(state)
    this.rejections = new Rejections(state)
    const removed = this.#identity.get(REMOVED)
    const through = removed === undefined ? NO_HEAD : JSON.parse(removed.toString())
    this.#log = new BlockLog(state, through, options.quarantineDirectory, options.logger)
    this.#writer = new Writer(state, this.#log, this.deadLetters, { retryAfterMs: 1_000, ...options })
  }

  /** `sinks` in the order of the configuration. A sink that is new begins with the oldest block there is. */
  async start(sinks: readonly string[]): Promise<void> {
    await this.#state.commit(() => {
      this.#identity.put(IDENTITY, Buffer.from(this.id))
      for (const name of this.cursors.names) if (!sinks.includes(name)) this.#forget(name)
      for (const name of sinks) this.cursors.add(name, this.#log.firstSequence - 1)
    })
  }

  /** The block that messages are added to; call `touched` after each change. */
  get open(): OpenBlock {
    return this.#writer.open
  }

  touched(): void {
    this.#writer.touched()
  }

  /** Keeps a letter with the open block. */
  deadLetter(letter: DeadLetter): void {
    this.#writer.open.deadLetter(this.deadLetters.assignId(), letter)
  }

  /** At `maxBytes`: nothing is committed before blocks are removed. */
  get isFull(): boolean {
    return this.#writer.state === 'full'
  }

  /** Has a write made in the transaction of the open block. */
  alongside(write: () => void): void {
    this.#writer.open.alongside(write)
    this.#writer.touched()
  }

  get underPressure(): boolean {
    return this.#writer.underPressure
  }

  /** Called with the blocks that are on disk now, in order, before their messages are acknowledged. */
  onFlushed(listener: (blocks: readonly Block[]) => void): void {
    this.#writer.onFlushed = listener
  }

  /** Called, again and again, while the spool is at `maxBytes`. */
  onFull(listener: () => void): void {
    this.#writer.onFull = listener
  }

  /** Resolves when everything accepted so far is on disk. */
  flush(): Promise<void> {
    return this.#writer.flush()
  }

  get firstSequence(): number {
    return this.#log.firstSequence
  }

  get lastSequence(): number {
    return this.#log.last.sequence
  }

  /** Bytes of all blocks up to and including this one, for the life of the spool. */
  bytesThrough(sequence: number): number {
    return this.#log.through(sequence).bytesThrough
  }

  /** Undefined past the last block and for blocks that were removed. */
  read(sequence: number): ReadBlock | undefined {
    return this.#log.read(sequence)
  }

  /** The last block that was made before this time (epoch ms), or the one before the first. */
  lastBefore(timeMs: number): number {
    let before = this.#log.firstSequence - 1
    let after = this.#log.last.sequence + 1
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (this.#log.createdAtMs(middle) < timeMs) before = middle
      else after = middle
    }
    return before
  }

  /** Lines of the blocks made within `withinMs` before the newest, the newest of them if they are more than `maxBytes`. */
  recentLines(withinMs: number, maxBytes: number): Buffer[] {
    const { sequence: last } = this.#log.last
    const first = this.lastBefore(this.#log.createdAtMs(last) - withinMs) + 1
    const lines: Buffer[] = []
    let bytes = 0
    for (let sequence = last; sequence >= first && bytes < maxBytes; sequence--) {
      const block = this.#log.read(sequence)?.block
      if (block === undefined) break
      lines.push(block.lines)
      bytes += block.lines.length
    }
    return lines.reverse()
  }

  /** Points that the sink has not settled, and when the oldest of them was accepted (epoch ms, 0 without any). */
  backlog(sink: string): { points: number; oldestAtMs: number } {
    const { sequence } = this.cursors.of(sink)
    return {
      points: this.#log.last.pointsThrough - this.#log.through(sequence).pointsThrough,
      oldestAtMs: this.#log.createdAtMs(sequence + 1),
    }
  }

  /** Moves a sink's cursor with all that the move entails, and resolves when that is on disk. */
  async settle(sink: string, settlement: Settlement): Promise<void> {
    const { through, storedPoints, rejections, letters } = settlement
    const before = this.cursors.of(sink)
    const rejected = rejections.reduce((sum, { count }) => sum + count, 0)
    const cursor = {
      sequence: through,
      storedPoints: before.storedPoints + storedPoints,
      deadLetteredPoints: before.deadLetteredPoints + rejected,
    }
    const numbered = letters.map((letter) => ({ id: this.deadLetters.assignId(), letter }))
    await this.#state.commit(() => {
      this.cursors.write(sink, cursor)
      this.rejections.write(sink, rejections)
      for (const { id, letter } of numbered) this.deadLetters.write(id, letter)
    })
    this.cursors.moved(sink, cursor)
    for (const { id } of numbered) this.deadLetters.flushed(id)
  }

  /**
   * Removes blocks that every sink has passed, up to and including `limit`, which is what the ledger includes;
   * `alongside` joins the first transaction. Many blocks take several, so that no acknowledgement waits for all of them.
   */
  async prune(limit: number, alongside: () => void): Promise<void> {
    const through = Math.min(limit, this.cursors.lowest(limit))
    await this.#removeStep(through, () => {
      alongside()
      for (const sink of this.cursors.names) this.rejections.removeThrough(sink, limit)
    })
    while (this.#log.firstSequence <= through) await this.#removeStep(through)
    if (this.#writer.state === 'full') this.#writer.retry()
  }

  async #removeStep(limit: number, alongside?: () => void): Promise<void> {
    const through = Math.min(limit, this.#log.firstSequence + REMOVED_AT_ONCE - 1)
    const before = this.#log.through(through)
    await this.#state.commit(() => {
      alongside?.()
      this.#log.removeThrough(through)
      this.#identity.put(REMOVED, Buffer.from(JSON.stringify(before)))
    })
    this.#log.removed(through, before)
  }

  status(): SpoolStatus {
    const { firstSequence, last, bytes } = this.#log
    return {
      spoolId: this.id,
      firstSequence,
      lastSequence: last.sequence,
      blocks: last.sequence - firstSequence + 1,
      bytes,
      unflushedBytes: this.#writer.unflushedBytes,
      state: this.#writer.state,
    }
  }

  stop(): void {
    this.#writer.stop()
  }

  #forget(sink: string): void {
    this.cursors.remove(sink)
    this.rejections.removeThrough(sink, this.#log.last.sequence)
  }
}
