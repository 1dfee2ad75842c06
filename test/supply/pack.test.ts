import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { packageRoot } from '../support/package-root.js'

const root = packageRoot()
const folder = mkdtempSync(join(tmpdir(), 'linegate-pack-'))
const first = join(folder, 'first')
const second = join(folder, 'elsewhere', 'another-name')

interface Built {
  readonly code: number | null
  readonly text: string
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  })
}

/** Dependencies are those that are installed; the link is not part of the sources. */
function clone(from: string, to: string): void {
  git(folder, 'clone', '--quiet', from, to)
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'))
  appendFileSync(join(to, '.git', 'info', 'exclude'), 'node_modules\n')
}

/** Makes a commit of what the working tree holds beyond its last one. */
function commitWorkingTree(to: string): void {
  const names = (...args: string[]) =>
    git(root, '--no-optional-locks', ...args)
      .split('\0')
      .filter((name) => name !== '')
  for (const file of names('diff', '--name-only', '--no-renames', '-z', '--diff-filter=D', 'HEAD'))
    rmSync(join(to, file))
  const changed = names('diff', '--name-only', '--no-renames', '-z', '--diff-filter=d', 'HEAD')
  for (const file of [...changed, ...names('ls-files', '-z', '--others', '--exclude-standard')])
    cpSync(join(root, file), join(to, file))
  git(to, 'add', '--all')
  git(to, 'commit', '--quiet', '--allow-empty', '--message', 'as in the working tree')
}

async function build(at: string, umask: string, environment: NodeJS.ProcessEnv): Promise<Built> {
  const command = 'umask "$1"; exec "$2" scripts/pack.js packed'
  const child = spawn('sh', ['-c', command, 'sh', umask, process.execPath], {
    cwd: at,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, text }
}

function packed(at: string): Buffer {
  const files = readdirSync(join(at, 'packed'))
  assert.equal(files.length, 1)
  return readFileSync(join(at, 'packed', files[0]!))
}

before(() => {
  clone(root, first)
  commitWorkingTree(first)
  mkdirSync(dirname(second))
  clone(first, second)
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('two clones give the same bytes, under other names, clocks, time zones, languages and permissions', async () => {
  const clock = join(folder, 'clock.mjs')
  // Four hundred days ahead, for all that runs in Node.
  writeFileSync(
    clock,
    `const ahead = 400 * 86_400_000, real = Date.now.bind(Date)
globalThis.Date = class extends Date {
  constructor(...given) { given.length === 0 ? super(real() + ahead) : super(...given) }
  static now() { return real() + ahead }
}`,
  )
  const here = await build(first, '0077', { TZ: 'UTC', LC_ALL: 'C' })
  assert.equal(here.code, 0, here.text)
  const there = await build(second, '0002', {
    TZ: 'Asia/Shanghai',
    LC_ALL: 'zh_CN.UTF-8',
    NODE_OPTIONS: `--import=${clock}`,
  })
  assert.equal(there.code, 0, there.text)
  const bytes = packed(first)
  assert.ok(bytes.equals(packed(second)))
  const archive = gunzipSync(bytes).toString('latin1')
  assert.match(archive, /package\/dist\/sbom\.cdx\.json/)
  assert.doesNotMatch(archive, new RegExp(folder))
})

test('a release is not built from files that no commit has', async () => {
  writeFileSync(join(first, 'config', 'plant.yaml'), 'http: {}\n')
  const { code, text } = await build(first, '0022', {})
  assert.equal(code, 1)
  assert.match(text, /a release is built from a commit[\s\S]*config\/plant\.yaml/)
})
