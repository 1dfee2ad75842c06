/**
 * The thread of the embedded store. Reading lines and writing tables would hold up the thread that takes messages in;
 * here they use a core of their own. Writes and the care for retention come one after the other; history is read
 * beside them.
 */
import { parentPort } from 'node:worker_threads'
import { causeOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { HistoryRow } from '../core/sink.js'
import type { AnswerMessage, CallMessage, Lines, StoreOptions, Written } from './duckdb-messages.js'
import { DuckDbStore } from './duckdb-store.js'
import type { CheckedQuery } from './history.js'
import { Turns } from './turns.js'

const MAINTAIN_EVERY_MS = 60_000

class StoreThread {
  readonly #send: (message: AnswerMessage) => void
  readonly #logger: Logger
  readonly #writes = new Turns()
  #store: DuckDbStore | undefined
  #failed = false
  #timer: NodeJS.Timeout | undefined

  constructor(send: (message: AnswerMessage) => void) {
    this.#send = send
    const log = (level: 'debug' | 'info' | 'warn') => (fields: object, message: string) =>
      send({ kind: 'log', level, fields, message })
    this.#logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('warn') }
  }

  async answer(message: CallMessage): Promise<void> {
    try {
      this.#send({ kind: 'answer', id: message.id, answer: await this.#call(message) })
    } catch (error) {
      this.#send({ kind: 'failure', id: message.id, reason: causeOf(error) })
    }
  }

  #call({ call, argument }: CallMessage): Promise<Written | HistoryRow[] | undefined> {
    switch (call) {
      case 'open':
        return this.#writes.run(() => this.#open(argument as StoreOptions))
      case 'write':
        return this.#writes.run(() => this.#write(argument as Lines))
      case 'query':
        return this.#query(argument as CheckedQuery)
      case 'close':
        return this.#writes.run(() => this.#close())
    }
  }

  async #open(options: StoreOptions): Promise<undefined> {
    if (this.#store !== undefined && !this.#failed) return undefined
    await this.#close()
    this.#store = await DuckDbStore.open(options, this.#logger)
    this.#failed = false
    this.#timer = setInterval(() => void this.#maintain(), MAINTAIN_EVERY_MS)
    await this.#store.maintain()
    return undefined
  }

  async #write(lines: Lines): Promise<Written> {
    if (this.#failed) throw new Error('the store is to be opened again after its last failure')
    try {
      return await this.#opened().write(lines)
    } catch (error) {
      this.#failed = true
      throw error
    }
  }

  async #query(query: CheckedQuery): Promise<HistoryRow[] | undefined> {
    return this.#opened().query(query)
  }

  async #maintain(): Promise<void> {
    try {
      await this.#writes.run(async () => (this.#failed ? undefined : this.#store?.maintain()))
    } catch (error) {
      this.#failed = true
      this.#logger.warn({ cause: causeOf(error) }, 'The embedded store could not drop old days.')
    }
  }

  async #close(): Promise<undefined> {
    clearInterval(this.#timer)
    const store = this.#store
    this.#store = undefined
    await store?.close()
    return undefined
  }

  #opened(): DuckDbStore {
    if (this.#store === undefined) throw new Error('the store is not open')
    return this.#store
  }
}

const port = parentPort!
const thread = new StoreThread((message) => port.postMessage(message))
port.on('message', (message: CallMessage) => {
  void thread.answer(message)
})
