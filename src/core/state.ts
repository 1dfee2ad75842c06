/**
 * The gateway's state on disk: one LMDB environment, `<dataDirectory>/state`, with a table for each kind of
 * record (blocks, cursors, dead letters, ledger, devices, sessions). One environment means one transaction:
 * what a block changes anywhere becomes durable with the block, or not at all.
 *
 * Constraints: one gateway per directory (a lock file names its process). Values are bytes; each table knows its
 * own format. Writes are queued and committed off the main thread; a failed commit (disk full) rolls the whole
 * batch back, rejects its promise and leaves the environment usable.
 *
 * Recovery: LMDB needs none after a crash of the process or of the machine. A file that is not LMDB's, or is shorter
 * than its own header says, would crash the process when mapped; it is recognised before it is opened, and the
 * directory is set aside under another name, never wiped.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import { GatewayError } from './errors.js'
import { damageOf } from './lmdb-file.js'
import type { Logger } from './logger.js'

export type Key = number | string | (number | string)[]

export interface Range {
  /** Inclusive. */
  readonly start?: Key
  /** Exclusive. */
  readonly end?: Key
  readonly reverse?: boolean
  readonly limit?: number
}

/** A sorted map on disk. Writes outside of `StateStore.commit` join the next transaction of the environment. */
export class Table {
  readonly #db: Database<Buffer, Key>

  constructor(db: Database<Buffer, Key>) {
    this.#db = db
  }

  /** A copy of the committed value. */
  get(key: Key): Buffer | undefined {
    return this.#db.getBinary(key)
  }

  put(key: Key, value: Buffer): void {
    this.#db.put(key, value).catch(ignored)
  }

  remove(key: Key): void {
    this.#db.remove(key).catch(ignored)
  }

  entries(range: Range = {}): Iterable<{ key: Key; value: Buffer }> {
    return this.#db.getRange(range)
  }

  keys(range: Range = {}): Iterable<Key> {
    return this.#db.getKeys(range)
  }

  lastKey(): Key | undefined {
    for (const key of this.#db.getKeys({ reverse: true, limit: 1 })) return key
    return undefined
  }

  get size(): number {
    return (this.#db.getStats() as { entryCount: number }).entryCount
  }
}

/** The failure of one write is the failure of its batch, which `commit` reports. */
function ignored(): void {}

export interface StateOptions {
  readonly directory: string
  /** Address space for the file; the file itself grows as needed. */
  readonly mapBytes: number
  readonly logger: Logger
}

export class StateStore {
  readonly directory: string
  readonly #env: RootDatabase<Buffer, Key>

  private constructor(directory: string, env: RootDatabase<Buffer, Key>) {
    this.directory = directory
    this.#env = env
  }

  /** @throws {GatewayError} LG_DATA_DIRECTORY_LOCKED */
  static open(options: StateOptions): StateStore {
    const { directory, logger } = options
    mkdirSync(directory, { recursive: true })
    lock(directory)
    const file = join(directory, 'data.mdb')
    const damage = existsSync(file) ? damageOf(file) : undefined
    if (damage !== undefined) quarantine(directory, damage, logger)
    try {
      return new StateStore(directory, openEnvironment(options))
    } catch (error) {
      quarantine(directory, String(error), logger)
      return new StateStore(directory, openEnvironment(options))
    }
  }

  table(name: string): Table {
    return new Table(this.#env.openDB<Buffer, Key>({ name, encoding: 'binary' }))
  }

  /**
   * Runs `write`, whose puts and removes become one transaction, and resolves when it is flushed to disk.
   * Rejects, with nothing written, when the disk does not take it.
   */
  async commit(write: () => void): Promise<void> {
    const committed = this.#env.batch(write)
    const { flushed } = this.#env
    try {
      await committed
    } catch (error) {
      throw await commitError(error)
    }
    await flushed
  }

  async close(): Promise<void> {
    await this.#env.close()
    rmSync(lockFile(this.directory), { force: true })
  }
}

/** lmdb-js keeps the reason of a failed commit in a promise of its own, which nobody else awaits. */
async function commitError(error: unknown): Promise<unknown> {
  const reason = (error as { commitError?: Promise<never> }).commitError
  return reason === undefined ? error : reason.catch((cause: unknown) => cause)
}

function openEnvironment({ directory, mapBytes }: StateOptions): RootDatabase<Buffer, Key> {
  return open<Buffer, Key>({
    path: directory,
    encoding: 'binary',
    mapSize: mapBytes,
    maxDbs: 32,
  })
}

function quarantine(directory: string, cause: string, logger: Logger): void {
  const aside = `${directory}.quarantine-${new Date().toISOString().replace(/[:.]/g, '')}`
  renameSync(directory, aside)
  mkdirSync(directory)
  lock(directory)
  const error = new GatewayError('LG_STATE_QUARANTINED', {
    directory: dirname(directory),
    cause,
    quarantine: basename(aside),
  })
  logger.error({ code: error.code, quarantine: aside, action: error.action }, error.message)
}

function lockFile(directory: string): string {
  return join(directory, 'gateway.pid')
}

function lock(directory: string): void {
  const file = lockFile(directory)
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (holder > 0 && holder !== process.pid && isGateway(holder)) {
    throw new GatewayError('LG_DATA_DIRECTORY_LOCKED', { directory: dirname(directory), pid: holder })
  }
  writeFileSync(file, String(process.pid))
}

/** A process of that id that has the environment open; an id that was given to another program does not count. */
function isGateway(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const commandLine = `/proc/${pid}/cmdline`
  return !existsSync(commandLine) || /node|linegate/.test(readFileSync(commandLine, 'utf8'))
}
