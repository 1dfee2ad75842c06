import type { ReadBlock } from '../spool/block-log.js'
import type { Spool } from '../spool/spool.js'

/** Consecutive blocks that travel in one request; those without lines just pass. */
export interface BlockRun {
  readonly first: number
  readonly through: number
  readonly blocks: readonly ReadBlock[]
  /** Of lines. */
  readonly bytes: number
}

/** Blocks without lines are free of bytes; so many of them are still one piece of work. */
const MAX_BLOCKS = 1_024

/** Reads the spool in order, once for each sink. */
export class BatchReader {
  readonly #spool: Spool
  readonly #maxBytes: number
  #next: number
  #bytesRead: number
  /** Read, but too large for the run before. */
  #ahead: ReadBlock | undefined

  constructor(spool: Spool, maxBytes: number, next: number) {
    this.#spool = spool
    this.#maxBytes = maxBytes
    this.#next = Math.max(next, spool.firstSequence)
    this.#bytesRead = spool.bytesThrough(this.#next - 1)
  }

  /** Of the block that the next run begins with. */
  get nextSequence(): number {
    return this.#next
  }

  /** Whether a whole batch is waiting; bytes of blocks stand for bytes of lines. */
  get hasFullBatch(): boolean {
    return this.#spool.bytesThrough(this.#spool.lastSequence) - this.#bytesRead >= this.#maxBytes
  }

  /** The next run, which goes no further than block `limit`; undefined if there is none yet. */
  next(limit: number): BlockRun | undefined {
    const blocks: ReadBlock[] = []
    let bytes = 0
    while (this.#next <= limit && blocks.length < MAX_BLOCKS) {
      const read = this.#ahead ?? this.#spool.read(this.#next)
      this.#ahead = read
      if (read === undefined || (bytes > 0 && bytes + read.block.lines.length > this.#maxBytes)) break
      this.#ahead = undefined
      this.#next++
      this.#bytesRead = read.block.bytesThrough
      bytes += read.block.lines.length
      blocks.push(read)
    }
    if (blocks.length === 0) return undefined
    return { first: blocks[0]!.block.sequence, through: this.#next - 1, blocks, bytes }
  }
}
