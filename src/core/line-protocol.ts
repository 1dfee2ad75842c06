import { FieldType, type PointBatch, type Tag } from './point-batch.js'

/**
 * InfluxDB line protocol, the gateway's inner format:
 *
 *     measurement[,tag=value…] field=value[,field=value…] time\n
 *
 * Escapes (InfluxDB documentation, "Line protocol reference"): comma and space in a measurement; comma, space and equals
 * sign in tag names, tag values and field names; double quote and backslash in string values.
 *
 * What influxd 1.6.7 makes of the rest, each found by writing it and reading it back (test/core/influxd-names.test.ts):
 * - A backslash in a name has no escape. Before a comma, a space, an equals sign, a double quote or the end of the name
 *   it is taken for one, or ends the name too late, and quotes in a later name can then swallow the lines that follow.
 *   There it becomes a slash; anywhere else it stands as it is.
 * - A line that begins with `#` is a comment, accepted and dropped; no escape helps. `_` goes before it.
 * - A field called `time` is dropped without an error when the point has another, and a tag of that name refuses the
 *   point. They are called `time_`.
 * - Tabs and NUL before a name are skipped, and a line feed ends the line: in names, control characters become a
 *   space. In string values all characters stand as they are.
 */

const MEASUREMENT_SPECIAL = /[, \\\p{Cc}]/u
const NAME_SPECIAL = /[, =\\\p{Cc}]/u
const UNWRITABLE_BACKSLASH = /\\(?=[,= "]|$)/g
const STRING_SPECIAL = /["\\]/
const RESERVED_NAME = 'time'

export function escapeMeasurement(text: string): string {
  const name = text.startsWith('#') ? `_${text}` : text
  return MEASUREMENT_SPECIAL.test(name) ? escapeWith(name, /[, ]/g) : name
}

/** For tag names and field names. */
export function escapeName(text: string): string {
  return text === RESERVED_NAME ? `${RESERVED_NAME}_` : escapeTagValue(text)
}

export function escapeTagValue(text: string): string {
  return NAME_SPECIAL.test(text) ? escapeWith(text, /[, =]/g) : text
}

export function quoteString(text: string): string {
  return STRING_SPECIAL.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`
}

/** A tag value, or a name but for `time` and `#`, as it can be read back; for queries. */
export function asStored(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(UNWRITABLE_BACKSLASH, '/')
}

function escapeWith(text: string, special: RegExp): string {
  return asStored(text).replace(special, '\\$&')
}

/** `measurement,tag=value,…` with the tags in the order of their names, as InfluxDB wants for speed; empty values left out. */
export function seriesKey(measurement: string, tags: readonly Tag[]): string {
  let key = escapeMeasurement(measurement)
  const sorted = [...tags].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  for (const { name, value } of sorted) {
    if (value !== '') key += `,${escapeName(name)}=${escapeTagValue(value)}`
  }
  return key
}

/** One line, with its newline, for point `p` of the batch. */
export function encodePoint(batch: PointBatch, p: number, series: string, timeNs: string): string {
  let line = series
  let separator = ' '
  const end = batch.firstField[p + 1]!
  for (let f = batch.firstField[p]!; f < end; f++) {
    line += `${separator}${escapeName(batch.names[f]!)}=${encodeValue(batch.types[f]!, batch.texts[f]!)}`
    separator = ','
  }
  if (batch.clockFaults[p] !== '') line += clockFault(batch, p)
  return `${line} ${timeNs}\n`
}

/** Field of points whose time was replaced: what is wrong with the clock of the device. */
export const CLOCK_FAULT_FIELD = 'clock_fault'

/** Left out where the device sends a field of that name. */
function clockFault(batch: PointBatch, p: number): string {
  const end = batch.firstField[p + 1]!
  for (let f = batch.firstField[p]!; f < end; f++) if (batch.names[f] === CLOCK_FAULT_FIELD) return ''
  return `,${CLOCK_FAULT_FIELD}=${quoteString(batch.clockFaults[p]!)}`
}

function encodeValue(type: FieldType, text: string): string {
  if (type === FieldType.float || type === FieldType.boolean) return text
  return type === FieldType.integer ? `${text}i` : quoteString(text)
}
