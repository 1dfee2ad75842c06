import type { Worker } from 'node:worker_threads'
import { causeOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { AnswerMessage, CallName, Calls } from './duckdb-messages.js'

interface Waiting {
  resolve(answer: unknown): void
  reject(error: Error): void
}

/** Calls into the thread of the store. When the thread ends, the calls that wait are rejected, and so are all later ones. */
export class ThreadCalls {
  readonly #worker: Worker
  readonly #logger: Logger
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #end: Error | undefined

  constructor(worker: Worker, logger: Logger) {
    this.#worker = worker
    this.#logger = logger
    worker.on('message', (message: AnswerMessage) => this.#receive(message))
    worker.on('error', (error) =>
      this.#endWith(new Error(`the thread of the store failed: ${causeOf(error)}`)),
    )
    worker.on('exit', () => this.#endWith(new Error('the thread of the store has ended')))
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  call<N extends CallName>(
    call: N,
    argument: Calls[N]['argument'],
    transferred: readonly ArrayBuffer[] = [],
  ): Promise<Calls[N]['answer']> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    const id = ++this.#lastId
    return new Promise<Calls[N]['answer']>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (answer) => resolve(answer as Calls[N]['answer']), reject })
      this.#worker.postMessage({ id, call, argument }, transferred)
    })
  }

  async close(): Promise<void> {
    if (this.#end === undefined) await this.call('close', undefined)
    await this.#worker.terminate()
  }

  #receive(message: AnswerMessage): void {
    if (message.kind === 'log') {
      this.#logger[message.level](message.fields, message.message)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.kind === 'answer') waiting?.resolve(message.answer)
    else waiting?.reject(new Error(message.reason))
  }

  #endWith(error: Error): void {
    this.#end ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
