// Builds a release: the same commit gives the same bytes, whoever builds it, wherever and whenever. It needs the same versions of
// Node (its zlib compresses) and of what package-lock.json names (npm ci).
//
//     node scripts/pack.js [FOLDER, dist by default]
//
// Prints the file's name and its SHA-256, for others to compare. dist/ is made anew.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ROOT } from './lock-file.js'

/** What a package is not released without. */
const REQUIRED = ['LICENSE', 'SECURITY.md', 'dist/sbom.cdx.json', 'dist/src/main.js', 'dist/web/index.html']

const folder = resolve(process.argv[2] ?? join(ROOT, 'dist'))
// npm keeps the permissions of the files it packs, and they come from whoever checked them out.
process.umask(0o022)
refuseChanges()
rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
run(process.execPath, 'scripts/build.js')
run(process.execPath, 'scripts/sbom.js')
const [{ files }] = JSON.parse(npmPack('--dry-run'))
check(files.map(({ path }) => path))
for (const { path } of files) chmodSync(join(ROOT, path), path.startsWith('bin/') ? 0o755 : 0o644)
mkdirSync(folder, { recursive: true })
const [{ filename }] = JSON.parse(npmPack('--pack-destination', folder))
const digest = createHash('sha256')
  .update(readFileSync(join(folder, filename)))
  .digest('hex')
console.log(`${digest}  ${filename}`)
console.log(
  `built from ${run('git', 'rev-parse', 'HEAD').trim()} by Node ${process.version}, npm ${run('npm', '--version').trim()}`,
)

function npmPack(...args) {
  return run('npm', 'pack', '--json', '--ignore-scripts', ...args)
}

function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** A release is what a commit says, and nothing that lay about beside it. */
function refuseChanges() {
  const changes = run('git', 'status', '--porcelain')
  if (changes !== '')
    throw new Error(`a release is built from a commit, and these files are not in it:\n${changes}`)
}

function check(paths) {
  const missing = REQUIRED.filter((path) => !paths.includes(path))
  if (missing.length > 0) throw new Error(`"files" of package.json leaves out: ${missing.join(', ')}`)
}
