import type { Block } from '../core/block.js'
import type { SinkBatch, Verdict } from '../core/sink.js'
import { LineIndex } from './line-index.js'
import type { Outcome } from './outcome.js'

/** What all parts of one batch share. */
export type BatchIdentity = Pick<SinkBatch, 'spoolId' | 'firstSequence' | 'lastSequence'>

/** Resolves when the sink has decided; with undefined when the batch is not wanted any more. */
export type Send = (part: SinkBatch) => Promise<Exclude<Verdict, { kind: 'retry' }> | undefined>

/**
 * Finds the lines for which a batch was rejected, by halves, from left to right: one poison line of n costs about
 * 2 log₂ n requests. When the left half was stored, the poison must be in the right, which is split at once; a
 * single line is always sent, so that the sink says what is wrong with it.
 */
export class Isolation {
  readonly #identity: BatchIdentity
  readonly #lines: LineIndex
  readonly #outcome: Outcome
  readonly #send: Send
  #partsSent = 0
  /** Lines before this one are decided. */
  #decided = 0

  constructor(identity: BatchIdentity, blocks: readonly Block[], outcome: Outcome, send: Send) {
    this.#identity = identity
    this.#lines = new LineIndex(blocks)
    this.#outcome = outcome
    this.#send = send
  }

  /** Resolves with the number of lines left undecided: none, unless the batch was not wanted any more. */
  async run(reason: string): Promise<number> {
    await this.#split(0, this.#lines.count, reason)
    return this.#lines.count - this.#decided
  }

  dropUndecided(): void {
    for (; this.#decided < this.#lines.count; this.#decided++) {
      const { block, line } = this.#lines.line(this.#decided)
      this.#outcome.dropLine(block, line)
    }
  }

  /** For lines that were rejected together. */
  async #split(from: number, to: number, reason: string): Promise<void> {
    if (to - from === 1) return this.#reject(from, reason)
    const middle = (from + to) >>> 1
    const leftStored = await this.#try(from, middle)
    if (this.#decided < middle) return
    if (leftStored && to - middle > 1) await this.#split(middle, to, reason)
    else await this.#try(middle, to)
  }

  /** Whether the lines were stored all together. */
  async #try(from: number, to: number): Promise<boolean> {
    const verdict = await this.#send(this.#part(from, to))
    if (verdict?.kind === 'stored') this.#decided = to
    else if (verdict?.kind === 'rejected') await this.#split(from, to, verdict.reason)
    return verdict?.kind === 'stored'
  }

  #reject(number: number, reason: string): void {
    const { block, line } = this.#lines.line(number)
    this.#outcome.rejectLine(block, line, reason)
    this.#decided = number + 1
  }

  #part(from: number, to: number): SinkBatch {
    const { chunks, sequences } = this.#lines.slice(from, to)
    return {
      ...this.#identity,
      chunks,
      sequences,
      bytes: chunks.reduce((sum, { length }) => sum + length, 0),
      points: to - from,
      part: { index: this.#partsSent++, isLast: to === this.#lines.count },
    }
  }
}
