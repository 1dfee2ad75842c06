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
import { causeOf, GatewayError } from './errors.js'
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

  /** What the table takes on disk: its pages, whether full or not. */
  get bytes(): number {
    const stats = this.#db.getStats() as PageCounts
    return stats.pageSize * (stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages)
  }

  /** Counted by the store itself, which is many times as fast as walking over the keys. */
  countOf(range: Range): number {
    // A copy: lmdb-js writes into what it is given.
    return this.#db.getKeysCount({ ...range })
  }
}

interface PageCounts {
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

/** What LMDB says of a file that it cannot read: MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID. */
const UNUSABLE: ReadonlySet<unknown> = new Set([-30797, -30796, -30794, -30793])

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
  #closed: Promise<void> | undefined

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
      // Anything else (permissions, address space, a full disk) is no fault of the file.
      if (!UNUSABLE.has((error as { code?: unknown }).code)) throw error
      quarantine(directory, causeOf(error), logger)
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
    // Taken now: later it would be the flush of a later transaction. It never settles if this one fails.
    const flushed = this.#env.flushed.then(ignored, ignored)
    try {
      await committed
    } catch (error) {
      throw await commitError(error)
    }
    await flushed
  }

  /** Waits for what is under way; any number of times. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    // lmdb-js waits for the flush of the last transaction, which never comes after a failure; an empty one always succeeds.
    await this.commit(ignored)
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
    maxDbs: 64,
    // With it lmdb-js makes promises that nobody can handle, and a failed commit would end the process.
    eventTurnBatching: false,
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
  if (existsSync(file)) {
    const holder = Number(readFileSync(file, 'utf8'))
    if (holder > 0 && holder !== process.pid && isGateway(holder)) throw locked(directory, holder)
    rmSync(file, { force: true })
  }
  try {
    // Exclusive: of two gateways that start at once, one finds the other's file here.
    writeFileSync(file, String(process.pid), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw locked(directory, Number(readFileSync(file, 'utf8')))
  }
}

function locked(directory: string, pid: number): GatewayError {
  return new GatewayError('LG_DATA_DIRECTORY_LOCKED', { directory: dirname(directory), pid })
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
