import type { Terminal } from './terminal.js'
import { fit, printable } from './width.js'

/** A block of lines that is drawn over itself on a terminal; elsewhere each drawing follows the last. */
export class Screen {
  readonly #terminal: Terminal
  #height = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  draw(lines: readonly string[]): void {
    const { outIsTty, columns } = this.#terminal
    if (!outIsTty) {
      this.#terminal.out(lines.map((line) => `${printable(line)}\n`).join(''))
      return
    }
    const back = this.#height === 0 ? '' : `\x1b[${this.#height}F\x1b[0J`
    // A line that wraps would make the block higher than it is counted.
    this.#terminal.out(back + lines.map((line) => `${fit(printable(line), columns - 1)}\n`).join(''))
    this.#height = lines.length
  }

  /** What is written next follows the block. */
  leave(): void {
    this.#height = 0
  }
}
