import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { AuditStatistics } from '../../../src/security/audit/statistics.js'
import { verifyAudit } from '../../../src/security/audit/verify.js'
import type { AuditCommand } from '../../support/audit-process.js'
import { auditLog, recordsIn, trailFiles } from '../../support/audit-rig.js'
import { removeDirectory, temporaryDirectory } from '../../support/state.js'

const CHILD = fileURLToPath(new URL('../../support/audit-process.js', import.meta.url))

async function start(
  t: TestContext,
  directory: string,
): Promise<{ child: ChildProcess; errors: () => string }> {
  const child = fork(CHILD, [directory], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  t.after(() => child.kill('SIGKILL'))
  let text = ''
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await once(child, 'message')
  return { child, errors: () => text }
}

async function tell(child: ChildProcess, command: AuditCommand): Promise<AuditStatistics> {
  child.send(command)
  const [statistics] = (await once(child, 'message')) as [AuditStatistics]
  return statistics
}

async function statisticsWhen(
  child: ChildProcess,
  condition: (statistics: AuditStatistics) => boolean,
): Promise<AuditStatistics> {
  for (;;) {
    const statistics = await tell(child, {})
    if (condition(statistics)) return statistics
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('killed at any moment, the trail verifies, and goes on', { timeout: 60_000 }, async (t) => {
  const directory = temporaryDirectory()
  t.after(() => removeDirectory(directory))
  let records = 0
  for (let run = 0; run < 8; run++) {
    const { child } = await start(t, directory)
    child.send({ forever: true } satisfies AuditCommand)
    await new Promise((resolve) => setTimeout(resolve, 60 + run * 97))
    // While it writes, too.
    assert.deepEqual((await verifyAudit(directory)).damage, [])
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    const report = await verifyAudit(directory)
    assert.deepEqual(report.damage, [])
    assert.ok(report.records > records)
    records = report.records
  }
  const log = auditLog(directory)
  await log.open()
  await log.close()
  const report = await verifyAudit(directory)
  assert.deepEqual([report.damage, report.unfinishedBytes], [[], 0])
  assert.ok(trailFiles(directory).length > 5)
})

test('on a full disk records wait, those that do not fit are counted, and all goes on by itself', {
  timeout: 60_000,
}, async (t) => {
  const directory = temporaryDirectory()
  t.after(() => removeDirectory(directory))
  const { child } = await start(t, directory)
  await tell(child, { count: 5 })
  await statisticsWhen(child, ({ waiting }) => waiting === 0)
  const bytes = statSync(join(directory, 'audit', trailFiles(directory)[0]!)).size
  // Writes beyond it fail as on a full disk; the first one half-way.
  const limit = (size: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${size}:`])
  limit(bytes + 700)
  await tell(child, { count: 10 })
  await statisticsWhen(child, ({ failing }) => failing)
  const full = await tell(child, { count: 3_000 })
  assert.equal(full.waiting, 2_000)
  assert.equal(full.lost, 1_000)
  assert.deepEqual((await verifyAudit(directory)).damage, [])
  limit('unlimited')
  await statisticsWhen(child, ({ failing, waiting }) => !failing && waiting === 0)
  child.send({ close: true } satisfies AuditCommand)
  await once(child, 'exit')
  assert.deepEqual((await verifyAudit(directory)).damage, [])
  const records = recordsIn(directory)
  const changes = records.filter(({ event }) => event === 'device_changed')
  assert.equal(changes.length, 3_015 - 1_000)
  assert.deepEqual(
    changes.map(({ details }) => details.revision),
    changes.map((_, at) => at + 1),
  )
  const lost = records.filter(({ event }) => event === 'lost')
  assert.deepEqual(
    lost.map(({ result, details }) => [result, details]),
    [['failure', { count: 1_000 }]],
  )
})
