import type { Environment } from '../config/environment.js'
import type { Terminal } from './terminal.js'
import type { Texts } from './texts.js'

/** What every command is given. */
export interface Context {
  readonly texts: Texts
  readonly terminal: Terminal
  /** Aborted by the first SIGINT or SIGTERM: a command then ends by itself. */
  readonly signal: AbortSignal
  /** Calls `listener` at each SIGHUP, which asks to read the configuration again. */
  onHangUp(listener: () => void): void
  /** Variables that a configuration may name. */
  readonly environment: Environment
  /** Folder of the package's own files. */
  readonly packageRoot: string
  readonly version: string
}

/** Resolves when the operator wants the command to end. */
export function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
