import type { Block } from '../core/block.js'
import { lineEnds } from './lines.js'

/** The lines of several blocks under one numbering, so that a batch can be cut between any two of them. */
export class LineIndex {
  /** Number of the block's first line; one more entry than blocks. */
  readonly #firstLine: number[] = [0]
  readonly #ends: number[][] = []
  readonly #blocks: readonly Block[]

  constructor(blocks: readonly Block[]) {
    this.#blocks = blocks
    for (const { lines } of blocks) {
      const ends = lineEnds(lines)
      this.#ends.push(ends)
      this.#firstLine.push(this.count + ends.length)
    }
  }

  get count(): number {
    return this.#firstLine.at(-1)!
  }

  /** The lines from `from` up to and without `to`: one chunk for each block that they are of. */
  slice(from: number, to: number): { chunks: Buffer[]; sequences: number[] } {
    const chunks: Buffer[] = []
    const sequences: number[] = []
    for (let b = 0; b < this.#blocks.length; b++) {
      const firstLine = this.#firstLine[b]!
      const begin = Math.max(from - firstLine, 0)
      const end = Math.min(to, this.#firstLine[b + 1]!) - firstLine
      if (begin >= end) continue
      chunks.push(this.#blocks[b]!.lines.subarray(this.#startOf(b, begin), this.#ends[b]![end - 1]))
      sequences.push(this.#blocks[b]!.sequence)
    }
    return { chunks, sequences }
  }

  /** A line without its newline, and its block. */
  line(number: number): { block: Block; line: Buffer } {
    let b = 0
    while (this.#firstLine[b + 1]! <= number) b++
    const block = this.#blocks[b]!
    const within = number - this.#firstLine[b]!
    return { block, line: block.lines.subarray(this.#startOf(b, within), this.#ends[b]![within]! - 1) }
  }

  #startOf(b: number, within: number): number {
    return within === 0 ? 0 : this.#ends[b]![within - 1]!
  }
}
