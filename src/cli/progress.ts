import type { Terminal } from './terminal.js'
import { fit, printable } from './width.js'

const FIRST_AFTER_MS = 1_000
const EVERY_MS_TTY = 250
const EVERY_MS_LOG = 5_000

/** One line on standard error that tells how far a command is: redrawn on a terminal, now and then a line in a log. */
export class Progress {
  readonly #terminal: Terminal
  readonly #now: () => number
  #nextAtMs: number
  #shown = false

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal
    this.#now = now
    this.#nextAtMs = now() + FIRST_AFTER_MS
  }

  /** Shows what `describe` gives if it is time for it; a command shorter than a second shows nothing. */
  update(describe: () => string): void {
    const now = this.#now()
    if (now < this.#nextAtMs) return
    const { errIsTty, columns } = this.#terminal
    this.#nextAtMs = now + (errIsTty ? EVERY_MS_TTY : EVERY_MS_LOG)
    this.#shown = true
    const text = printable(describe())
    this.#terminal.err(errIsTty ? `\r\x1b[2K${fit(text, columns - 1)}` : `${text}\n`)
  }

  /** Takes the line off the terminal. */
  end(): void {
    if (this.#shown && this.#terminal.errIsTty) this.#terminal.err('\r\x1b[2K')
    this.#shown = false
  }
}
