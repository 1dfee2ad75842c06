import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBMapValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { detached } from '../core/detached.js'
import { seriesKey } from '../core/line-protocol.js'
import { parseSeries } from '../core/line-protocol-parser.js'
import type { Tag } from '../core/point-batch.js'

/** Channels of a series, by name of the field as it is in the line. */
export interface SeriesEntry {
  readonly id: number
  readonly channels: Map<string, number>
}

interface NewSeries {
  readonly id: number
  readonly key: string
  readonly measurement: string
  readonly tags: readonly Tag[]
}

/**
 * Numbers for series, fields and channels (a field of a series), so that a value on disk takes a few bytes.
 *
 * Numbers are given out before the transaction that writes them down. `save` writes those that are still pending, and
 * `saved` forgets them once the transaction is committed; after a failure they go into the next one.
 */
export class Dictionary {
  readonly #series = new Map<string, SeriesEntry>()
  readonly #fields = new Map<string, number>()
  #seriesCount = 0
  #channelCount = 0
  #newSeries: NewSeries[] = []
  #newFields: [number, string][] = []
  #newChannels: [number, number, number][] = []

  static async load(connection: DuckDBConnection): Promise<Dictionary> {
    const dictionary = new Dictionary()
    const names = new Map<number, string>()
    for (const [id, name] of await rowsOf<[number, string]>(connection, 'SELECT id, name FROM fields')) {
      names.set(id, name)
      dictionary.#fields.set(name, id)
    }
    const byId = new Map<number, SeriesEntry>()
    for (const [id, key] of await rowsOf<[number, string]>(connection, 'SELECT id, key FROM series')) {
      const entry = { id, channels: new Map<string, number>() }
      byId.set(id, entry)
      dictionary.#series.set(key, entry)
    }
    const channels = 'SELECT id, series, field FROM channels'
    for (const [id, series, field] of await rowsOf<[number, number, number]>(connection, channels)) {
      byId.get(series)!.channels.set(names.get(field)!, id)
      dictionary.#channelCount++
    }
    dictionary.#seriesCount = byId.size
    return dictionary
  }

  /**
   * The entry of a series as it stands in a line.
   * @throws {LineProtocolError}
   */
  series(text: string): SeriesEntry {
    return this.#series.get(text) ?? this.#addSeries(text)
  }

  channel(series: SeriesEntry, field: string): number {
    return series.channels.get(field) ?? this.#addChannel(series, field)
  }

  /** Writes what is new, within the transaction of the points that need it. */
  async save(connection: DuckDBConnection): Promise<void> {
    await append(connection, 'fields', this.#newFields, (appender, [id, name]) => {
      appender.appendInteger(id)
      appender.appendVarchar(name)
    })
    await append(connection, 'series', this.#newSeries, (appender, { id, key, measurement, tags }) => {
      appender.appendInteger(id)
      appender.appendVarchar(key)
      appender.appendVarchar(measurement)
      appender.appendMap(new DuckDBMapValue(tags.map(({ name, value }) => ({ key: name, value }))))
    })
    await append(connection, 'channels', this.#newChannels, (appender, ids) => {
      for (const id of ids) appender.appendInteger(id)
    })
  }

  saved(): void {
    this.#newSeries = []
    this.#newFields = []
    this.#newChannels = []
  }

  #addSeries(text: string): SeriesEntry {
    const { measurement, tags } = parseSeries(detached(text))
    const key = seriesKey(measurement, tags)
    const entry = this.#series.get(key) ?? { id: ++this.#seriesCount, channels: new Map<string, number>() }
    if (!this.#series.has(key)) {
      this.#series.set(key, entry)
      this.#newSeries.push({ id: entry.id, key, measurement, tags })
    }
    this.#series.set(detached(text), entry)
    return entry
  }

  #addChannel(series: SeriesEntry, field: string): number {
    const name = detached(field)
    const id = ++this.#channelCount
    series.channels.set(name, id)
    this.#newChannels.push([id, series.id, this.#fieldId(name)])
    return id
  }

  #fieldId(name: string): number {
    const known = this.#fields.get(name)
    if (known !== undefined) return known
    const id = this.#fields.size + 1
    this.#fields.set(name, id)
    this.#newFields.push([id, name])
    return id
  }
}

async function append<T>(
  connection: DuckDBConnection,
  table: string,
  rows: readonly T[],
  appendRow: (appender: DuckDBAppender, row: T) => void,
): Promise<void> {
  if (rows.length === 0) return
  const appender = await connection.createAppender(table)
  for (const row of rows) {
    appendRow(appender, row)
    appender.endRow()
  }
  appender.closeSync()
}

async function rowsOf<R extends DuckDBValue[]>(connection: DuckDBConnection, sql: string): Promise<R[]> {
  return (await connection.runAndReadAll(sql)).getRows() as R[]
}
