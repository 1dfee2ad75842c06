import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ScriptedSink } from '../support/scripted-sink.js'
import type { SpoolCommand, SpoolReport } from '../support/spool-process.js'
import { openRig, temporaryDirectory } from '../support/spool-rig.js'

const LIMIT = { timeout: 30_000 }
const CHILD = fileURLToPath(new URL('../support/spool-process.js', import.meta.url))

async function start(directory: string): Promise<ChildProcess> {
  const child = fork(CHILD, [directory], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  await once(child, 'message')
  return child
}

async function tell(child: ChildProcess, command: SpoolCommand): Promise<SpoolReport> {
  child.send(command)
  const [report] = await once(child, 'message')
  return report as SpoolReport
}

async function reportWhen(
  child: ChildProcess,
  condition: (report: SpoolReport) => boolean,
): Promise<SpoolReport> {
  for (;;) {
    const report = await tell(child, {})
    if (condition(report)) return report
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** The soft limit of the size of files that the process may write; writes beyond it fail as on a full disk. */
function limitFileSize(child: ChildProcess, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:`])
}

test(
  'on a full disk acknowledgements wait; with space again all goes on by itself and nothing is lost',
  LIMIT,
  async (t) => {
    const directory = temporaryDirectory()
    const child = await start(directory)
    t.after(() => child.kill('SIGKILL'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    await tell(child, { accept: 10, bytes: 100 })
    await reportWhen(child, ({ acknowledged, pending }) => acknowledged === 10 && pending === 0)
    limitFileSize(child, statSync(join(directory, 'state', 'data.mdb')).size + 4096)
    await tell(child, { accept: 300, bytes: 1_000 })
    const full = await reportWhen(child, ({ state }) => state === 'failing')
    assert.ok(full.acknowledged < 310)
    await tell(child, { accept: 5, bytes: 1_000, checkpoint: true })
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.equal((await tell(child, {})).acknowledged, full.acknowledged)
    limitFileSize(child, 'unlimited')
    const after = await reportWhen(
      child,
      ({ acknowledged, pending }) => acknowledged === 315 && pending === 0,
    )
    assert.deepEqual({ state: after.state, stored: after.stored }, { state: 'ok', stored: 315 })
    child.send({ close: true } satisfies SpoolCommand)
    assert.deepEqual(await once(child, 'exit'), [0, null])
    const rig = await openRig(t, { sinks: [new ScriptedSink('a')], directory })
    assert.deepEqual(rig.ledger.totals().points, {
      decoded: 315,
      stored: 315,
      filtered: 0,
      deadLettered: 0,
      pending: 0,
    })
  },
)

test('a gateway that ends while the disk is full leaves what was acknowledged', LIMIT, async (t) => {
  const directory = temporaryDirectory()
  const child = await start(directory)
  t.after(() => child.kill('SIGKILL'))
  await tell(child, { accept: 10, bytes: 100 })
  await reportWhen(child, ({ acknowledged }) => acknowledged === 10)
  limitFileSize(child, statSync(join(directory, 'state', 'data.mdb')).size + 4096)
  await tell(child, { accept: 300, bytes: 1_000 })
  const { acknowledged } = await reportWhen(child, ({ state }) => state === 'failing')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const sink = new ScriptedSink('a')
  const rig = await openRig(t, { sinks: [sink], directory })
  assert.equal(await rig.forwarders.drain(5_000), true)
  const { received } = rig.ledger.totals().messages
  assert.ok(received >= acknowledged && received < 310)
  assert.equal(rig.ledger.totals().points.stored, received)
})
