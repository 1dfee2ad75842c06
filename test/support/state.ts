import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'

/** A directory for one test; remove it with `rmSync` in `after`. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'linegate-test-'))
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}

/** The state of a data directory, as the gateway opens it. */
export function openState(directory: string): StateStore {
  return StateStore.open({ directory: join(directory, 'state'), mapBytes: 2 ** 28, logger: silentLogger })
}
