import type { TopicLevels } from '../core/device.js'
import type { Table } from '../core/state.js'
import type { DeviceLookup } from './device-lookup.js'
import { pathOf } from './device-path.js'
import { discoveredRecord, freeId } from './device-record.js'
import { decodeLastSlot, isEntry, RowReader } from './device-row.js'
import { deviceOf, type Entry, NO_ADDRESSES } from './entry.js'

/** Not a slot: where the table has the highest slot ever given. */
export const LAST_SLOT_KEY = 0
/** Rows of an earlier version do not say when. */
const NOT_NOTED_MS = 0

/** Fills an empty look-up. @returns the slots whose rows must be written again: of an earlier version, or in conflict */
export function loadDevices(table: Table, lookup: DeviceLookup): Set<number> {
  const reader = new RowReader()
  const old: { slot: number; levels: TopicLevels }[] = []
  const moved: { slot: number; entry: Entry }[] = []
  const stale = new Set<number>()
  for (const { key, value } of table.entries()) {
    const slot = Number(key)
    lookup.lastSlot = Math.max(lookup.lastSlot, slot === LAST_SLOT_KEY ? decodeLastSlot(value) : slot)
    if (slot === LAST_SLOT_KEY) continue
    const row = reader.read(value)
    if (!isEntry(row)) old.push({ slot, levels: row })
    else if (!attach(lookup, slot, row)) stale.add(slot)
    else if (row.former.length > 0) moved.push({ slot, entry: row })
  }
  for (const { slot, entry } of moved) addFormer(lookup, slot, entry)
  for (const { slot, levels } of old) {
    attachOld(lookup, slot, levels)
    stale.add(slot)
  }
  return stale
}

/** False if an older device has the id or the place. */
function attach(lookup: DeviceLookup, slot: number, { record }: Entry): boolean {
  const device = deviceOf(slot, record)
  if (lookup.slotOfId(record.id) !== undefined || lookup.at(device.path) !== undefined) return false
  lookup.attach(slot, { record, former: NO_ADDRESSES }, device)
  return true
}

/** When all places are known, as they go before. */
function addFormer(lookup: DeviceLookup, slot: number, { record, former }: Entry): void {
  lookup.detach(slot)
  lookup.attach(slot, { record, former: former.filter((path) => lookup.slotOfAddress(path) === undefined) })
}

/** When all ids that were given are known. */
function attachOld(lookup: DeviceLookup, slot: number, levels: TopicLevels): void {
  if (lookup.at(pathOf(levels)) !== undefined) return
  const id = freeId(levels, slot, (text) => lookup.slotOfId(text) !== undefined)
  lookup.attach(slot, { record: discoveredRecord(id, levels, NOT_NOTED_MS), former: NO_ADDRESSES })
}
