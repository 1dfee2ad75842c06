import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Block } from '../core/block.js'
import { GatewayError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { StateStore, Table } from '../core/state.js'
import { BlockDamage, type BlockHead, decodeBlock, encodeBlock, readHead } from './block-format.js'
import type { ClosedBlock } from './open-block.js'

/** What `read` finds; a damaged block keeps its tallies if its head is sound, and has no lines. */
export interface ReadBlock {
  readonly block: Block
  readonly damaged: boolean
}

/** A block, and the bytes of all blocks up to and including it. */
export type LoggedBlock = Block & BlockHead

export const NO_HEAD: BlockHead = {
  sequence: 0,
  createdAtMs: 0,
  points: 0,
  pointsThrough: 0,
  bytesThrough: 0,
}

/** The blocks on disk, by sequence: a run without gaps from `firstSequence` to `lastSequence`. */
export class BlockLog {
  readonly #table: Table
  readonly #quarantineDirectory: string
  readonly #logger: Logger
  #first: number
  /** Head of the block before the first, as far as it is known: where the through-counts begin. */
  #before: BlockHead
  #last: BlockHead

  /** @param through where the sequences go on if no block is left. */
  constructor(state: StateStore, through: BlockHead, quarantineDirectory: string, logger: Logger) {
    this.#table = state.table('blocks')
    this.#quarantineDirectory = quarantineDirectory
    this.#logger = logger
    const last = this.#table.lastKey()
    this.#last = last === undefined ? through : this.#headOf(Number(last))
    this.#first = this.#last.sequence + 1
    for (const key of this.#table.keys({ limit: 1 })) this.#first = Number(key)
    this.#before = this.#first > this.#last.sequence ? this.#last : beginningOf(this.#table.get(this.#first)!)
  }

  get firstSequence(): number {
    return this.#first
  }

  get last(): BlockHead {
    return this.#last
  }

  get bytes(): number {
    return this.#last.bytesThrough - this.#before.bytesThrough
  }

  /** Puts the blocks in order; joins the transaction of the caller. The log is unchanged until `appended`. */
  write(closed: readonly ClosedBlock[], createdAtMs: number): LoggedBlock[] {
    let previous = this.#last
    return closed.map(({ points, tallies, text }) => {
      const sequence = previous.sequence + 1
      const head = { sequence, createdAtMs, points, pointsThrough: previous.pointsThrough + points }
      const record = encodeBlock(head, tallies, text, previous.bytesThrough)
      this.#table.put(sequence, record)
      previous = { ...head, bytesThrough: previous.bytesThrough + record.length }
      return { ...previous, tallies, lines: record.subarray(record.length - Buffer.byteLength(text)) }
    })
  }

  appended(last: BlockHead): void {
    this.#last = last
  }

  /** Undefined past the last block and before the first. A damaged block is set aside and read without its lines. */
  read(sequence: number): ReadBlock | undefined {
    if (sequence > this.#last.sequence || sequence < this.#first) return undefined
    const record = this.#table.get(sequence)
    try {
      if (record === undefined) throw new BlockDamage('it is missing')
      return { block: decodeBlock(record, sequence), damaged: false }
    } catch (error) {
      if (!(error instanceof BlockDamage)) throw error
      return { block: this.#setAside(sequence, record, error), damaged: true }
    }
  }

  /** Points and bytes up to and including a block; what is before the first block counts as its beginning. */
  through(sequence: number): BlockHead {
    if (sequence < this.#first) return this.#before
    return sequence >= this.#last.sequence ? this.#last : this.#headOf(sequence)
  }

  createdAtMs(sequence: number): number {
    return sequence > this.#last.sequence ? 0 : this.#headOf(sequence).createdAtMs
  }

  /** Removes blocks up to and including `through`; joins the transaction of the caller. */
  removeThrough(through: number): void {
    for (let sequence = this.#first; sequence <= through; sequence++) this.#table.remove(sequence)
  }

  removed(through: number, before: BlockHead): void {
    if (through < this.#first) return
    this.#first = through + 1
    this.#before = before
  }

  #headOf(sequence: number): BlockHead {
    const record = this.#table.get(sequence)
    return record === undefined ? { ...NO_HEAD, sequence } : readHead(record)
  }

  #setAside(sequence: number, record: Buffer | undefined, damage: BlockDamage): Block {
    mkdirSync(this.#quarantineDirectory, { recursive: true })
    const file = join(this.#quarantineDirectory, `block-${sequence}.bin`)
    writeFileSync(file, record ?? Buffer.alloc(0))
    const error = new GatewayError('LG_BLOCK_DAMAGED', {
      sequence,
      cause: damage.message,
      quarantine: basename(file),
    })
    this.#logger.error({ code: error.code, quarantine: file, action: error.action }, error.message)
    const points = this.through(sequence).pointsThrough - this.through(sequence - 1).pointsThrough
    const known = { sequence, createdAtMs: 0, points, pointsThrough: this.through(sequence).pointsThrough }
    return damage.head ?? { ...known, lines: Buffer.alloc(0), tallies: new Uint32Array(0) }
  }
}

function beginningOf(firstRecord: Buffer): BlockHead {
  const head = readHead(firstRecord)
  return {
    ...NO_HEAD,
    sequence: head.sequence - 1,
    pointsThrough: head.pointsThrough - head.points,
    bytesThrough: head.bytesThrough - firstRecord.length,
  }
}
