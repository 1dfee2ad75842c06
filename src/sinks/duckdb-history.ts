import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { Aggregate, HistoryRow } from '../core/sink.js'
import { type Partition, readPartitions, startOfDay } from './duckdb-partitions.js'
import { FIELD_TYPES, TABLES, tableOf } from './duckdb-schema.js'
import { type CheckedQuery, formatTime, fromInt64, needsNumbers } from './history.js'

type Row = [bigint, number | null, bigint | null, boolean | null, string | null]

const MAX_WINDOW_NS = 2n ** 62n
/** Rows of a partition that can be told apart in the order of writing. */
const ROWS_PER_PARTITION = 2n ** 40n

/**
 * The rows of the answer; undefined if the field has values, but none that has the aggregate. All reads are of one
 * snapshot, in which no table is dropped.
 */
export async function readHistory(
  connection: DuckDBConnection,
  query: CheckedQuery,
): Promise<HistoryRow[] | undefined> {
  await connection.run('BEGIN TRANSACTION READ ONLY')
  try {
    const partitions = (await readPartitions(connection)).filter((partition) => overlaps(partition, query))
    if (partitions.length === 0) return []
    const points = pointsOf(partitions, query)
    const parameters = parametersOf(query)
    const rows = await rowsOf(connection, `${points} ${answerOf(query)}`, parameters)
    if (rows.length > 0 || !needsNumbers(query)) return rows.map(toHistoryRow)
    const any = await rowsOf(connection, `${points} SELECT time, d, i, b, s FROM points LIMIT 1`, parameters)
    return any.length === 0 ? [] : undefined
  } finally {
    await connection.run('ROLLBACK')
  }
}

function overlaps({ day, until }: Partition, { fromNs, toNs }: CheckedQuery): boolean {
  return until > fromNs && startOfDay(day) < toNs
}

/**
 * `points`: the values of the field, one for each series and time. A point that was written again stands in the
 * tables twice; the one that was written last counts.
 */
function pointsOf(partitions: readonly Partition[], query: CheckedQuery): string {
  const scans = partitions.flatMap(({ name }, p) =>
    FIELD_TYPES.map((type) => {
      const columns = FIELD_TYPES.map((other) => {
        const { column, type: sqlType } = TABLES[other]
        return `${other === type ? 'value' : `NULL::${sqlType}`} AS ${column}`
      })
      return (
        `SELECT channel, time, ${columns.join(', ')}, ${BigInt(p) * ROWS_PER_PARTITION} + rowid AS place ` +
        `FROM ${tableOf(name, type)} WHERE time >= $from AND time < $to AND channel IN (SELECT id FROM selected)`
      )
    }),
  )
  return `WITH selected AS MATERIALIZED (${selectedChannels(query)}),
    written AS (${scans.join(' UNION ALL ')}),
    newest AS (
      SELECT time, arg_max({d: d, i: i, b: b, s: s}, place) AS value FROM written GROUP BY channel, time
    ),
    points AS (SELECT time, value.d AS d, value.i AS i, value.b AS b, value.s AS s FROM newest)`
}

function selectedChannels({ tags, measurement }: CheckedQuery): string {
  const conditions = ['fields.name = $field']
  if (measurement !== undefined) conditions.push('series.measurement = $measurement')
  for (const t of tags.keys()) conditions.push(`coalesce(series.tags[$name${t}], '') = $value${t}`)
  return `SELECT channels.id FROM channels
    JOIN fields ON fields.id = channels.field JOIN series ON series.id = channels.series
    WHERE ${conditions.join(' AND ')}`
}

function parametersOf({ tags, measurement, field, fromNs, toNs }: CheckedQuery): Record<string, DuckDBValue> {
  const parameters: Record<string, DuckDBValue> = { field, from: fromNs, to: toNs }
  if (measurement !== undefined) parameters.measurement = measurement
  for (const [t, [name, value]] of tags.entries()) {
    parameters[`name${t}`] = name
    parameters[`value${t}`] = value
  }
  return parameters
}

function answerOf({ windows, limit }: CheckedQuery): string {
  const order = `ORDER BY time, d, i, b, s LIMIT ${limit}`
  if (windows === undefined) return `SELECT time, d, i, b, s FROM points ${order}`
  const asked = BigInt(windows.everyMs) * 1_000_000n
  const width = asked < MAX_WINDOW_NS ? asked : MAX_WINDOW_NS
  const start = `time - time % ${width} - CASE WHEN time % ${width} < 0 THEN ${width} ELSE 0 END`
  return `SELECT ${start} AS time, ${AGGREGATES[windows.aggregate]} GROUP BY 1 ${order}`
}

const NO_TEXT = 'NULL::BOOLEAN AS b, NULL::VARCHAR AS s'
const NUMBERS = 'FROM points WHERE d IS NOT NULL OR i IS NOT NULL'

/** Integers stay integers as long as there is no float among them. */
function extreme(name: 'min' | 'max'): string {
  const float = `CASE WHEN count(d) > 0 THEN ${name}(coalesce(d, i::DOUBLE)) END AS d`
  const integer = `CASE WHEN count(d) = 0 THEN ${name}(i) END AS i`
  return `${float}, ${integer}, ${NO_TEXT} ${NUMBERS}`
}

/** Of several series with a last point at the same time, the greater value, as in InfluxDB. */
const LAST = 'max({t: time, d: d, i: i, b: b, s: s})'

const AGGREGATES: Readonly<Record<Aggregate, string>> = {
  mean: `avg(coalesce(d, i::DOUBLE)) AS d, NULL::BIGINT AS i, ${NO_TEXT} ${NUMBERS}`,
  min: extreme('min'),
  max: extreme('max'),
  last: `${LAST}.d AS d, ${LAST}.i AS i, ${LAST}.b AS b, ${LAST}.s AS s FROM points`,
  count: `NULL::DOUBLE AS d, count(*) AS i, ${NO_TEXT} FROM points`,
}

async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
  parameters: Record<string, DuckDBValue>,
): Promise<Row[]> {
  return (await connection.runAndReadAll(sql, parameters)).getRows() as Row[]
}

function toHistoryRow([time, float, integer, boolean, text]: Row): HistoryRow {
  const value = float ?? (integer === null ? undefined : fromInt64(integer)) ?? boolean ?? text
  if (value === null) throw new Error('a row without a value')
  return { time: formatTime(time), value }
}
