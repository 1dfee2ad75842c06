import type { Document } from '../documents/document.js'
import type { ExpressionWorker } from './expression-worker.js'

export interface ExpressionOptions {
  /** How long one message may take; 1,000 if absent. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 1_000

/**
 * A JSONata expression that makes one document of another. The thread that takes messages in waits for the result: this is
 * for what mappings cannot say, and takes some twenty times as long as one.
 *
 * JSONata knows no bigints: it passes integers beyond 2^53 on as they are, but does not calculate with them or compare
 * them (`expression_failed`).
 */
export class Expression {
  readonly #source: string
  readonly #worker: ExpressionWorker
  readonly #timeoutMs: number

  constructor(source: string, worker: ExpressionWorker, { timeoutMs = TIMEOUT_MS }: ExpressionOptions = {}) {
    this.#source = source
    this.#worker = worker
    this.#timeoutMs = timeoutMs
  }

  /** @throws {DecodeError} `expression_failed`, `expression_timeout`, or `too_deep` (the result) */
  evaluate(document: Document): Document {
    return this.#worker.evaluate(this.#source, document, this.#timeoutMs)
  }
}
