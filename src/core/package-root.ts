import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface PackageJson {
  readonly name: string
  readonly version: string
}

/** The folder that holds the package's own files (config/, docs/), and its version, wherever it was installed. */
export function findPackage(): { root: string; version: string } {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as PackageJson
      if (name === 'linegate') return { root: folder, version }
    }
    if (folder === dirname(folder)) throw new Error('The installation is incomplete: package.json is missing')
  }
}
