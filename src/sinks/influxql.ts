import type { CheckedQuery, Windows } from './history.js'

/** What may stand between the quotes: InfluxQL knows these escapes and no others (influxql, scanner.go). */
function escapeWith(quote: string, text: string): string {
  return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n') + quote
}

/** A name of a measurement, a field or a tag. */
export function identifier(name: string): string {
  return escapeWith('"', name)
}

export function stringLiteral(text: string): string {
  return escapeWith("'", text)
}

/** The measurements of the query, as a source of `SELECT`; several of them when the query names none. */
export function sourceOf({ measurement }: CheckedQuery, retentionPolicy: string | undefined): string {
  const policy = retentionPolicy === undefined ? '' : `${identifier(retentionPolicy)}.`
  return policy + (measurement === undefined ? '/.*/' : identifier(measurement))
}

export function selectPoints(query: CheckedQuery, source: string): string {
  const { field, fromNs, toNs, limit } = query
  return `SELECT ${identifier(field)} AS "value" FROM ${source} WHERE ${condition(query, fromNs, toNs)} LIMIT ${limit}`
}

/** One row for each window that is not empty. A mean comes with its count, by which means can be joined. */
export function selectWindows(query: CheckedQuery, { everyMs, aggregate }: Windows, source: string): string {
  const { field, fromNs, toNs, limit } = query
  const name = identifier(field)
  const weight = aggregate === 'mean' ? `, count(${name}) AS "weight"` : ''
  return (
    `SELECT ${aggregate}(${name}) AS "value"${weight} FROM ${source} WHERE ${condition(query, fromNs, toNs)}` +
    ` GROUP BY time(${everyMs}ms) fill(none) LIMIT ${limit}`
  )
}

/** The last point of each measurement in one window; unlike that of `GROUP BY time`, its time is the point's own. */
export function selectLast(query: CheckedQuery, source: string, fromNs: bigint, toNs: bigint): string {
  const from = fromNs > query.fromNs ? fromNs : query.fromNs
  const to = toNs < query.toNs ? toNs : query.toNs
  return `SELECT last(${identifier(query.field)}) AS "value" FROM ${source} WHERE ${condition(query, from, to)}`
}

export function showFieldTypes(source: string): string {
  return `SHOW FIELD KEYS FROM ${source}`
}

/** A tag that a series does not have is empty to InfluxQL. */
function condition({ tags }: CheckedQuery, fromNs: bigint, toNs: bigint): string {
  const selected = tags.map(([name, value]) => `${identifier(name)}::tag = ${stringLiteral(value)}`)
  return [...selected, `time >= ${fromNs}`, `time < ${toNs}`].join(' AND ')
}
