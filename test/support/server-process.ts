import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from './ports.js'

/** A server program that a test starts, stops and starts again; it is always stopped by its own process id. */
export class ServerProcess {
  readonly #command: string
  readonly #parameters: readonly string[]
  readonly #answers: () => Promise<boolean>
  #child: ChildProcess | undefined

  /** @param answers whether the server is ready */
  constructor(command: string, parameters: readonly string[], answers: () => Promise<boolean>) {
    this.#command = command
    this.#parameters = parameters
    this.#answers = answers
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Starts it and waits until it answers. */
  async up(): Promise<void> {
    const child = spawn(this.#command, this.#parameters, { stdio: 'ignore' })
    this.#child = child
    await once(child, 'spawn')
    await eventually(`${this.#command} answers`, async () => {
      if (child.exitCode !== null) throw new Error(`${this.#command} ended with ${child.exitCode}`)
      const ready = await this.#answers().catch(() => false)
      return ready ? true : undefined
    })
  }

  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    child.kill('SIGCONT')
    await exit
  }

  /** It keeps its connections and answers nothing until `thaw`. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }
}
