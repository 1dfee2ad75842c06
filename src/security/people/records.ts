/**
 * Records of one kind in a table of the state, JSON by key, all of them in memory.
 *
 * Changes are made one at a time, on disk first: what memory says is what the disk has, and two that ask for changes that
 * only one of them may have cannot both get theirs. A record that cannot be read is left on disk, told to the log, and taken for absent.
 */
import { causeOf, GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore, Table } from '../../core/state.js'

export class Records<T extends object> {
  readonly #state: StateStore
  readonly #table: Table
  readonly #records = new Map<string, T>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(state: StateStore, table: string) {
    this.#state = state
    this.#table = state.table(table)
  }

  /** To be called once, before anything else. */
  load(logger: Logger): void {
    for (const { key, value } of this.#table.entries()) {
      try {
        this.#records.set(String(key), JSON.parse(value.toString()) as T)
      } catch (error) {
        logger.error({ record: key, cause: causeOf(error) }, 'A record of people cannot be read.')
      }
    }
  }

  get size(): number {
    return this.#records.size
  }

  get(key: string): T | undefined {
    return this.#records.get(key)
  }

  values(): Iterable<T> {
    return this.#records.values()
  }

  /** Runs `change` when those before it are done. */
  inTurn<R>(change: () => Promise<R>): Promise<R> {
    const done = this.#last.then(change)
    this.#last = done.catch(() => undefined)
    return done
  }

  /** @throws {GatewayError} LG_PEOPLE_NOT_SAVED */
  async put(key: string, record: T): Promise<void> {
    await this.#commit(() => this.#table.put(key, Buffer.from(JSON.stringify(record))))
    this.#records.set(key, record)
  }

  /** @throws {GatewayError} LG_PEOPLE_NOT_SAVED */
  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    await this.#commit(() => {
      for (const key of keys) this.#table.remove(key)
    })
    for (const key of keys) this.#records.delete(key)
  }

  async #commit(write: () => void): Promise<void> {
    try {
      await this.#state.commit(write)
    } catch (error) {
      throw new GatewayError('LG_PEOPLE_NOT_SAVED', { cause: causeOf(error) }, { cause: error })
    }
  }
}
