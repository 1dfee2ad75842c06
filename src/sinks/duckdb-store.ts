/**
 * The embedded store: one DuckDB file.
 *
 * Constraints. One process has the file open (DuckDB locks it), and one writer. DuckDB gives no space back for rows
 * that were deleted, only for tables that were dropped. It keeps what was committed in a log beside the file until
 * a checkpoint brings it into the file.
 *
 * Format.
 *
 *     series      id │ key │ measurement │ tags            channels    id │ series │ field         fields   id │ name
 *     floats_20261121    channel │ time │ value            integers_…, booleans_…, texts_… likewise: one set for each day
 *     floats_20261121_2  …                                 (UTC), or for each part of a day that fills the file
 *     partitions  name │ day │ part │ until                position    spool │ sequence │ line
 *
 * A field whose type changes over time has values in several tables of the set. A point that is written again is
 * appended again; queries take the one that was written last.
 *
 * Invariants.
 * - A batch is one transaction: its values, the numbers of new series and fields, and `position`, before which every
 *   line of the spool is decided. Lines before it are never stored again, however the batches are cut after a crash.
 * - A batch with a line that cannot be stored changes nothing. Its parts follow, in the order of their lines.
 * - Points later than tomorrow are kept with those of tomorrow, so the number of tables is bounded by the retention.
 *
 * Recovery. After a crash, DuckDB replays its log. After a failed write the file is closed and opened again, since a
 * failure to write (disk full) can leave an instance that refuses everything. A file that cannot be opened is left as
 * it is; its error is the sink's error.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { causeOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { type HistoryRow, STORED } from '../core/sink.js'
import { BatchRows, RefusedLine } from './duckdb-batch.js'
import { Dictionary } from './duckdb-dictionary.js'
import { readHistory } from './duckdb-history.js'
import type { Lines, Position, StoreOptions, Written } from './duckdb-messages.js'
import { Partitions } from './duckdb-partitions.js'
import { Retention } from './duckdb-retention.js'
import { prepareSchema } from './duckdb-schema.js'
import type { CheckedQuery } from './history.js'
import { Turns } from './turns.js'

/** The log is brought into the file when it has this size, or an eighth of the limit of a small store. */
const MAX_LOG_BYTES = 32 * 1_048_576
const MEMORY_LIMIT = '512MB'
const START: Position = { sequence: 0, line: 0 }

export class DuckDbStore {
  readonly #options: StoreOptions
  readonly #now: () => number
  readonly #instance: DuckDBInstance
  readonly #writer: DuckDBConnection
  readonly #reader: DuckDBConnection
  readonly #dictionary: Dictionary
  readonly #partitions: Partitions
  readonly #retention: Retention
  readonly #reads: Turns
  #spoolId: string
  #position: Position

  private constructor(options: StoreOptions, now: () => number, parts: StoreParts) {
    this.#options = options
    this.#now = now
    this.#instance = parts.instance
    this.#writer = parts.writer
    this.#reader = parts.reader
    this.#dictionary = parts.dictionary
    this.#partitions = parts.partitions
    this.#retention = parts.retention
    this.#reads = parts.reads
    this.#spoolId = parts.spoolId
    this.#position = parts.position
  }

  static async open(
    options: StoreOptions,
    logger: Logger,
    now: () => number = Date.now,
  ): Promise<DuckDbStore> {
    mkdirSync(dirname(options.file), { recursive: true })
    const instance = await DuckDBInstance.create(options.file, settings(options))
    try {
      const writer = await instance.connect()
      await prepareSchema(writer)
      const partitions = new Partitions()
      await partitions.load(writer)
      const reads = new Turns()
      // DuckDB makes no checkpoint while someone reads a table that was dropped.
      const checkpoint = () => reads.run(async () => void (await writer.run('CHECKPOINT')))
      const parts = {
        instance,
        writer,
        reader: await instance.connect(),
        dictionary: await Dictionary.load(writer),
        partitions,
        retention: new Retention({ ...options, connection: writer, partitions, checkpoint, logger, now }),
        reads,
        ...(await readPosition(writer)),
      }
      return new DuckDbStore(options, now, parts)
    } catch (error) {
      instance.closeSync()
      throw error
    }
  }

  /** Rejects when the file does not take the batch; then nothing was stored, and the store must be opened again. */
  async write(lines: Lines): Promise<Written> {
    const from = lines.spoolId === this.#spoolId ? this.#position : START
    const rows = new BatchRows(this.#dictionary, this.#options.retentionDays, this.#now())
    let end: Position
    try {
      end = rows.read(lines, from)
    } catch (error) {
      if (!(error instanceof RefusedLine)) throw error
      const start = { sequence: lines.sequences[0]!, line: lines.startLine }
      return { verdict: { kind: 'rejected', reason: causeOf(error) }, end: start }
    }
    if (isBefore(from, end)) {
      await this.#commit(rows, lines.spoolId, end)
      await this.#retention.wrote(lines.bytes.length)
    }
    return { verdict: STORED, end }
  }

  /** One query at a time, beside the writes. */
  async query(query: CheckedQuery): Promise<HistoryRow[] | undefined> {
    return this.#reads.run(() => readHistory(this.#reader, query))
  }

  /** Drops what is past retention; to be called now and then, also when nothing is written. */
  async maintain(): Promise<void> {
    await this.#retention.enforce()
  }

  /** Waits for queries that run. */
  async close(): Promise<void> {
    await this.#reads.run(async () => {
      this.#reader.closeSync()
      this.#writer.closeSync()
      this.#instance.closeSync()
    })
  }

  async #commit(rows: BatchRows, spoolId: string, end: Position): Promise<void> {
    const writer = this.#writer
    await writer.run('BEGIN TRANSACTION')
    for (const columns of rows.days.values()) {
      if (columns.isEmpty) continue
      const partition = await this.#retention.partitionFor(columns.day)
      await columns.append(writer, partition.name)
      await this.#partitions.extend(writer, partition, columns.lastTime)
    }
    await this.#dictionary.save(writer)
    await writer.run('DELETE FROM position')
    await writer.run('INSERT INTO position VALUES ($spoolId, $sequence, $line)', { spoolId, ...end })
    await writer.run('COMMIT')
    this.#dictionary.saved()
    this.#spoolId = spoolId
    this.#position = end
  }
}

interface StoreParts {
  readonly instance: DuckDBInstance
  readonly writer: DuckDBConnection
  readonly reader: DuckDBConnection
  readonly dictionary: Dictionary
  readonly partitions: Partitions
  readonly retention: Retention
  readonly reads: Turns
  readonly spoolId: string
  readonly position: Position
}

/** One thread: the gateway needs the other cores, and sums in one order. No network: nothing is loaded from elsewhere. */
function settings({ maxBytes }: StoreOptions): Record<string, string> {
  return {
    threads: '1',
    memory_limit: MEMORY_LIMIT,
    checkpoint_threshold: `${Math.min(MAX_LOG_BYTES, Math.ceil(maxBytes / 8))}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }
}

async function readPosition(connection: DuckDBConnection): Promise<{ spoolId: string; position: Position }> {
  const result = await connection.runAndReadAll('SELECT spool, sequence, line FROM position')
  const [row] = result.getRows() as [string, bigint, bigint][]
  if (row === undefined) return { spoolId: '', position: START }
  return { spoolId: row[0], position: { sequence: Number(row[1]), line: Number(row[2]) } }
}

function isBefore(a: Position, b: Position): boolean {
  return a.sequence < b.sequence || (a.sequence === b.sequence && a.line < b.line)
}
