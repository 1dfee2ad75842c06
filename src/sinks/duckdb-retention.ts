import type { DuckDBConnection } from '@duckdb/node-api'
import type { Logger } from '../core/logger.js'
import type { StoreOptions } from './duckdb-messages.js'
import { dayOfMs, type Partition, type Partitions } from './duckdb-partitions.js'

/** A day that fills this share of the limit is continued in a new part, so that no drop takes more than that. */
const PARTS_OF_LIMIT = 8
/** The size is looked at after so much line protocol, or after a share of the limit of a small store. */
const CHECK_AFTER_BYTES = 64 * 1_048_576

export interface RetentionParts extends StoreOptions {
  readonly connection: DuckDBConnection
  readonly partitions: Partitions
  /** While nothing is read. */
  readonly checkpoint: () => Promise<void>
  readonly logger: Logger
  readonly now: () => number
}

/**
 * Keeps the store within its days and its bytes by dropping whole partitions, the oldest first. Dropped tables give
 * their space back with the next checkpoint.
 */
export class Retention {
  readonly #parts: RetentionParts
  readonly #checkAfterBytes: number
  #uncheckedBytes = 0
  #checkedDay = 0
  /** Size when the newest part was begun or first seen. */
  #bytesBefore: number | undefined
  /** Parts that take no more points. */
  #closed: ReadonlySet<Partition> = new Set()

  constructor(parts: RetentionParts) {
    this.#parts = parts
    this.#checkAfterBytes = Math.min(CHECK_AFTER_BYTES, parts.maxBytes / PARTS_OF_LIMIT / 2)
  }

  /** Where points of the day go; within the transaction that writes them. */
  async partitionFor(day: number): Promise<Partition> {
    const { partitions, connection } = this.#parts
    const newest = partitions.newestOf(day)
    return newest === undefined || this.#closed.has(newest) ? partitions.add(connection, day) : newest
  }

  /** After a commit. */
  async wrote(bytes: number): Promise<void> {
    this.#uncheckedBytes += bytes
    const isDue = this.#uncheckedBytes >= this.#checkAfterBytes
    if (isDue || dayOfMs(this.#parts.now()) !== this.#checkedDay) await this.enforce()
  }

  /** Outside of any transaction. */
  async enforce(): Promise<void> {
    this.#uncheckedBytes = 0
    await this.#dropOldDays()
    await this.#dropForSpace()
    const bytes = await this.#size()
    this.#bytesBefore ??= bytes
    // A drop in between makes the size smaller than it was.
    this.#bytesBefore = Math.min(this.#bytesBefore, bytes)
    if (bytes - this.#bytesBefore < this.#parts.maxBytes / PARTS_OF_LIMIT) return
    this.#bytesBefore = bytes
    this.#closed = new Set(this.#parts.partitions.list)
  }

  async #dropOldDays(): Promise<void> {
    const { partitions, retentionDays, checkpoint, now } = this.#parts
    const today = dayOfMs(now())
    this.#checkedDay = today
    const old = partitions.list.filter(({ day }) => day < today - retentionDays)
    if (old.length === 0) return
    for (const partition of old)
      await this.#drop(partition, `it is past the retention of ${retentionDays} days`)
    await checkpoint()
  }

  async #dropForSpace(): Promise<void> {
    const { partitions, maxBytes, checkpoint } = this.#parts
    for (let bytes = await this.#size(); bytes > maxBytes; bytes = await this.#size()) {
      const [oldest, ...newer] = partitions.list
      if (oldest === undefined || newer.length === 0) return
      await this.#drop(oldest, `the store holds ${bytes} bytes, more than its limit of ${maxBytes}`)
      await checkpoint()
    }
  }

  async #drop(partition: Partition, why: string): Promise<void> {
    const { connection, partitions, logger, name } = this.#parts
    await connection.run('BEGIN TRANSACTION')
    await partitions.drop(connection, partition)
    await connection.run('COMMIT')
    logger.info(
      { sink: name, partition: partition.name },
      `Dropped ${partition.name} from the store: ${why}.`,
    )
  }

  /** Blocks of the file that are in use. Free blocks do not count: they are filled before the file grows. */
  async #size(): Promise<number> {
    const sql =
      'SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = current_database()'
    const [row] = (await this.#parts.connection.runAndReadAll(sql)).getRows()
    return Number(row![0])
  }
}
