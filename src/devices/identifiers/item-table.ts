/**
 * What people registered under handles: parts, batches, orders, and values added to the records of devices.
 *
 * Format. Table `handles` of the state: key of the identifier (handle.ts) → JSON of the item.
 *
 * Invariants. One key, one item. Writes take turns: each reads what is there, checks it and commits before the next
 * begins, so that of two writers who both saw an item as it was, the second finds it changed. A write is answered when it
 * is on disk.
 *
 * Recovery. None: an item is one entry, in one transaction.
 */
import type { StateStore, Table } from '../../core/state.js'
import type { Item } from './record.js'

export class ItemTable {
  readonly #state: StateStore
  readonly #table: Table
  #turn: Promise<unknown> = Promise.resolve()

  constructor(state: StateStore) {
    this.#state = state
    this.#table = state.table('handles')
  }

  get size(): number {
    return this.#table.size
  }

  get(key: string): Item | undefined {
    const bytes = this.#table.get(key)
    return bytes === undefined ? undefined : parse(bytes)
  }

  /** In the order of their keys, from the one after `afterKey` ('' for all). */
  *after(afterKey: string): Generator<{ key: string; item: Item }> {
    for (const { key, value } of this.#table.entries(afterKey === '' ? {} : { start: afterKey })) {
      if (key !== afterKey) yield { key: String(key), item: parse(value) }
    }
  }

  /**
   * Puts what `change` makes of what is there, or removes it if that is undefined. What `change` throws changes nothing.
   */
  write<After extends Item | undefined>(
    key: string,
    change: (current: Item | undefined) => After,
  ): Promise<After> {
    const written = this.#turn.then(async () => {
      const after = change(this.get(key))
      await this.#state.commit(() => {
        if (after === undefined) this.#table.remove(key)
        else this.#table.put(key, Buffer.from(JSON.stringify(after)))
      })
      return after
    })
    // The next in turn begins whatever became of this one, which its own caller is told.
    this.#turn = written.then(undefined, () => undefined)
    return written
  }

  /** Resolves when every write that was begun is on disk or has failed. */
  async close(): Promise<void> {
    await this.#turn
  }
}

function parse(bytes: Buffer): Item {
  return JSON.parse(bytes.toString()) as Item
}
