import { deserialize } from 'node:v8'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { DecodeError } from '../decoder.js'
import type { Document } from '../documents/document.js'
import type { Answer, Question, ThreadStart } from './messages.js'

const START_TIMEOUT_MS = 10_000
/** For JSONata to notice that its time is over, which it does between the steps of an expression, not within one. */
const GRACE_MS = 250
/** Several times what the largest document takes: a thread beyond its limit may take the process with it. */
const MEMORY_MIB = 1_024

interface Thread {
  readonly worker: Worker
  readonly port: MessagePort
  /** Answers given so far. */
  readonly answers: Int32Array
}

/**
 * The one thread that evaluates the expressions of a gateway. It is started by the first expression; one that does not
 * answer in time is replaced. It does not keep the process alive.
 */
export class ExpressionWorker {
  #thread: Thread | undefined

  /**
   * Blocks until the result is there.
   *
   * @throws {DecodeError} `expression_failed` with JSONata's own message, `expression_timeout`, `too_deep`
   */
  evaluate(source: string, document: Document, timeoutMs: number): Document {
    const thread = this.#started()
    const question: Question = { source, document, timeoutMs }
    const before = Atomics.load(thread.answers, 0)
    thread.port.postMessage(question)
    if (Atomics.wait(thread.answers, 0, before, timeoutMs + GRACE_MS) === 'timed-out') {
      this.#discard(thread)
      throw new DecodeError('expression_timeout', `the expression gave no result within ${timeoutMs} ms`)
    }
    const answer = (receiveMessageOnPort(thread.port) as { message: Answer }).message
    if (answer.kind === 'fault') throw new DecodeError(answer.code, answer.message)
    return deserialize(answer.bytes) as Document
  }

  async close(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    this.#thread = undefined
    thread.port.close()
    await thread.worker.terminate()
  }

  #started(): Thread {
    if (this.#thread !== undefined) return this.#thread
    const thread = startThread()
    this.#thread = thread
    // A thread that has used up its memory ends by itself, with an error; the message at fault has failed by timeout.
    thread.worker.on('error', () => this.#discard(thread))
    if (Atomics.wait(thread.answers, 0, 0, START_TIMEOUT_MS) === 'timed-out') {
      this.#discard(thread)
      throw new DecodeError('expression_timeout', `no thread for expressions within ${START_TIMEOUT_MS} ms`)
    }
    return thread
  }

  /** The thread may be in an endless loop: it is ended, and nobody waits for that. */
  #discard(thread: Thread): void {
    if (this.#thread === thread) this.#thread = undefined
    thread.port.close()
    void thread.worker.terminate()
  }
}

function startThread(): Thread {
  const { port1, port2 } = new MessageChannel()
  const answers = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const workerData: ThreadStart = { port: port2, answers }
  const worker = new Worker(new URL('./expression-thread.js', import.meta.url), {
    workerData,
    transferList: [port2],
    // Options of the process that say how its own program is read would stop a thread from reading its file.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
  })
  worker.unref()
  port1.unref()
  return { worker, port: port1, answers: new Int32Array(answers) }
}
