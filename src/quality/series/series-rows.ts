/**
 * The admitted series on disk, through a store whose writes join the open block: what is admitted becomes durable with the
 * point that it was admitted for.
 *
 * Format, keys with the slot in base 36:
 *
 *     s/<slot>/<digest of the series key>/<fields before>   JSON [names, types] of the fields that were admitted together
 *     n/<slot>                                              how many series (with field) the device has, in decimal
 *     n                                                     how many there are in total
 *
 * Invariants: rows are only added until the device is forgotten; the counts are those of the rows, and are written in the
 * same transaction. Recovery: none needed.
 */
import type { FieldType } from '../../core/point-batch.js'
import { digestOf } from '../digest.js'
import type { QualityStore } from '../quality-store.js'

const TOTAL = 'n'

export interface AdmittedFields {
  readonly names: readonly string[]
  readonly types: readonly FieldType[]
}

export class SeriesRows {
  readonly #store: QualityStore

  constructor(store: QualityStore) {
    this.#store = store
  }

  total(): number {
    return this.#number(TOTAL)
  }

  count(slot: number): number {
    return this.#number(countKey(slot))
  }

  writeCounts(total: number, slot: number, count: number): void {
    this.#store.put(TOTAL, Buffer.from(String(total)))
    if (count === 0) this.#store.remove(countKey(slot))
    else this.#store.put(countKey(slot), Buffer.from(String(count)))
  }

  /** The fields of a series, in the order in which they were admitted. */
  fields(slot: number, key: string): AdmittedFields {
    const rows: [number, AdmittedFields][] = []
    const prefix = prefixOf(slot, key)
    for (const row of this.#store.entries(prefix)) {
      const [names, types] = JSON.parse(row.value.toString()) as [string[], FieldType[]]
      rows.push([Number(row.key.slice(prefix.length)), { names, types }])
    }
    rows.sort(([a], [b]) => a - b)
    return {
      names: rows.flatMap(([, { names }]) => names),
      types: rows.flatMap(([, { types }]) => types),
    }
  }

  /** @param before how many fields the series had. */
  add(slot: number, key: string, before: number, { names, types }: AdmittedFields): void {
    this.#store.put(prefixOf(slot, key) + before, Buffer.from(JSON.stringify([names, types])))
  }

  /** Rows of a series that may not be on disk yet: each was written under how many fields there were before. */
  removeSeries(slot: number, key: string, fields: number): void {
    const prefix = prefixOf(slot, key)
    for (let before = 0; before < fields; before++) this.#store.remove(prefix + before)
  }

  removeDevice(slot: number): void {
    for (const { key } of this.#store.entries(`s/${slot.toString(36)}/`)) this.#store.remove(key)
  }

  #number(key: string): number {
    const value = this.#store.get(key)
    return value === undefined ? 0 : Number(value.toString())
  }
}

function countKey(slot: number): string {
  return `${TOTAL}/${slot.toString(36)}`
}

function prefixOf(slot: number, key: string): string {
  return `s/${slot.toString(36)}/${digestOf(key)}/`
}
