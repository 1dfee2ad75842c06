import type { HistoryRow } from '../core/sink.js'
import {
  type CheckedQuery,
  compareRows,
  formatTime,
  fromInt64,
  needsNumbers,
  notNumeric,
  type Windows,
} from './history.js'
import { type Cell, InfluxQlError, LongNumber, parseAnswer, parseTime, type Series } from './influx-answer.js'
import { selectLast, selectPoints, selectWindows, showFieldTypes, sourceOf } from './influxql.js'

/** Runs InfluxQL and returns the body of the answer. */
export type RunInfluxQl = (statements: string) => Promise<string>

type Value = HistoryRow['value']

/** A point or a window of one measurement. */
interface Row extends HistoryRow {
  readonly ns: bigint
  readonly measurement: string
  /** Points behind a mean, else 1. */
  readonly weight: number
}

const STATEMENTS_PER_REQUEST = 100
const NS_PER_MS = 1_000_000n

/**
 * History out of InfluxDB. A field may stand in several measurements, which InfluxQL answers one by one; here they are
 * one stream, as they are for the device.
 */
export class InfluxHistory {
  readonly #run: RunInfluxQl
  readonly #retentionPolicy: string | undefined

  constructor(run: RunInfluxQl, retentionPolicy: string | undefined) {
    this.#run = run
    this.#retentionPolicy = retentionPolicy
  }

  /** @throws {GatewayError} LG_REQUEST_INVALID for an aggregate that the values do not have */
  async query(query: CheckedQuery): Promise<HistoryRow[]> {
    const { windows, limit } = query
    const source = sourceOf(query, this.#retentionPolicy)
    const rows = await this.#select(query, source)
    if (needsNumbers(query) && rows.some(({ value }) => typeof value === 'boolean')) throw notNumeric(query)
    const joined = windows === undefined ? rows : await this.#join(rows, query, windows, source)
    return joined
      .sort(compareRows)
      .slice(0, limit)
      .map(({ time, value }) => ({ time, value }))
  }

  async #select(query: CheckedQuery, source: string): Promise<Row[]> {
    const { windows } = query
    const statement =
      windows === undefined ? selectPoints(query, source) : selectWindows(query, windows, source)
    try {
      const [series = []] = parseAnswer(await this.#run(statement))
      return await this.#rowsOf(series, query, source)
    } catch (error) {
      const unsupported = error instanceof InfluxQlError && /^unsupported \w+ iterator/.test(error.message)
      throw unsupported && needsNumbers(query) ? notNumeric(query) : error
    }
  }

  /** One row for each window. */
  async #join(rows: Row[], query: CheckedQuery, windows: Windows, source: string): Promise<Row[]> {
    const byWindow = new Map<bigint, Row[]>()
    for (const row of rows) {
      const others = byWindow.get(row.ns)
      if (others === undefined) byWindow.set(row.ns, [row])
      else others.push(row)
    }
    const several = [...byWindow.values()].filter((shared) => shared.length > 1)
    const joined =
      windows.aggregate === 'last'
        ? await this.#lastOf(several, query, windows, source)
        : several.map((shared) => joinNumbers(shared, windows))
    const single = [...byWindow.values()].filter((shared) => shared.length === 1).flat()
    return [...single, ...joined]
  }

  /** Which measurement had the last word in each of the windows. */
  async #lastOf(several: Row[][], query: CheckedQuery, { everyMs }: Windows, source: string): Promise<Row[]> {
    const rows: Row[] = []
    for (let at = 0; at < several.length; at += STATEMENTS_PER_REQUEST) {
      const starts = several.slice(at, at + STATEMENTS_PER_REQUEST).map(([row]) => row!.ns)
      const statements = starts.map((from) =>
        selectLast(query, source, from, from + BigInt(everyMs) * NS_PER_MS),
      )
      const answers = parseAnswer(await this.#run(statements.join(';')))
      for (const [i, ns] of starts.entries()) {
        const last = (await this.#rowsOf(answers[i]!, query, source)).sort(compareRows).at(-1)
        if (last !== undefined) rows.push({ ...last, ns, time: formatTime(ns) })
      }
    }
    return rows
  }

  async #rowsOf(series: readonly Series[], query: CheckedQuery, source: string): Promise<Row[]> {
    const hasLong = series.some(({ values }) =>
      values.some((row) => row.some((cell) => cell instanceof LongNumber)),
    )
    const integers = hasLong ? await this.#measurementsWithInteger(query.field, source) : undefined
    return series.flatMap(({ name, columns, values }) => {
      const weightAt = columns.indexOf('weight')
      return values.map((cells) => {
        const ns = parseTime(String(cells[0]))
        const value = toValue(cells[1]!, integers?.has(name) ?? false)
        const weight = weightAt === -1 ? 1 : Number(cells[weightAt])
        return { measurement: name, ns, time: formatTime(ns), value, weight }
      })
    })
  }

  /** A field that is a float anywhere in a measurement is answered as a float. */
  async #measurementsWithInteger(field: string, source: string): Promise<ReadonlySet<string>> {
    const [series = []] = parseAnswer(await this.#run(showFieldTypes(source)))
    const isInteger = ({ values }: Series) => {
      const types = values.filter(([name]) => name === field).map(([, type]) => type)
      return types.includes('integer') && !types.includes('float')
    }
    return new Set(series.filter(isInteger).map(({ name }) => name))
  }
}

function toValue(cell: Cell, isInteger: boolean): Value {
  if (cell instanceof LongNumber) return isInteger ? fromInt64(BigInt(cell.digits)) : Number(cell.digits)
  if (cell === null) throw new InfluxQlError('a row without a value')
  return cell
}

/** Values of several measurements in one window. */
function joinNumbers(rows: readonly Row[], { aggregate }: Windows): Row {
  const first = rows[0]!
  const values = rows.map(({ value }) => value as number | bigint)
  return { ...first, value: joinValues(aggregate, values, rows) }
}

function joinValues(
  aggregate: Windows['aggregate'],
  values: readonly (number | bigint)[],
  rows: readonly Row[],
): Value {
  // Integers beyond 2^53 are bigints, which Math.min does not take.
  const ascending = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  if (aggregate === 'min') return ascending[0]!
  if (aggregate === 'max') return ascending.at(-1)!
  if (aggregate === 'count') return values.reduce((sum: number, value) => sum + Number(value), 0)
  const weights = rows.reduce((sum, { weight }) => sum + weight, 0)
  return rows.reduce((sum, { value, weight }) => sum + Number(value) * weight, 0) / weights
}
