/**
 * Names that one message explains and others use, in tables, on disk.
 *
 * Constraints: a table holds MAX_NAMES entries; a message that brings more is refused as a whole. Other routes, and other
 * decoders of the same route after a reload, read and write the same tables.
 *
 * Format: `names <length of table>:<table>` holds {"revision", "names"}, as JSON; `<head>/<key>` holds one name. A key that
 * is long is there by its SHA-256, as the store bounds the length of keys.
 *
 * Invariants: every change of a table changes its revision, so what was read of a table under a revision holds as long as
 * the revision does. It is looked at once per message.
 *
 * Recovery: changes are durable with the block of the message that brought them; an entry that cannot be read counts as
 * not learnt.
 */
import { createHash } from 'node:crypto'
import { detached } from '../../core/detached.js'
import { DecodeError, type DecoderStore } from '../decoder.js'
import type { LearntName, LearntNames } from './frame.js'

const MAX_NAMES = 100_000
const MAX_KEY_CHARACTERS = 200
/** More of a message's text in a name is no name. */
const MAX_NAME_CHARACTERS = 1_024

interface Head {
  readonly revision: number
  readonly names: number
}

interface Known {
  revision: number
  /** Whether the revision was looked at in this message. */
  isFresh: boolean
  readonly names: Map<string, LearntName>
}

export class NameTables implements LearntNames {
  readonly #store: DecoderStore
  readonly #maxNames: number
  readonly #known = new Map<string, Known>()

  constructor(store: DecoderStore, maxNames = MAX_NAMES) {
    this.#store = store
    this.#maxNames = maxNames
  }

  /** Another message: the tables may have changed since the last. */
  beginMessage(): void {
    for (const known of this.#known.values()) known.isFresh = false
  }

  find(table: string, key: string): LearntName | undefined {
    const { names } = this.#fresh(table)
    const known = names.get(key)
    if (known !== undefined) return known
    const stored = read(this.#store.get(entryKey(table, key)))
    const name = isLearntName(stored) ? stored : undefined
    if (name !== undefined && names.size < this.#maxNames) names.set(detached(key), name)
    return name
  }

  /**
   * Adds names to a table, or changes them; true if any was new or other than before.
   * @throws {DecodeError} too_large if the table has no room for them; nothing is added then
   */
  learn(table: string, names: ReadonlyMap<string, LearntName>): boolean {
    const changed: (readonly [key: string, value: Buffer])[] = []
    let added = 0
    for (const [key, name] of names) {
      const value = Buffer.from(JSON.stringify(name))
      const before = this.#store.get(entryKey(table, key))
      if (before?.equals(value) === true) continue
      if (before === undefined) added++
      changed.push([entryKey(table, key), value])
    }
    if (changed.length === 0) return false
    const head = this.#head(table)
    if (head.names + added > this.#maxNames)
      throw new DecodeError('too_large', `table ${table} has room for ${this.#maxNames} names`)
    for (const [key, value] of changed) this.#store.put(key, value)
    const next: Head = { revision: head.revision + 1, names: head.names + added }
    this.#store.put(headKey(table), Buffer.from(JSON.stringify(next)))
    this.#known.delete(table)
    return true
  }

  #fresh(table: string): Known {
    const known = this.#known.get(table)
    if (known?.isFresh === true) return known
    const { revision } = this.#head(table)
    const fresh = known?.revision === revision ? known : { revision, isFresh: true, names: new Map() }
    fresh.isFresh = true
    this.#known.set(table, fresh)
    return fresh
  }

  #head(table: string): Head {
    const head = read(this.#store.get(headKey(table)))
    return isHead(head) ? head : { revision: 0, names: 0 }
  }
}

/** @throws {DecodeError} bad_name for a name that is empty or has no end */
export function checkLearntName(name: string): string {
  if (name !== '' && name.length <= MAX_NAME_CHARACTERS) return name
  throw new DecodeError('bad_name', `a name to be learnt has ${name.length} characters`)
}

function headKey(table: string): string {
  return `names ${table.length}:${table}`
}

function entryKey(table: string, key: string): string {
  if (key.length <= MAX_KEY_CHARACTERS) return `${headKey(table)}/${key}`
  return `${headKey(table)}#${createHash('sha256').update(key).digest('hex')}`
}

function read(stored: Buffer | undefined): unknown {
  if (stored === undefined) return undefined
  try {
    return JSON.parse(stored.toString())
  } catch {
    // See "Recovery": the next message that explains the name writes it anew.
    return undefined
  }
}

function isHead(value: unknown): value is Head {
  const { revision, names } = (value ?? {}) as Partial<Head>
  return Number.isSafeInteger(revision) && Number.isSafeInteger(names)
}

function isLearntName(value: unknown): value is LearntName {
  const { name, unit } = (value ?? {}) as Partial<LearntName>
  return typeof name === 'string' && typeof unit === 'string'
}
