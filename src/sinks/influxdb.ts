/**
 * InfluxDB over HTTP: 1.x by its own write API, 2.x and 3.x by the v2 write API, history by InfluxQL from all of them.
 *
 * A batch goes out as the spool has it. Writing a point again changes nothing in InfluxDB, so batches may be sent
 * again, in parts, and several at once; the sink keeps no state about them.
 */
import { causeOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { HistoryQuery, HistoryRow, Sink, SinkBatch, Verdict } from '../core/sink.js'
import { checkQuery } from './history.js'
import { createDatabase, InfluxQlClient } from './influx-client.js'
import { InfluxHistory } from './influx-history.js'
import { verdictOf } from './influx-verdict.js'
import { InfluxWriter } from './influx-writer.js'
import { INFLUXDB_DEFAULTS, type InfluxDbSinkOptions } from './options.js'

export class InfluxDbSink implements Sink {
  readonly name: string
  readonly type = 'influxdb'
  readonly maxBatchBytes: number
  readonly maxInFlight: number
  readonly #options: InfluxDbSinkOptions
  readonly #timeoutMs: number
  readonly #logger: Logger
  readonly #writer: InfluxWriter
  readonly #history: InfluxHistory
  readonly #writes = new Set<Promise<Verdict>>()

  constructor(options: InfluxDbSinkOptions, logger: Logger) {
    const { name, url, timeoutMs, maxBatchBytes, maxInFlight } = { ...INFLUXDB_DEFAULTS, ...options }
    this.name = name
    this.maxBatchBytes = maxBatchBytes
    this.maxInFlight = maxInFlight
    this.#options = options
    this.#timeoutMs = timeoutMs
    this.#logger = logger
    const headers = authorization(options)
    this.#writer = new InfluxWriter({ url: writeUrl(options), headers, timeoutMs, maxSockets: maxInFlight })
    const client = new InfluxQlClient({ url, database: databaseOf(options), headers, timeoutMs })
    this.#history = new InfluxHistory((statements) => client.run(statements), options.retentionPolicy?.name)
  }

  /** Version 1: creates the database and the retention policy. The buckets of the others belong to an operator. */
  async start(): Promise<void> {
    if (this.#options.version !== 1) return
    await createDatabase(this.#options, this.#timeoutMs)
    this.#logger.debug({ sink: this.name, database: this.#options.database }, 'Database is there.')
  }

  async write(batch: SinkBatch): Promise<Verdict> {
    const write = this.#post(batch)
    this.#writes.add(write)
    const verdict = await write
    this.#writes.delete(write)
    return verdict
  }

  async query(query: HistoryQuery): Promise<HistoryRow[]> {
    return this.#history.query(checkQuery(query))
  }

  async close(): Promise<void> {
    await Promise.all(this.#writes)
    this.#writer.close()
  }

  async #post({ chunks, bytes }: SinkBatch): Promise<Verdict> {
    try {
      return verdictOf(await this.#writer.post(chunks, bytes))
    } catch (error) {
      return { kind: 'retry', reason: reasonOf(error) }
    }
  }
}

/** An address that was tried over IPv4 and IPv6 fails with an error that has a code and no words. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return causeOf(error) || (code ?? 'the connection failed')
}

function databaseOf({ version, database, bucket }: InfluxDbSinkOptions): string {
  return (version === 1 ? database : bucket) ?? ''
}

function writeUrl(options: InfluxDbSinkOptions): URL {
  const { version, org, retentionPolicy } = options
  const url = new URL(options.url)
  const target = databaseOf(options)
  const parameters: Record<string, string> =
    version === 1
      ? { db: target, precision: 'ns', ...(retentionPolicy && { rp: retentionPolicy.name }) }
      : { ...(org !== undefined && { org }), bucket: target, precision: 'ns' }
  url.pathname = url.pathname.replace(/\/$/, '') + (version === 1 ? '/write' : '/api/v2/write')
  url.search = new URLSearchParams(parameters).toString()
  return url
}

function authorization({
  version,
  username,
  password = '',
  token,
}: InfluxDbSinkOptions): Record<string, string> {
  if (version !== 1) return token === undefined ? {} : { authorization: `Token ${token}` }
  if (username === undefined) return {}
  const credentials = Buffer.from(`${username}:${password}`).toString('base64')
  return { authorization: `Basic ${credentials}` }
}
