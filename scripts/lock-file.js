// What the other scripts want to know of package-lock.json.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')

export function readLock(file = join(ROOT, 'package-lock.json')) {
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  if (lock.lockfileVersion !== 3) throw new Error(`${file} is not of lockfile version 3`)
  return lock
}

/** Its packages, each with its name; the project itself and links into it are left out. */
export function packagesOf(lock) {
  return Object.entries(lock.packages)
    .filter(([place, entry]) => place !== '' && entry.link !== true)
    .map(([place, entry]) => ({ place, name: entry.name ?? place.split('node_modules/').at(-1), ...entry }))
}

/** Those that `npm install --omit=dev` brings to somebody's machine, optional ones included. */
export function shippedPackages(lock) {
  return packagesOf(lock).filter(({ dev }) => dev !== true)
}

/** A file that stands in place of the project's own, for tests: the value behind `--lock`. */
export function lockArgument(argv) {
  const at = argv.indexOf('--lock')
  return at < 0 ? undefined : argv[at + 1]
}
