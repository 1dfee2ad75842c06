import type { DeadLetter } from '../core/dead-letter.js'
import type { Settled } from '../core/message.js'
import { Tally, type TallyRows } from '../core/tally.js'
import { LineBuffer } from './line-buffer.js'
import { Waiting } from './waiting.js'

export interface NumberedLetter {
  readonly id: number
  readonly letter: DeadLetter
}

/** A block that was closed and waits for the disk. */
export interface ClosedBlock extends TallyRows {
  readonly lines: Buffer
  readonly points: number
  /** What it was counted with while it was open. */
  readonly bytes: number
  readonly letters: readonly NumberedLetter[]
  /** Records of others that must become durable with this block. */
  readonly alongside: readonly (() => void)[]
  readonly waiting: Waiting
}

/** The block that messages are being added to. */
export class OpenBlock {
  /** Rises with each block; not its sequence on disk. */
  number = 1
  readonly tally = new Tally()
  readonly #lines = new LineBuffer()
  #points = 0
  #letterBytes = 0
  #letters: NumberedLetter[] = []
  #alongside: (() => void)[] = []
  #waiting = new Waiting()

  get isEmpty(): boolean {
    return this.tally.length === 0 && this.#waiting.isEmpty && this.#alongside.length === 0
  }

  /** Of lines, letters and tallies: an estimate of what the block will take on disk. */
  get bytes(): number {
    return this.#lines.length + this.#letterBytes + this.tally.length * 4
  }

  append(lines: string, points: number): void {
    this.#lines.append(lines)
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
    this.#waiting.add(settled)
  }

  close(): ClosedBlock {
    const { bytes } = this
    const closed: ClosedBlock = {
      lines: this.#lines.take(),
      points: this.#points,
      ...this.tally.take(),
      bytes,
      letters: this.#letters,
      alongside: this.#alongside,
      waiting: this.#waiting,
    }
    this.number++
    this.#points = 0
    this.#letterBytes = 0
    this.#letters = []
    this.#alongside = []
    this.#waiting = new Waiting()
    return closed
  }
}
