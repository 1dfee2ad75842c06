import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { NO_DEVICE_SLOT } from '../core/device.js'
import { GatewayError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { StateStore, Table } from '../core/state.js'
import { Column, NO_REASONS, TALLY_STRIDE } from '../core/tally.js'
import {
  BlockDamage,
  type BlockHead,
  decodeBlock,
  encodeBlock,
  type LoggedBlock,
  linesStart,
  soundHead,
} from './block-format.js'
import type { ClosedBlock } from './open-block.js'

/**
 * What `read` finds. A damaged block has no lines. It keeps its tallies if its head is sound; if not, its points are
 * tallied for no device.
 */
export interface ReadBlock {
  readonly block: LoggedBlock
  readonly damaged: boolean
}

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
    const last = Number(this.#table.lastKey() ?? through.sequence)
    this.#first = last + 1
    for (const key of this.#table.keys({ limit: 1 })) this.#first = Number(key)
    this.#before = this.#beginningOf(this.#first) ?? through
    this.#last = this.#first > last ? through : this.#headOf(last)
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
    return closed.map(({ points, tallies, reasons, lines }) => {
      const sequence = previous.sequence + 1
      const head = { sequence, createdAtMs, points, pointsThrough: previous.pointsThrough + points }
      const record = encodeBlock(head, { tallies, reasons }, lines, previous.bytesThrough)
      this.#table.put(sequence, record)
      previous = { ...head, bytesThrough: previous.bytesThrough + record.length }
      return { ...previous, tallies, reasons, lines: record.subarray(linesStart(record)) }
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

  /** A head that is damaged is made up from the blocks on both sides of it. */
  #headOf(sequence: number): BlockHead {
    const sound = soundHead(this.#table.get(sequence), sequence)
    if (sound !== undefined) return sound
    return this.#beginningOf(sequence + 1) ?? { ...this.#lastSoundBefore(sequence), sequence }
  }

  /** Where a block begins, by its own head. */
  #beginningOf(sequence: number): BlockHead | undefined {
    const record = this.#table.get(sequence)
    const head = soundHead(record, sequence)
    return head === undefined ? undefined : beginningOf(head, record!.length)
  }

  #lastSoundBefore(sequence: number): BlockHead {
    for (let before = sequence - 1; before >= this.#first; before--) {
      const head = soundHead(this.#table.get(before), before)
      if (head !== undefined) return head
    }
    return this.#before
  }

  #setAside(sequence: number, record: Buffer | undefined, damage: BlockDamage): LoggedBlock {
    mkdirSync(this.#quarantineDirectory, { recursive: true })
    const file = join(this.#quarantineDirectory, `block-${sequence}.bin`)
    writeFileSync(file, record ?? Buffer.alloc(0))
    const error = new GatewayError('LG_BLOCK_DAMAGED', {
      sequence,
      cause: damage.message,
      quarantine: basename(file),
    })
    this.#logger.error({ code: error.code, quarantine: file, action: error.action }, error.message)
    if (damage.head !== undefined) return damage.head
    const head = this.through(sequence)
    const points = head.pointsThrough - this.through(sequence - 1).pointsThrough
    return { ...head, points, lines: Buffer.alloc(0), tallies: talliesOfNobody(points), reasons: NO_REASONS }
  }
}

function beginningOf(head: BlockHead, recordBytes: number): BlockHead {
  return {
    ...NO_HEAD,
    sequence: head.sequence - 1,
    createdAtMs: head.createdAtMs,
    pointsThrough: head.pointsThrough - head.points,
    bytesThrough: head.bytesThrough - recordBytes,
  }
}

function talliesOfNobody(points: number): Int32Array {
  const tallies = new Int32Array(TALLY_STRIDE)
  tallies[0] = NO_DEVICE_SLOT
  tallies[1 + Column.pointsDecoded] = points
  return tallies
}
