import { runCommandLine } from '../../src/cli/command-line.js'
import type { Terminal } from '../../src/cli/terminal.js'
import { type Language, textsIn } from '../../src/cli/texts.js'
import { packageRoot } from './package-root.js'

/** A terminal that keeps what is written to it. */
export class RecordedTerminal implements Terminal {
  output = ''
  errors = ''
  outIsTty = false
  errIsTty = false
  columns = 80
  #waiting: { text: string; resolve: () => void } | undefined

  out(text: string): void {
    this.output += text
    this.#look()
  }

  err(text: string): void {
    this.errors += text
    this.#look()
  }

  /** Resolves when `text` was written to either side. */
  shows(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { text, resolve }
      this.#look()
    })
  }

  #look(): void {
    const waiting = this.#waiting
    if (waiting === undefined || !(this.output + this.errors).includes(waiting.text)) return
    this.#waiting = undefined
    waiting.resolve()
  }
}

export interface Ran {
  readonly exitCode: number
  readonly output: string
  readonly errors: string
}

/** Runs a command in this process, against whatever servers the test has started. */
export async function linegate(argv: readonly string[], language: Language = 'en'): Promise<Ran> {
  const terminal = new RecordedTerminal()
  const exitCode = await startLinegate(argv, terminal, new AbortController().signal, language)
  return { exitCode, output: terminal.output, errors: terminal.errors }
}

/** The same, for commands that go on until the signal. */
export function startLinegate(
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
  language: Language = 'en',
): Promise<number> {
  const texts = textsIn(language)
  return runCommandLine(argv, {
    texts,
    terminal,
    signal,
    onHangUp: () => undefined,
    environment: process.env,
    packageRoot: packageRoot(),
    version: '1.2.3',
  })
}
