import type { StateStore, Table } from '../core/state.js'
import type { DecoderStore } from '../decode/decoder.js'
import type { QualityStore } from '../quality/quality-store.js'

type Alongside = (write: () => void) => void

interface Entry {
  readonly key: string
  readonly value: Buffer
}

/**
 * What decoders know beyond one message, in memory and on disk: table `decoders`, key → value as the decoder gave it. A
 * change becomes durable with the block that holds the message it came in.
 */
export class KnowledgeStore implements DecoderStore {
  readonly #table: Table
  readonly #entries: Map<string, Buffer>
  readonly #alongside: Alongside

  constructor(state: StateStore, alongside: Alongside) {
    this.#table = state.table('decoders')
    this.#entries = new Map(Array.from(this.#table.entries(), ({ key, value }) => [String(key), value]))
    this.#alongside = alongside
  }

  get(key: string): Buffer | undefined {
    return this.#entries.get(key)
  }

  put(key: string, value: Buffer): void {
    this.#entries.set(key, value)
    this.#alongside(() => this.#table.put(key, value))
  }

  remove(key: string): void {
    if (this.#entries.delete(key)) this.#alongside(() => this.#table.remove(key))
  }

  entries(prefix: string): Iterable<Entry> {
    return inOrder(this.#entries, prefix)
  }
}

/**
 * What quality knows of series, on disk alone: table `quality`. Reads see what is committed; a change becomes durable with
 * the block that is open.
 */
export class TableStore implements QualityStore {
  readonly #table: Table
  readonly #alongside: Alongside

  constructor(state: StateStore, alongside: Alongside) {
    this.#table = state.table('quality')
    this.#alongside = alongside
  }

  get(key: string): Buffer | undefined {
    return this.#table.get(key)
  }

  put(key: string, value: Buffer): void {
    this.#alongside(() => this.#table.put(key, value))
  }

  remove(key: string): void {
    this.#alongside(() => this.#table.remove(key))
  }

  *entries(prefix: string): Iterable<Entry> {
    for (const { key, value } of this.#table.entries({ start: prefix })) {
      if (!String(key).startsWith(prefix)) break
      yield { key: String(key), value }
    }
  }
}

/** Begins with what another store holds, and forgets all changes with itself. */
export class TrialStore implements DecoderStore {
  readonly #base: DecoderStore | undefined
  /** Undefined: removed. */
  readonly #changes = new Map<string, Buffer | undefined>()

  constructor(base?: DecoderStore) {
    this.#base = base
  }

  get(key: string): Buffer | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base?.get(key)
  }

  put(key: string, value: Buffer): void {
    this.#changes.set(key, value)
  }

  remove(key: string): void {
    this.#changes.set(key, undefined)
  }

  entries(prefix: string): Iterable<Entry> {
    const all = new Map<string, Buffer>()
    for (const { key, value } of this.#base?.entries(prefix) ?? []) all.set(key, value)
    for (const [key, value] of this.#changes) {
      if (value === undefined) all.delete(key)
      else all.set(key, value)
    }
    return inOrder(all, prefix)
  }
}

function inOrder(entries: ReadonlyMap<string, Buffer>, prefix: string): Entry[] {
  const found = Array.from(entries, ([key, value]) => ({ key, value }))
  return found
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
}
