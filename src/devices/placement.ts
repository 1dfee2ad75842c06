import type { DeviceRecord } from '../core/registry.js'
import { type DeviceInput, inputViolations, type Violation } from './device-input.js'
import type { DeviceLookup } from './device-lookup.js'
import { haveSameLevels, pathOf } from './device-path.js'
import { placeOf, recordOf } from './device-record.js'
import type { Entry, Step } from './entry.js'

/** What an identifier is taken by, in words, if it is not free for the device `id`. */
export type IdentifierHolder = (identifier: string, id: string) => string | undefined

export interface StatedRow {
  readonly id: string
  readonly input: DeviceInput
}

/** Something wrong with a row, by its index. */
export interface RowViolation extends Violation {
  readonly row: number
  readonly id: string
}

/** A record that a device is to have. */
export interface Draft {
  readonly slot: number
  readonly record: DeviceRecord
}

/**
 * The slots and records of rows that are all valid, as if they came true at once: two may swap their places. A row with
 * a new id, at the place of a device that was only discovered, is about that device.
 */
export class Placement {
  readonly drafts: Draft[] = []
  readonly violations: RowViolation[] = []
  readonly #lookup: DeviceLookup
  readonly #rowOfId = new Map<string, number>()
  readonly #rowOfPath = new Map<string, number>()
  readonly #rowOfIdentifier = new Map<string, number>()
  readonly #holderOf: IdentifierHolder
  #lastSlot: number

  constructor(lookup: DeviceLookup, holderOf: IdentifierHolder) {
    this.#lookup = lookup
    this.#holderOf = holderOf
    this.#lastSlot = lookup.lastSlot
  }

  place(rows: readonly StatedRow[], source: 'file' | 'api'): void {
    rows.forEach((row, i) => {
      for (const { key, message } of inputViolations(row.id, row.input)) this.#refuse(i, row.id, key, message)
      this.#take(this.#rowOfId, row.id, i, row.id, 'id', 'is the id of another row')
      if (row.input.identifier) this.#identify(row.input.identifier, i, row.id)
    })
    if (this.violations.length > 0) return
    rows.forEach(({ id, input }, i) => {
      const slot = this.#slotOf(id, input, i)
      this.drafts.push({ slot, record: recordOf(id, input, this.#lookup.record(slot), source) })
    })
  }

  #identify(identifier: string, row: number, id: string): void {
    this.#take(this.#rowOfIdentifier, identifier, row, id, 'identifier', 'is that of another row')
    const holder = this.#holderOf(identifier, id)
    if (holder !== undefined) this.#refuse(row, id, 'identifier', `is that of ${holder}`)
  }

  #slotOf(id: string, input: DeviceInput, row: number): number {
    const path = placeOf(id, input)
    const own = this.#lookup.slotOfId(id)
    this.#take(this.#rowOfPath, path, row, id, 'device', `has the place of another row, ${path}`)
    const holder = this.#holder(path, own)
    if (own === undefined && holder?.status === 'discovered') return this.#lookup.slotOfId(holder.id)!
    if (holder !== undefined) this.#refuse(row, id, 'device', `has the place of ${holder.id}, ${path}`)
    return own ?? ++this.#lastSlot
  }

  /** Whoever else is at a place now and stays there. */
  #holder(path: string, own: number | undefined): DeviceRecord | undefined {
    const slot = this.#lookup.at(path)?.slot
    if (slot === undefined || slot === own) return undefined
    const record = this.#lookup.record(slot)!
    return this.#rowOfId.has(record.id) ? undefined : record
  }

  #take(
    taken: Map<string, number>,
    what: string,
    row: number,
    id: string,
    key: string,
    message: string,
  ): void {
    if (taken.has(what)) this.#refuse(row, id, key, message)
    else taken.set(what, row)
  }

  #refuse(row: number, id: string, key: string, message: string): void {
    this.violations.push({ row, id, key, message })
  }
}

/**
 * What changes when devices get these records: a place that is left stays an address, unless another device has its
 * place there, which takes the address over.
 */
export function stepsOf(drafts: readonly Draft[], lookup: DeviceLookup): Step[] {
  const places = new Map(drafts.map(({ slot, record }) => [pathOf(record), slot]))
  const losers = new Set<number>()
  for (const [path, slot] of places) {
    const owner = lookup.slotOfAddress(path)
    if (owner !== undefined && owner !== slot) losers.add(owner)
  }
  const steps = drafts.map(({ slot, record }) => stepTo(slot, record, lookup, places))
  for (const { slot } of drafts) losers.delete(slot)
  for (const slot of losers) steps.push(stepTo(slot, lookup.record(slot)!, lookup, places))
  return steps.filter(({ before, after }) => !isSame(before, after))
}

function stepTo(
  slot: number,
  record: DeviceRecord,
  lookup: DeviceLookup,
  places: ReadonlyMap<string, number>,
): Step {
  const before = lookup.entry(slot)
  if (before === undefined) return { slot, before, after: { record, former: [] } }
  const left = haveSameLevels(before.record, record)
    ? before.former
    : [pathOf(before.record), ...before.former]
  const former = left.filter((path) => !places.has(path))
  return { slot, before, after: { record, former } }
}

function isSame(before: Entry | undefined, after: Entry | undefined): boolean {
  return before?.record === after?.record && before?.former.length === after?.former.length
}
