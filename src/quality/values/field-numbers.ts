import { numberOf } from './decimal.js'

const MAX_POSITIONS = 256

/**
 * The numbers that texts stand for, by the position of the field in the point: stages that look at the same value one after
 * the other read it once. The text itself tells whether a number is still that of the field.
 */
export class FieldNumbers {
  readonly #texts: string[] = []
  readonly #numbers: number[] = []

  of(position: number, text: string): number {
    if (this.#texts[position] === text) return this.#numbers[position]!
    const number = numberOf(text)
    this.note(position, text, number)
    return number
  }

  note(position: number, text: string, number: number): void {
    if (position >= MAX_POSITIONS) return
    this.#texts[position] = text
    this.#numbers[position] = number
  }
}
