import { FieldType, type PointBatch, type Tag } from './point-batch.js'

/**
 * InfluxDB line protocol, the gateway's inner format:
 *
 *     measurement[,tag=value…] field=value[,field=value…] time\n
 *
 * Escapes (InfluxDB documentation, "Line protocol reference"): comma and space in a measurement; comma, space and equals
 * sign in tag names, tag values and field names; double quote and backslash in string values. A newline cannot
 * be written in a name or a tag, so it becomes a space there; in a string value it stands as it is.
 */

const MEASUREMENT_SPECIAL = /[, \n\r\\]/
const NAME_SPECIAL = /[, =\n\r\\]/
const STRING_SPECIAL = /["\\]/

export function escapeMeasurement(text: string): string {
  return MEASUREMENT_SPECIAL.test(text) ? escapeWith(text, /[, ]/g) : text
}

/** For tag names, tag values and field names. */
export function escapeName(text: string): string {
  return NAME_SPECIAL.test(text) ? escapeWith(text, /[, =]/g) : text
}

export function quoteString(text: string): string {
  return STRING_SPECIAL.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`
}

/** A trailing backslash would escape what follows it and cannot itself be escaped: an escaped space goes between. */
function escapeWith(text: string, special: RegExp): string {
  const escaped = text.replace(/[\n\r]+/g, ' ').replace(special, '\\$&')
  return escaped.endsWith('\\') ? `${escaped}\\ ` : escaped
}

/** `measurement,tag=value,…` with the tags in the order of their names, as InfluxDB wants for speed; empty values left out. */
export function seriesKey(measurement: string, tags: readonly Tag[]): string {
  let key = escapeMeasurement(measurement)
  const sorted = [...tags].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  for (const { name, value } of sorted) {
    if (value !== '') key += `,${escapeName(name)}=${escapeName(value)}`
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
  return `${line} ${timeNs}\n`
}

function encodeValue(type: FieldType, text: string): string {
  if (type === FieldType.float || type === FieldType.boolean) return text
  return type === FieldType.integer ? `${text}i` : quoteString(text)
}
