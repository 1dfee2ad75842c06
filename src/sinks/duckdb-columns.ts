import { BIGINT, type DuckDBConnection, DuckDBDataChunk, type DuckDBValue, INTEGER } from '@duckdb/node-api'
import { FieldType } from '../core/point-batch.js'
import { TABLES, tableOf } from './duckdb-schema.js'

/** Rows of a data chunk (DuckDB's vector size). */
const CHUNK_ROWS = 2_048

export type StoredValue = number | bigint | boolean | string

/**
 * Values of one type that wait for one partition, by columns.
 *
 *     row r   channels[r]  times[r]  values[r]
 */
class Column {
  readonly channels: number[] = []
  readonly times: bigint[] = []
  readonly values: StoredValue[] = []

  push(channel: number, time: bigint, value: StoredValue): void {
    this.channels.push(channel)
    this.times.push(time)
    this.values.push(value)
  }
}

/** The values of a batch that belong to one day. */
export class DayColumns {
  readonly day: number
  /** Latest time of a value, nanoseconds. */
  lastTime = -(2n ** 63n)
  readonly #columns = {
    [FieldType.float]: new Column(),
    [FieldType.integer]: new Column(),
    [FieldType.boolean]: new Column(),
    [FieldType.string]: new Column(),
  }

  constructor(day: number) {
    this.day = day
  }

  get isEmpty(): boolean {
    return Object.values(this.#columns).every(({ channels }) => channels.length === 0)
  }

  push(type: FieldType, channel: number, time: bigint, value: StoredValue): void {
    if (time > this.lastTime) this.lastTime = time
    this.#columns[type].push(channel, time, value)
  }

  async append(connection: DuckDBConnection, partition: string): Promise<void> {
    for (const type of Object.values(FieldType)) {
      const column = this.#columns[type]
      if (column.channels.length > 0) await appendColumn(connection, tableOf(partition, type), type, column)
    }
  }
}

/** By data chunk a row costs less than half of what it costs value by value (docs/adr/0004-embedded-store.md). */
async function appendColumn(
  connection: DuckDBConnection,
  table: string,
  type: FieldType,
  { channels, times, values }: Column,
): Promise<void> {
  const appender = await connection.createAppender(table)
  const chunk = DuckDBDataChunk.create([INTEGER, BIGINT, TABLES[type].type], CHUNK_ROWS)
  for (let from = 0; from < channels.length; from += CHUNK_ROWS) {
    const to = Math.min(from + CHUNK_ROWS, channels.length)
    chunk.reset()
    chunk.rowCount = to - from
    fill(chunk, 0, channels, from, to)
    fill(chunk, 1, times, from, to)
    fill(chunk, 2, values, from, to)
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

function fill(
  chunk: DuckDBDataChunk,
  column: number,
  values: readonly DuckDBValue[],
  from: number,
  to: number,
): void {
  const vector = chunk.getColumnVector(column)
  for (let i = from; i < to; i++) vector.setItem(i - from, values[i]!)
  vector.flush()
}
