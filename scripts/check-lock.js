// Fails unless every package of package-lock.json has an integrity hash (SHA-512) and comes from a registry over https.
//
//     node scripts/check-lock.js [--lock FILE]
//     node scripts/check-lock.js --complete [--lock FILE]    asks the registry for the hashes that are missing
//
// An entry without `resolved` comes from the registry that npm is configured for, the public one unless a file .npmrc says
// otherwise: there must be none here. No entry names another address: install with --omit-lockfile-registry-resolved. What is downloaded has to fit the hash either way.
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockArgument, packagesOf, ROOT, readLock } from './lock-file.js'

// Binaries of platforms that the registry at hand did not serve when the lock file was made: npm was told of them by hand, so
// that `npm ci` works on these platforms. They are optional, and npm takes them unchecked until --complete was run once
// against the public registry.
const WITHOUT_HASH = [
  '@biomejs/cli-android-arm64',
  '@biomejs/cli-android-x64',
  '@biomejs/cli-darwin-arm64',
  '@biomejs/cli-darwin-x64',
  '@biomejs/cli-linux-arm64-musl',
  '@biomejs/cli-linux-x64-musl',
  '@biomejs/cli-win32-arm64',
  '@biomejs/cli-win32-x64',
  '@cbor-extract/cbor-extract-darwin-arm64',
  '@cbor-extract/cbor-extract-darwin-x64',
  '@cbor-extract/cbor-extract-linux-arm',
  '@cbor-extract/cbor-extract-linux-arm64',
  '@cbor-extract/cbor-extract-linux-x64',
  '@cbor-extract/cbor-extract-win32-x64',
  '@duckdb/node-bindings-darwin-arm64',
  '@duckdb/node-bindings-darwin-x64',
  '@duckdb/node-bindings-linux-arm64',
  '@duckdb/node-bindings-linux-arm64-musl',
  '@duckdb/node-bindings-win32-arm64',
  '@duckdb/node-bindings-win32-x64',
  '@msgpackr-extract/msgpackr-extract-darwin-arm64',
  '@msgpackr-extract/msgpackr-extract-darwin-x64',
  '@msgpackr-extract/msgpackr-extract-linux-arm',
  '@msgpackr-extract/msgpackr-extract-win32-x64',
]

const argv = process.argv.slice(2)
const file = lockArgument(argv) ?? join(ROOT, 'package-lock.json')
if (argv.includes('--complete')) complete()
else check()

function check() {
  const packages = packagesOf(readLock(file))
  const known = packages.filter((entry) => entry.integrity === undefined && isKnown(entry))
  const faults = packages.flatMap((entry) => faultsOf(entry).map((fault) => `${entry.place}: ${fault}`))
  if (existsSync(join(ROOT, '.npmrc'))) faults.push('.npmrc: the registry must not be chosen here')
  console.log(`${packages.length} packages, ${packages.length - known.length} with integrity hash.`)
  if (known.length > 0) {
    console.log(`Known to lack one, optional binaries of other platforms (complete them on the public registry with
"node scripts/check-lock.js --complete"):\n${known.map(({ name, version }) => `  ${name}@${version}`).join('\n')}`)
  }
  for (const fault of faults) console.error(`FAULT ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}

function isKnown({ name, optional, os, cpu }) {
  return optional === true && os !== undefined && cpu !== undefined && WITHOUT_HASH.includes(name)
}

function faultsOf(entry) {
  const faults = []
  if (entry.integrity === undefined) {
    if (!isKnown(entry)) faults.push('has no integrity hash')
  } else if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity)) {
    faults.push(`has no SHA-512 hash: ${entry.integrity}`)
  }
  if (entry.resolved !== undefined) {
    faults.push(`does not come from the public registry over https alone: it names ${entry.resolved}`)
  }
  return faults
}

/** Writes what the registry says into the lock file; all or nothing. */
function complete() {
  const lock = readLock(file)
  for (const { place, name, version } of packagesOf(lock).filter((entry) => entry.integrity === undefined)) {
    const { integrity, license } = askRegistry(name, version)
    Object.assign(lock.packages[place], { integrity, license })
    console.log(`${name}@${version} ${integrity}`)
  }
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
}

function askRegistry(name, version) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['view', `${name}@${version}`, 'dist.integrity', 'license', '--json'],
    { encoding: 'utf8' },
  )
  const answer = status === 0 && stdout.trim() !== '' ? JSON.parse(stdout) : {}
  const integrity = answer['dist.integrity']
  if (integrity === undefined) throw new Error(`the registry has no ${name}@${version}:\n${stderr}`)
  return { integrity, license: answer.license }
}
