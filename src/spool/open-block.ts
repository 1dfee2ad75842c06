import type { DeadLetter } from '../core/dead-letter.js'
import type { Settled } from '../core/message.js'
import { Tally } from '../core/tally.js'

export interface NumberedLetter {
  readonly id: number
  readonly letter: DeadLetter
}

/** A block that was closed and waits for the disk. */
export interface ClosedBlock {
  readonly text: string
  readonly points: number
  readonly tallies: Uint32Array
  /** What it was counted with while it was open. */
  readonly bytes: number
  readonly letters: readonly NumberedLetter[]
  /** Records of others that must become durable with this block. */
  readonly alongside: readonly (() => void)[]
  readonly waiting: readonly Settled[]
}

/**
 * The block that messages are being added to. Lines are kept as one growing string, which V8 holds as a rope and
 * flattens once when the block is written; that is several times cheaper than many small writes into a buffer.
 */
export class OpenBlock {
  readonly tally = new Tally()
  #text = ''
  #points = 0
  #letterBytes = 0
  #letters: NumberedLetter[] = []
  #alongside: (() => void)[] = []
  #waiting: Settled[] = []

  get isEmpty(): boolean {
    return this.tally.length === 0 && this.#waiting.length === 0 && this.#alongside.length === 0
  }

  /** Characters of lines, bytes of letters and tallies: an estimate of what the block will take on disk. */
  get bytes(): number {
    return this.#text.length + this.#letterBytes + this.tally.length * 4
  }

  append(lines: string, points: number): void {
    this.#text += lines
    this.#points += points
  }

  deadLetter(id: number, letter: DeadLetter): void {
    this.#letters.push({ id, letter })
    this.#letterBytes += letter.payload.length
  }

  alongside(write: () => void): void {
    this.#alongside.push(write)
  }

  wait(settled: Settled): void {
    this.#waiting.push(settled)
  }

  close(): ClosedBlock {
    const closed: ClosedBlock = {
      text: this.#text,
      points: this.#points,
      tallies: this.tally.take(),
      bytes: this.bytes,
      letters: this.#letters,
      alongside: this.#alongside,
      waiting: this.#waiting,
    }
    this.#text = ''
    this.#points = 0
    this.#letterBytes = 0
    this.#letters = []
    this.#alongside = []
    this.#waiting = []
    return closed
  }
}
