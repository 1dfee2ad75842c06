// Writes the software bill of materials of what ships at run time: CycloneDX 1.5 as JSON, into the package.
//
//     node scripts/sbom.js [FILE, dist/sbom.cdx.json by default]
//
// The same lock file gives the same bytes: npm's random serial number becomes a digest of the lock file, the time that of the
// last commit (or SOURCE_DATE_EPOCH, in seconds), and everything is sorted.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ROOT } from './lock-file.js'

const file = resolve(process.argv[2] ?? join(ROOT, 'dist', 'sbom.cdx.json'))
mkdirSync(dirname(file), { recursive: true })
writeFileSync(file, `${JSON.stringify(reproducible(fromNpm()), null, 2)}\n`)

function output(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`)
  return stdout
}

function fromNpm() {
  return JSON.parse(
    output(
      'npm',
      'sbom',
      '--sbom-format=cyclonedx',
      '--sbom-type=application',
      '--omit=dev',
      '--package-lock-only',
    ),
  )
}

function reproducible(bom) {
  const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const { metadata, components, dependencies } = bom
  return sorted({
    ...bom,
    serialNumber: `urn:uuid:${uuidOfLock()}`,
    metadata: {
      ...metadata,
      timestamp: new Date(commitTimeMs()).toISOString(),
      // Another npm that says the same shall not be another document.
      tools: [{ vendor: 'npm', name: 'npm sbom' }],
      // npm names the folder.
      component: { ...metadata.component, name },
    },
    components: components.toSorted(by('bom-ref')),
    dependencies: dependencies
      .map((row) => ({ ...row, dependsOn: [...new Set(row.dependsOn)].sort() }))
      .sort(by('ref')),
  })
}

/** By code units, whatever the locale. */
function by(key) {
  return (a, b) => (a[key] < b[key] ? -1 : Number(a[key] > b[key]))
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

/** Version 8 of RFC 9562: bits of one's own choice. */
function uuidOfLock() {
  const hash = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest()
  hash[6] = (hash[6] & 0x0f) | 0x80
  hash[8] = (hash[8] & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

function commitTimeMs() {
  const seconds = process.env.SOURCE_DATE_EPOCH ?? output('git', 'log', '-1', '--format=%ct').trim()
  if (!/^\d+$/.test(seconds)) throw new Error(`SOURCE_DATE_EPOCH is no number of seconds: ${seconds}`)
  return Number(seconds) * 1_000
}
