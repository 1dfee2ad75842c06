/**
 * What a block changes about production, written in the block's own transaction.
 *
 *     message ─▶ devices in memory ─▶ list of this block ──closed──▶ records ──commit──▶ table
 *
 * Invariant. The records of a block are the devices as they were when it closed: with all of its messages and none of a
 * later one. They are made before the first change of a later block, or when the block is committed, whichever comes
 * first; a commit that failed is tried again with the same records. Blocks reach the disk in order or not at all, so the
 * table on disk always is that of the newest block on disk: counts and acknowledgements commit together. After a crash,
 * the messages of blocks that were lost were not acknowledged and come again, to counters that have not seen them.
 *
 * Rule: `enter` before anything about a device changes, `mark` after.
 */
import type { Table } from '../../core/state.js'

/** The block that messages are being added to; OpenBlock of the spool is one. */
export interface CurrentBlock {
  /** Another one after each close. */
  readonly number: number
  /** Has a write made in the transaction of the block. */
  alongside(write: () => void): void
}

export interface Journalled {
  readonly slot: number
  /** The changes that it is listed in. */
  listedIn: object | undefined
  save(): object
}

type Entry = readonly [key: number | string, value: Buffer]

/** The changes of one block. */
class BlockChanges {
  readonly devices: Journalled[] = []
  /** Of everything that is no device, by key. */
  readonly others = new Map<string, Buffer>()
  #records: readonly Entry[] | undefined

  /** Fixes what is written; any number of times. */
  seal(): readonly Entry[] {
    this.#records ??= [
      ...this.devices.map((device): Entry => [device.slot, toBuffer(device.save())]),
      ...this.others,
    ]
    return this.#records
  }

  write(table: Table): void {
    for (const [key, value] of this.seal()) table.put(key, value)
  }
}

export class BlockJournal {
  readonly #block: CurrentBlock
  readonly #table: Table
  #number = 0
  #changes: BlockChanges | undefined

  constructor(block: CurrentBlock, table: Table) {
    this.#block = block
    this.#table = table
  }

  /** To be called before a change. */
  enter(): void {
    if (this.#changes === undefined || this.#number === this.#block.number) return
    this.#changes.seal()
    this.#changes = undefined
  }

  /** To be called after a change of the device. */
  mark(device: Journalled): void {
    const changes = this.#open()
    if (device.listedIn === changes) return
    device.listedIn = changes
    changes.devices.push(device)
  }

  /** A record that is no device. */
  put(key: string, value: object): void {
    this.#open().others.set(key, toBuffer(value))
  }

  #open(): BlockChanges {
    this.#changes ??= this.#begin()
    return this.#changes
  }

  #begin(): BlockChanges {
    const changes = new BlockChanges()
    this.#number = this.#block.number
    this.#block.alongside(() => changes.write(this.#table))
    return changes
  }
}

function toBuffer(value: object): Buffer {
  return Buffer.from(JSON.stringify(value))
}
