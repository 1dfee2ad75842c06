import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { packageRoot } from '../support/package-root.js'
import { script } from './script.js'

interface Entry {
  integrity?: string
  license?: string
  resolved?: string
}

const folder = mkdtempSync(join(tmpdir(), 'linegate-lock-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The project's lock file with one entry changed. */
function changedLock(place: string, change: (entry: Entry) => void): string {
  const lock = JSON.parse(readFileSync(join(packageRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Entry>
  }
  change(lock.packages[place]!)
  const file = join(folder, 'package-lock.json')
  writeFileSync(file, JSON.stringify(lock))
  return file
}

test('the lock file has an integrity hash for everything but the binaries that are known to lack one', () => {
  const { code, out, err } = script('check-lock.js', [])
  assert.equal(code, 0, err)
  assert.match(out, /^[1-9]\d* packages, [1-9]\d* with integrity hash/)
})

test('a package without integrity hash is named, and fails the check', () => {
  const file = changedLock('node_modules/aedes', (entry) => delete entry.integrity)
  const { code, err } = script('check-lock.js', ['--lock', file])
  assert.equal(code, 1)
  assert.equal(err, 'FAULT node_modules/aedes: has no integrity hash\n')
})

test('a weak hash does not count as one', () => {
  const file = changedLock('node_modules/ws', (entry) => {
    entry.integrity = 'sha1-oneoneoneoneoneoneoneoneone='
  })
  const { code, err } = script('check-lock.js', ['--lock', file])
  assert.equal(code, 1)
  assert.match(err, /node_modules\/ws: has no SHA-512 hash/)
})

for (const resolved of [
  'http://packages.example/ws.tgz',
  'https://evil.example/ws.tgz',
  'git+ssh://x/ws.git',
]) {
  test(`a package from ${resolved} fails the check`, () => {
    const file = changedLock('node_modules/ws', (entry) => {
      entry.resolved = resolved
    })
    const { code, err } = script('check-lock.js', ['--lock', file])
    assert.equal(code, 1)
    assert.match(err, /node_modules\/ws: does not come from the public registry over https/)
  })
}

test('missing hashes are taken from the registry, and nothing is written where it does not know one', async () => {
  const integrity = `sha512-${'A'.repeat(86)}==`
  const registry = createServer((request, response) => {
    const name = decodeURIComponent(request.url!.slice(1))
    const version = {
      name,
      version: '1.5.6-r.1',
      license: 'MIT',
      dist: { integrity, tarball: 'http://127.0.0.1/' },
    }
    const knows = name.startsWith('@duckdb/')
    response.writeHead(knows ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(knows ? { name, versions: { '1.5.6-r.1': version } } : {}))
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  const address = registry.address()
  assert.ok(address !== null && typeof address === 'object')
  const place = 'node_modules/@duckdb/node-bindings-win32-x64'
  const entry = { version: '1.5.6-r.1', optional: true }
  const file = join(folder, 'small-lock.json')
  const complete = async (packages: object) => {
    writeFileSync(file, JSON.stringify({ lockfileVersion: 3, packages }))
    const child = spawn(
      process.execPath,
      [join(packageRoot(), 'scripts', 'check-lock.js'), '--complete', '--lock', file],
      {
        stdio: 'ignore',
        env: {
          ...process.env,
          npm_config_registry: `http://127.0.0.1:${address.port}/`,
          npm_config_fetch_retries: '0',
        },
      },
    )
    const [code] = (await once(child, 'exit')) as [number]
    return code
  }
  try {
    assert.equal(await complete({ [place]: entry }), 0)
    const written = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }
    assert.deepEqual(written.packages[place], { ...entry, integrity, license: 'MIT' })
    assert.equal(await complete({ [place]: entry, 'node_modules/unheard-of': { version: '1.0.0' } }), 1)
    assert.doesNotMatch(readFileSync(file, 'utf8'), /sha512/)
  } finally {
    registry.close()
  }
})

test('every licence of what ships is compatible, or is an exception with its reason', () => {
  const { code, out, err } = script('check-licenses.js', [])
  assert.equal(code, 0, err)
  assert.match(out, /@lhncbc\/ucum-lhc@\S+: BSD-like terms/)
})

for (const license of [
  'GPL-3.0-only',
  'MIT AND SSPL-1.0',
  'UNLICENSED',
  '(MIT OR (ISC AND AGPL-3.0-only))',
]) {
  test(`a package that ships under ${license} fails the check`, () => {
    const file = changedLock('node_modules/ws', (entry) => {
      entry.license = license
    })
    const { code, err } = script('check-licenses.js', ['--lock', file])
    assert.equal(code, 1)
    assert.match(err, /^FAULT ws@/)
  })
}

test('a package whose exception is for another licence fails the check', () => {
  const file = changedLock('node_modules/@lhncbc/ucum-lhc', (entry) => {
    entry.license = 'GPL-2.0-only'
  })
  assert.equal(script('check-licenses.js', ['--lock', file]).code, 1)
})

test('of two licences to choose from, one that is compatible is enough', () => {
  const file = changedLock('node_modules/ws', (entry) => {
    entry.license = '(GPL-3.0-only OR MIT)'
  })
  assert.equal(script('check-licenses.js', ['--lock', file]).code, 0)
})
