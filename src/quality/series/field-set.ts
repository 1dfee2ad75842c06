import { detached } from '../../core/detached.js'
import type { FieldType } from '../../core/point-batch.js'
import { hashOfName } from '../duplicates/content-hash.js'

const MAX_SCANNED = 16

/**
 * Fields of a series in the order in which they came first, with their types. It never changes: series with the same fields
 * share one, so that a fleet of equal devices costs one pointer per series.
 *
 * Devices send their fields in one order. Whoever reads a point asks for each field at the place after the last one:
 *
 *     let at = 0
 *     for each field: if (set.names[at] !== name) at = set.place(name); …; at++
 */
export class FieldSet {
  readonly names: readonly string[]
  readonly types: readonly FieldType[]
  /** By place; see duplicates/content-hash.ts. */
  readonly nameHashes: readonly number[]
  #places: Map<string, number> | undefined

  constructor(names: readonly string[], types: readonly FieldType[]) {
    this.names = names
    this.types = types
    this.nameHashes = names.map(hashOfName)
  }

  /** Where the field stands, −1 if the set does not have it. */
  place(name: string): number {
    if (this.names.length <= MAX_SCANNED) return this.names.indexOf(name)
    this.#places ??= new Map(this.names.map((known, place) => [known, place]))
    return this.#places.get(name) ?? -1
  }
}

export const NO_FIELDS = new FieldSet([], [])

const MAX_SHARED_FIELDS = 64
const MAX_SHARED_SETS = 4_096

/** Makes sets of fields, and one of those that are equal. Bounded: what does not fit is not shared. */
export class FieldSets {
  readonly #shared = new Map<string, FieldSet>()

  with(set: FieldSet, names: readonly string[], types: readonly FieldType[]): FieldSet {
    const grown = new FieldSet([...set.names, ...names.map(detached)], [...set.types, ...types])
    if (grown.names.length > MAX_SHARED_FIELDS) return grown
    const key = JSON.stringify([grown.names, grown.types])
    const known = this.#shared.get(key)
    if (known !== undefined) return known
    if (this.#shared.size < MAX_SHARED_SETS) this.#shared.set(key, grown)
    return grown
  }
}
