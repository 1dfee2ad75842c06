// Compiles the gateway and the page into dist/. The page is plain TypeScript without a bundler: its only
// imports are types, so each file becomes one script that the browser loads as it is.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

for (const project of ['tsconfig.json', 'web/tsconfig.json']) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

mkdirSync(join(root, 'dist', 'web'), { recursive: true })
cpSync(join(root, 'web', 'static'), join(root, 'dist', 'web'), { recursive: true })
