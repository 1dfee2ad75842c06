import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../support/package-root.js'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs one of scripts/ to its end. */
export function script(name: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(packageRoot(), 'scripts', name), ...args],
    { encoding: 'utf8', env: { ...process.env, ...environment } },
  )
  return { code: status, out: stdout, err: stderr }
}
