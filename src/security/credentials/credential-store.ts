/**
 * The rows of credentials: disk and memory together.
 *
 * Constraints. Reads are synchronous and from memory: a CONNECT costs one look-up. Only digests and hashes are kept.
 *
 * Format. Table `credentials`, see credential-row.ts; `credential-uses`, see last-uses.ts.
 *
 * Invariants. The disk goes first: what memory lets in is on disk, and a change that is not on disk has not been made. One
 * change at a time (`Turns`), so that what one has checked still holds when it is written.
 *
 * Recovery. None is needed: a transaction is there or not. A row that cannot be read is told to the log and lets nobody
 * in; it stays on disk until its name is used again.
 */
import { causeOf, GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore, Table } from '../../core/state.js'
import type { Credential } from './credential.js'
import { CredentialIndex, type Entry } from './credential-index.js'
import { decodeCredential, encodeCredential } from './credential-row.js'
import { LastUses } from './last-uses.js'
import { Turns } from './turns.js'

/** What is written in the same transaction as a change. */
export interface Companion {
  /** Before anything is written, when its turn has come; may throw. */
  check(): void
  /** Joins the transaction. */
  write(): void
  /** It is on disk. */
  written(): void
}

export class CredentialStore {
  readonly index = new CredentialIndex()
  readonly lastUses: LastUses
  readonly #state: StateStore
  readonly #table: Table
  readonly #turns = new Turns()

  constructor(state: StateStore, logger: Logger) {
    this.#state = state
    this.#table = state.table('credentials')
    this.lastUses = new LastUses(state, logger)
    for (const { key, value } of this.#table.entries()) this.#load(String(key), value, logger)
  }

  /** Runs `work` when those before it are done. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work)
  }

  /**
   * Only in turn.
   * @throws {GatewayError} LG_CREDENTIAL_NOT_SAVED; memory is as it was
   */
  async put(credential: Credential, companion?: Companion): Promise<Entry> {
    await this.commit(() => {
      this.#table.put(credential.name, encodeCredential(credential))
      companion?.write()
    })
    const entry = this.index.put(credential)
    companion?.written()
    return entry
  }

  /**
   * Only in turn.
   * @throws {GatewayError} LG_CREDENTIAL_NOT_SAVED; memory is as it was
   */
  async remove(entry: Entry): Promise<void> {
    const { name } = entry.credential
    await this.commit(() => {
      this.#table.remove(name)
      this.lastUses.remove(entry)
    })
    this.index.remove(name)
  }

  /** @throws {GatewayError} LG_CREDENTIAL_NOT_SAVED */
  async commit(write: () => void): Promise<void> {
    try {
      await this.#state.commit(write)
    } catch (error) {
      throw new GatewayError('LG_CREDENTIAL_NOT_SAVED', { cause: causeOf(error) }, { cause: error })
    }
  }

  #load(name: string, row: Buffer, logger: Logger): void {
    try {
      const entry = this.index.put(decodeCredential(row))
      entry.lastUsedAtMs = this.lastUses.read(name)
    } catch (error) {
      logger.error({ name, cause: causeOf(error) }, 'A credential cannot be read, and lets nobody in.')
    }
  }
}
