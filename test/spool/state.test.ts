import assert from 'node:assert/strict'
import { execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { GatewayError } from '../../src/core/errors.js'
import { type Logger, silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { ScriptedSink } from '../support/scripted-sink.js'
import { SpoolRig, temporaryDirectory } from '../support/spool-rig.js'

const CHILD = fileURLToPath(new URL('../support/spool-process.js', import.meta.url))

function workplace(t: TestContext): string {
  const directory = temporaryDirectory()
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function open(directory: string, logger: Logger = silentLogger): StateStore {
  return StateStore.open({ directory: join(directory, 'state'), mapBytes: 1 << 26, logger })
}

test('what is committed is there after opening again', async (t) => {
  const directory = workplace(t)
  const state = open(directory)
  const table = state.table('t')
  await state.commit(() => {
    table.put(1, Buffer.from('one'))
    table.put(['a', 2], Buffer.from('two'))
  })
  await state.close()
  const again = open(directory)
  t.after(() => again.close())
  assert.equal(again.table('t').get(1)?.toString(), 'one')
  assert.deepEqual([...again.table('t').keys()], [1, ['a', 2]])
})

test('commits of one moment are each resolved when they are on disk', async (t) => {
  const state = open(workplace(t))
  t.after(() => state.close())
  const table = state.table('t')
  const commits = Array.from({ length: 50 }, (_, i) => state.commit(() => table.put(i, Buffer.alloc(100, i))))
  await Promise.all(commits)
  assert.equal(table.size, 50)
})

test('a commit that the disk does not take changes nothing and says why; the store can go on and be closed', async (t) => {
  const directory = workplace(t)
  const state = open(directory)
  const table = state.table('t')
  await state.commit(() => table.put(0, Buffer.from('before')))
  t.after(() => limitFileSize('unlimited'))
  limitFileSize(statSync(join(directory, 'state', 'data.mdb')).size + 4096)
  const large = Buffer.alloc(400_000)
  const failing = [1, 2, 3].map((key) => state.commit(() => table.put(key, large)))
  for (const commit of failing) await assert.rejects(commit, /Input\/output error|File too large/)
  await assert.rejects(state.commit(() => table.put(4, large)))
  assert.deepEqual([...table.keys()], [0])
  limitFileSize('unlimited')
  await state.commit(() => table.put(5, large))
  limitFileSize(statSync(join(directory, 'state', 'data.mdb')).size)
  await assert.rejects(state.commit(() => table.put(6, Buffer.alloc(1_000_000))))
  await state.close()
})

for (const [name, harm] of [
  ['foreign', (file: string) => writeFileSync(file, 'This is not a database. '.repeat(2_000))],
  ['truncated', (file: string) => truncateSync(file, readFileSync(file).length - 5_000)],
  ['cut down to a few bytes', (file: string) => truncateSync(file, 100)],
  ['of another version', (file: string) => writeAt(file, 28, 9)],
] as const) {
  test(`a state file that is ${name} is set aside whole, and the gateway starts with an empty one`, async (t) => {
    const directory = workplace(t)
    const first = await SpoolRig.open({ sinks: [new ScriptedSink('a')], directory })
    await first.accept('imm-01', { points: Array.from({ length: 500 }, (_, i) => `p${i}`) })
    await first.close()
    const file = join(directory, 'state', 'data.mdb')
    harm(file)
    const bytes = readFileSync(file)
    const codes: string[] = []
    const logger = {
      ...silentLogger,
      error: (fields: object) => void codes.push((fields as { code: string }).code),
    }
    const rig = await SpoolRig.open({ sinks: [new ScriptedSink('a')], directory, logger })
    assert.deepEqual(codes, ['LG_STATE_QUARANTINED'])
    assert.equal(rig.ledger.totals().messages.received, 0)
    const [aside, ...others] = readdirSync(directory).filter((entry) => entry.includes('quarantine-'))
    assert.equal(others.length, 0)
    assert.deepEqual(readFileSync(join(directory, aside!, 'data.mdb')), bytes)
    await rig.accept('imm-01', { points: ['p'] })
    await rig.close()
  })
}

test('an error that is no fault of the file sets nothing aside', (t) => {
  const directory = workplace(t)
  mkdirSync(join(directory, 'state', 'data.mdb'), { recursive: true })
  assert.throws(() => open(directory))
  assert.deepEqual(readdirSync(directory), ['state'])
})

test('a second gateway on the same directory is refused, and may start when the first has gone', async (t) => {
  const directory = workplace(t)
  const child = fork(CHILD, [directory], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'message')
  assert.throws(
    () => open(directory),
    (error: unknown) => {
      assert.ok(error instanceof GatewayError)
      assert.equal(error.code, 'LG_DATA_DIRECTORY_LOCKED')
      assert.equal(error.details.pid, child.pid)
      return true
    },
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  const state = open(directory)
  await state.close()
  assert.equal(existsSync(join(directory, 'state', 'gateway.pid')), false)
})

test('a process id that another program was given since does not lock the directory', async (t) => {
  const directory = workplace(t)
  mkdirSync(join(directory, 'state'))
  const other = spawn('sleep', ['60'])
  t.after(() => other.kill())
  writeFileSync(join(directory, 'state', 'gateway.pid'), String(other.pid))
  const state = open(directory)
  await state.close()
})

/** Of this process: writes beyond it fail as on a full disk. */
function limitFileSize(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
}

function writeAt(file: string, position: number, byte: number): void {
  const bytes = readFileSync(file)
  bytes[position] = byte
  writeFileSync(file, bytes)
}
