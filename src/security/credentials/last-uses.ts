/**
 * When each credential was used last. Table `credential-uses`: name → milliseconds since 1970, 8 bytes, big endian.
 *
 * Constraint: ten thousand devices that come back at once must not become ten thousand writes, so memory knows at once and
 * the disk once a minute, some thousands of rows at a time, the oldest first. Recovery: a crash loses the last minute of
 * it, which nothing but the list shows.
 */
import { causeOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore, Table } from '../../core/state.js'
import type { Entry } from './credential-index.js'

const WRITE_EVERY_MS = 60_000
const ROWS_PER_WRITE = 5_000
const ROW_BYTES = 8

export class LastUses {
  readonly #state: StateStore
  readonly #table: Table
  readonly #logger: Logger
  readonly #unwritten = new Set<Entry>()
  #timer: NodeJS.Timeout | undefined

  constructor(state: StateStore, logger: Logger) {
    this.#state = state
    this.#table = state.table('credential-uses')
    this.#logger = logger
  }

  read(name: string): number | undefined {
    const row = this.#table.get(name)
    return row?.length === ROW_BYTES ? Number(row.readBigUInt64BE()) : undefined
  }

  /** Of a client that was let in. */
  note(entry: Entry, nowMs: number): void {
    entry.lastUsedAtMs = nowMs
    this.#unwritten.add(entry)
  }

  /** Joins the transaction of the caller. */
  remove(entry: Entry): void {
    this.#unwritten.delete(entry)
    this.#table.remove(entry.credential.name)
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(ROWS_PER_WRITE), WRITE_EVERY_MS).unref()
  }

  /** Writes what is not written. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.write(Number.POSITIVE_INFINITY)
  }

  async write(maxRows: number): Promise<void> {
    const taken: Entry[] = []
    for (const entry of this.#unwritten) {
      if (taken.length >= maxRows) break
      taken.push(entry)
    }
    if (taken.length === 0) return
    for (const entry of taken) this.#unwritten.delete(entry)
    try {
      await this.#state.commit(() => {
        for (const { credential, lastUsedAtMs } of taken)
          this.#table.put(credential.name, rowOf(lastUsedAtMs!))
      })
    } catch (error) {
      for (const entry of taken) this.#unwritten.add(entry)
      this.#logger.warn({ cause: causeOf(error) }, 'When credentials were last used was not written.')
    }
  }
}

function rowOf(ms: number): Buffer {
  const row = Buffer.alloc(ROW_BYTES)
  row.writeBigUInt64BE(BigInt(ms))
  return row
}
