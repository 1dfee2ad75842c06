import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { AuditRecord } from '../../src/security/audit/record.js'
import { auditLog, change, recordsIn, refusal, trailFiles } from '../support/audit-rig.js'
import { HttpGateway } from '../support/http-gateway.js'
import { removeDirectory, temporaryDirectory } from '../support/state.js'
import { linegate } from '../support/terminal.js'

const directory = temporaryDirectory()
const data = join(directory, 'data')
const config = join(directory, 'gateway.yaml')

before(async () => {
  writeFileSync(
    config,
    `gateway: { id: test, dataDirectory: '${data}' }\nsinks: [ { type: duckdb, name: local } ]\n`,
  )
  const log = auditLog(data, { maxFileBytes: 8_192 })
  await log.open()
  for (let n = 1; n <= 100; n++) log.record(change(n))
  log.record({ ...refusal('=1+1', 'device:注塑机'), details: { cause: 'a "quoted" \\ ]\n' } })
  await log.close()
})
after(() => removeDirectory(directory))

test('verify says that a trail is sound, with the hash of its last record', async () => {
  const { exitCode, output } = await linegate(['audit', 'verify', '--data', data])
  assert.equal(exitCode, 0)
  const last = recordsIn(data).at(-1)!
  assert.match(output, new RegExp(`1 to ${last.seq}\nhash of the last one: ${last.hash}\n`))
  assert.match(output, /as it was written\.\n$/)
  const known = ['--known', `7:${recordsIn(data)[6]!.hash}`]
  assert.equal((await linegate(['audit', 'verify', '--config', config, ...known])).exitCode, 0)
})

test('verify names what is damaged in a copy, and ends with 1', async () => {
  const copy = join(directory, 'copy')
  cpSync(data, copy, { recursive: true })
  const name = trailFiles(copy)[1]!
  const lines = readFileSync(join(copy, 'audit', name), 'utf8').split('\n')
  writeFileSync(join(copy, 'audit', name), lines.toSpliced(3, 1).join('\n'))
  const { exitCode, output } = await linegate(['audit', 'verify', '--data', copy])
  assert.equal(exitCode, 1)
  assert.match(
    output,
    new RegExp(`NOT as it was written \\(1\\):\n {2}${name}:4 \\(\\d+\\) {2}removed in front of`),
  )
  const chinese = await linegate(['audit', 'verify', '--data', copy], 'zh')
  assert.match(chinese.output, /此行之前有记录被删除/)
  const json = await linegate(['audit', 'verify', '--data', copy, '--json'])
  assert.deepEqual([json.exitCode, JSON.parse(json.output).damage[0].kind], [1, 'removed'])
  const nowhere = await linegate(['audit', 'verify', '--data', join(directory, 'nowhere')])
  assert.equal(nowhere.exitCode, 2)
  assert.match(nowhere.errors, /^LG_AUDIT_UNREADABLE/)
})

test('list shows the newest records of a data directory', async () => {
  const { exitCode, output, errors } = await linegate(['audit', 'list', '--data', data, '--limit', '2'])
  assert.equal(exitCode, 0)
  assert.match(output, /failure +device:注塑机 +10\.0\.0\.9 +publishing to a topic was refused +=1\+1\n/)
  assert.match(errors, /newest 2 are shown/)
  const chinese = await linegate(['audit', 'list', '--data', data, '--result', 'failure'], 'zh')
  assert.match(chinese.output, /失败 +device:注塑机 +10\.0\.0\.9 +发布到主题被拒绝/)
  const none = await linegate(['audit', 'list', '--data', data, '--actor', 'user:berta'])
  assert.equal(none.output, 'Nothing is on record.\n')
})

test('export writes JSON lines, syslog or CSV', async () => {
  const exported = async (...argv: string[]) =>
    (await linegate(['audit', 'export', '--data', data, ...argv])).output
  assert.deepEqual(
    (await exported())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditRecord),
    recordsIn(data),
  )
  const syslog = await exported('--format', 'syslog', '--result', 'failure')
  assert.match(
    syslog,
    /^<108>1 \S+Z \S+ linegate \d+ publish_refused \[linegate@32473 seq="\d+" category="access" /,
  )
  assert.ok(syslog.includes('[details@32473 cause="a \\"quoted\\" \\\\ \\]#012"]'), syslog)
  const csv = await exported('--format', 'csv', '--result', 'failure')
  assert.match(csv, /^seq,time,category,event,result,actor,/)
  assert.ok(csv.includes(",'=1+1,"), csv)
})

test('export of a gateway that does not run is recorded in its trail', async () => {
  const { exitCode, errors } = await linegate(['audit', 'export', '--config', config, '--category', 'access'])
  assert.equal(exitCode, 0, errors)
  const { event, actor, details } = recordsIn(data).at(-1)!
  assert.deepEqual([event, actor, details], ['exported', 'local', { category: 'access' }])
  assert.equal((await linegate(['audit', 'verify', '--data', data])).exitCode, 0)
})

test('list and export ask a gateway that runs', async () => {
  const log = auditLog(data)
  await log.open()
  const gateway = await new HttpGateway({ audit: log, auditRecords: log }).start()
  try {
    const argv = ['--url', gateway.url, '--config', config, '--result', 'failure']
    const listed = await linegate(['audit', 'list', ...argv, '--json'])
    assert.deepEqual(
      JSON.parse(listed.output).map(({ target }: AuditRecord) => target),
      ['=1+1'],
    )
    const exported = await linegate(['audit', 'export', ...argv])
    assert.equal((JSON.parse(exported.output) as AuditRecord).target, '=1+1')
    await log.flush()
    assert.deepEqual(recordsIn(data).at(-1)!.details, { result: 'failure' })
  } finally {
    await gateway.close()
    await log.close()
  }
})
