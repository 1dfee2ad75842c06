import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Logger } from '../../../src/core/logger.js'
import { silentLogger } from '../../../src/core/logger.js'
import { verifyAudit } from '../../../src/security/audit/verify.js'
import {
  auditLog,
  change,
  DAY_MS,
  recordsIn,
  refusal,
  trailFiles,
  writtenTrail,
} from '../../support/audit-rig.js'
import { removeDirectory, temporaryDirectory } from '../../support/state.js'

function directoryFor(t: TestContext): string {
  const directory = temporaryDirectory()
  t.after(() => removeDirectory(directory))
  return directory
}

test('what is recorded is a line, with its place in the chain, for nobody else to read', async (t) => {
  const directory = directoryFor(t)
  const log = auditLog(directory, { now: () => Date.UTC(2026, 0, 31, 8) })
  log.record(change(1))
  await log.open()
  log.record({ ...change(2), details: { text: 'a\u0000\n\u009b\u2028\ud800' } })
  await log.close()
  const [first, second] = recordsIn(directory)
  assert.deepEqual(first, {
    seq: 1,
    time: '2026-01-31T08:00:00.000Z',
    category: 'configuration',
    event: 'device_changed',
    result: 'success',
    actor: 'user:anna',
    address: '10.0.0.7',
    target: 'ningbo/moulding/line1/imm-1',
    details: { revision: 1 },
    previous: '0'.repeat(64),
    hash: first!.hash,
  })
  assert.equal(second!.previous, first!.hash)
  assert.equal(second!.details.text, 'a\u0000\n\u009b\u2028\ud800')
  assert.deepEqual(trailFiles(directory), ['audit-000000000001-2026-01-31.jsonl'])
  const text = readFileSync(join(directory, 'audit', trailFiles(directory)[0]!), 'utf8')
  assert.ok(text.includes('a\\u0000\\n\\u009b\\u2028\\ud800'))
  const mode = (...path: string[]) => statSync(join(directory, ...path)).mode & 0o777
  assert.deepEqual(
    [mode('audit'), mode('audit', trailFiles(directory)[0]!), mode('audit', 'head.json'), mode('audit.key')],
    [0o700, 0o600, 0o600, 0o600],
  )
})

test('the chain goes on over files and restarts, and verifies', async (t) => {
  const directory = directoryFor(t)
  for (let run = 0; run < 3; run++) await writtenTrail(directory, 50, { maxFileBytes: 4_096 })
  const records = recordsIn(directory)
  assert.deepEqual(
    records.map(({ seq }) => seq),
    records.map((_, at) => at + 1),
  )
  assert.equal(records.filter(({ event }) => event === 'device_changed').length, 150)
  const files = trailFiles(directory)
  assert.ok(files.length > 10)
  assert.deepEqual(
    records.filter(({ event }) => event === 'rotated').map(({ target }) => target),
    files.slice(0, -1),
  )
  for (const name of files) assert.ok(statSync(join(directory, 'audit', name)).size < 4_096 + 1_024)
  const report = await verifyAudit(directory)
  assert.deepEqual(
    { ...report, lastHash: '' },
    {
      ok: true,
      files: files.length,
      records: records.length,
      firstSeq: 1,
      lastSeq: records.length,
      lastHash: '',
      head: 'authentic',
      unfinishedBytes: 0,
      damage: [],
      damageCount: 0,
    },
  )
  assert.equal(report.lastHash, records.at(-1)!.hash)
})

test('a new day begins a new file', async (t) => {
  const directory = directoryFor(t)
  let now = Date.UTC(2026, 0, 31, 23, 59)
  const log = auditLog(directory, { now: () => now })
  await log.open()
  log.record(change(1))
  now += 120_000
  log.record(change(2))
  await log.close()
  assert.deepEqual(trailFiles(directory), [
    'audit-000000000001-2026-01-31.jsonl',
    'audit-000000000002-2026-02-01.jsonl',
  ])
  assert.deepEqual(
    recordsIn(directory).map(({ event, details }) => [event, details.reason ?? details.revision]),
    [
      ['device_changed', 1],
      ['rotated', 'day'],
      ['device_changed', 2],
    ],
  )
})

test('what retention removes is recorded, and what remains still verifies', async (t) => {
  const directory = directoryFor(t)
  let now = Date.UTC(2026, 0, 1)
  for (let day = 0; day < 10; day++, now += DAY_MS) {
    const log = auditLog(directory, { now: () => now, retentionDays: 3 })
    await log.open()
    log.record(change(day))
    await log.close()
    assert.deepEqual((await verifyAudit(directory)).damage, [])
  }
  const files = trailFiles(directory)
  assert.equal(files.length, 4)
  const expired = recordsIn(directory).filter(({ event }) => event === 'expired')
  assert.ok(expired.length > 0)
  const last = expired.at(-1)!.details
  assert.equal(files[0], `audit-${String(Number(last.lastSeq) + 1).padStart(12, '0')}-2026-01-07.jsonl`)
  assert.equal(recordsIn(directory)[0]!.previous, last.lastHash)
})

test('a half line that a crash has left is cut off, which is recorded', async (t) => {
  const directory = directoryFor(t)
  const log = auditLog(directory)
  await log.open()
  log.record(change(1))
  await log.flush()
  const file = join(directory, 'audit', trailFiles(directory)[0]!)
  appendFileSync(file, '{"seq":2,"time":"2026-')
  const torn = await verifyAudit(directory)
  assert.deepEqual([torn.ok, torn.unfinishedBytes], [true, 22])
  const next = auditLog(directory)
  await next.open()
  await next.close()
  const { event, result, details } = recordsIn(directory)[1]!
  assert.deepEqual([event, result, details], ['mended', 'success', { bytes: 22 }])
  assert.equal((await verifyAudit(directory)).ok, true)
})

test('a trail whose end was cut off goes on after the gap, and says so', async (t) => {
  const directory = directoryFor(t)
  await writtenTrail(directory, 5)
  const file = join(directory, 'audit', trailFiles(directory)[0]!)
  const lines = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, `${lines.slice(0, 3).join('\n')}\n`)
  const errors: object[] = []
  const logger: Logger = { ...silentLogger, error: (fields) => errors.push(fields) }
  const log = auditLog(directory, { logger })
  await log.open()
  await log.close()
  const { seq, event, result, details } = recordsIn(directory).at(-1)!
  assert.deepEqual([seq, event, result], [6, 'damaged', 'failure'])
  assert.deepEqual(details, { cause: 'records 4 to 5 are missing at the end' })
  assert.equal((errors[0] as { code: string }).code, 'LG_AUDIT_DAMAGED')
  const { damage } = await verifyAudit(directory)
  assert.deepEqual(damage, [
    { kind: 'removed', file: trailFiles(directory)[0], line: 4, firstSeq: 4, lastSeq: 5 },
  ])
})

test('nothing that looks like a secret is recorded, and texts are bounded', async (t) => {
  const directory = directoryFor(t)
  const log = auditLog(directory)
  await log.open()
  const secret = 'q3v9Xk2LmN8pR5tY7wZa1b'
  log.record({
    id: 'sign_in',
    result: 'failure',
    actor: `token:lgp_abcdefgh2345_${secret}`,
    address: '10.0.0.9',
    target: `/api?password=${secret}&x=${'y'.repeat(2_000)}`,
    details: {
      newPassword: secret,
      Authorization: secret,
      'set-cookie': secret,
      apiToken: secret,
      header: `Bearer ${secret}`,
      url: `https://anna:${secret}@sso.example/`,
      text: 'z'.repeat(5_000),
      minPasswordLength: 12,
    },
  })
  await log.close()
  const [record] = recordsIn(directory)
  assert.ok(!JSON.stringify(record).includes(secret))
  assert.equal(record!.actor, 'token:lgp_abcdefgh2345_[redacted]')
  assert.deepEqual(
    [record!.target.length, String(record!.details.text).length, record!.details.minPasswordLength],
    [512, 1_024, 12],
  )
})

test('repeated refusals are counted, and not one is missing from the counts', async (t) => {
  const directory = directoryFor(t)
  let now = Date.UTC(2026, 0, 1)
  const log = auditLog(directory, { now: () => now })
  await log.open()
  for (let i = 0; i < 1_000; i++) log.record(refusal(`topic/${i % 2}`))
  now += 1_000
  for (let i = 0; i < 1_000; i++) log.record(refusal(`other/${i}`))
  for (let i = 0; i < 10; i++) log.record(refusal('topic/0', 'device:imm-02'))
  await log.close()
  const records = recordsIn(directory)
  const counted = records.reduce((sum, { suppressed = 0 }) => sum + 1 + suppressed, 0)
  assert.equal(counted, 2_010)
  assert.ok(records.length < 100, `${records.length} records`)
  assert.equal(log.statistics.events.access.failure, 2_010)
  const of = (actor: string, target: string) =>
    records
      .filter((record) => record.actor === actor && record.target === target)
      .map((r) => r.suppressed ?? 0)
  assert.deepEqual(of('device:imm-02', 'topic/0'), [0, 8])
  assert.deepEqual(of('device:imm-01', 'topic/1'), [0, 498])
})

test('a record that comes after the end is counted as lost', async (t) => {
  const directory = directoryFor(t)
  const log = auditLog(directory)
  await log.open()
  await log.close()
  await log.close()
  log.record(change(1))
  assert.equal(log.statistics.lost, 1)
})

test('a disk that takes nothing stops nobody, is told to the log every ten seconds, and is tried again', async (t) => {
  const directory = directoryFor(t)
  writeFileSync(join(directory, 'audit'), 'in the way')
  let now = Date.UTC(2026, 0, 1)
  const errors: { code: string; lost: number }[] = []
  const logger: Logger = {
    ...silentLogger,
    error: (fields) => errors.push(fields as { code: string; lost: number }),
  }
  const log = auditLog(directory, { logger, now: () => now, maxWaiting: 10 })
  await log.open()
  for (let n = 1; n <= 15; n++) log.record(change(n))
  await log.flush()
  await log.flush()
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['LG_AUDIT_FAILING'],
  )
  now += 10_000
  await log.flush()
  assert.deepEqual([errors.length, errors[1]!.lost], [2, 5])
  const { failing, waiting, lost } = log.statistics
  assert.deepEqual([failing, waiting, lost], [true, 10, 5])
  removeDirectory(join(directory, 'audit'))
  await log.close()
  assert.equal(log.statistics.failing, false)
  const records = recordsIn(directory)
  assert.deepEqual(
    records.map(({ details }) => details.revision ?? details.count),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 5],
  )
  assert.deepEqual([records.at(-1)!.event, records.at(-1)!.result], ['lost', 'failure'])
  assert.equal((await verifyAudit(directory)).ok, true)
})

test('what is no fact of a record does not break the chain', async (t) => {
  const directory = directoryFor(t)
  const log = auditLog(directory)
  await log.open()
  log.record({ ...change(1), details: { ratio: Number.NaN } })
  await log.close()
  assert.deepEqual(recordsIn(directory)[0]!.details, { ratio: 'NaN' })
  assert.equal((await verifyAudit(directory)).ok, true)
})
