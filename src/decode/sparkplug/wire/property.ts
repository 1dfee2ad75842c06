import { Cursor, textAt } from './cursor.js'
import { type MetricTable, ValueKind } from './metric-table.js'
import { WireValue } from './wire-value.js'

const QUALITY = Buffer.from('Quality')
/** Ignition, and the examples of the official libraries, write `engUnit`; others spell it out. The first that is there holds. */
const UNITS: readonly Buffer[] = [
  'engUnit',
  'Engineering Units',
  'engineeringUnits',
  'EngUnit',
  'unit',
  'units',
].map((key) => Buffer.from(key))
/** `PropertyValue.int_value`. */
const FIRST_VALUE_FIELD = 3

/**
 * The property Quality of metric `i`, as Int32; undefined where it has none, or one that is no integer. The specification
 * (3.0, section 6.4.9.1) has 0 bad, 192 good and 500 stale; Ignition has codes of its own, its bad ones below 0.
 *
 * @throws {DecodeError}
 */
export function qualityOf(table: MetricTable, i: number): number | undefined {
  const value = propertyOf(table, i, QUALITY)
  if (value === undefined) return undefined
  const isNumber = value.kind === ValueKind.int || value.kind === ValueKind.long
  return isNumber ? value.low | 0 : undefined
}

/** The engineering unit of metric `i` as the edge node calls it; '' where none is said. @throws {DecodeError} */
export function unitOf(table: MetricTable, i: number): string {
  if (table.propertyStarts[i]! < 0) return ''
  for (const key of UNITS) {
    const value = propertyOf(table, i, key)
    if (value?.kind === ValueKind.string) return textAt(value.bytes, value.start, value.end)
  }
  return ''
}

/** Keys and values are two lists, which belong together by their order. */
function propertyOf(table: MetricTable, i: number, key: Buffer): WireValue | undefined {
  const start = table.propertyStarts[i]!
  if (start < 0) return undefined
  const cursor = new Cursor()
  cursor.open(table.bytes, start, table.propertyEnds[i]!)
  const wanted = indexOf(cursor, key)
  if (wanted < 0) return undefined
  cursor.open(table.bytes, start, table.propertyEnds[i]!)
  return valueAt(cursor, wanted)
}

function indexOf(cursor: Cursor, key: Buffer): number {
  let found = -1
  let index = 0
  while (cursor.next()) {
    if (cursor.field !== 1) {
      cursor.skip()
      continue
    }
    const end = cursor.length()
    if (key.compare(cursor.bytes, cursor.at, end) === 0) found = index
    cursor.at = end
    index++
  }
  return found
}

function valueAt(cursor: Cursor, wanted: number): WireValue | undefined {
  let index = 0
  while (cursor.next()) {
    if (cursor.field !== 2 || index++ !== wanted) {
      cursor.skip()
      continue
    }
    const value = new WireValue()
    value.clear(cursor.bytes)
    cursor.enter()
    while (cursor.next()) if (!value.take(cursor, FIRST_VALUE_FIELD)) cursor.skip()
    return value
  }
  return undefined
}
