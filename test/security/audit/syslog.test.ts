import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Logger } from '../../../src/core/logger.js'
import { silentLogger } from '../../../src/core/logger.js'
import type { AuditLog } from '../../../src/security/audit/audit-log.js'
import type { SyslogOptions } from '../../../src/security/audit/syslog.js'
import { auditLog, change, recordsIn, refusal } from '../../support/audit-rig.js'
import { Authority } from '../../support/authority.js'
import { eventually } from '../../support/ports.js'
import { removeDirectory, temporaryDirectory } from '../../support/state.js'
import { SyslogServer, UdpSyslogServer } from '../../support/syslog-server.js'

const HOST = '127.0.0.1'

interface Opened {
  readonly directory: string
  readonly log: AuditLog
}

async function opened(t: TestContext, syslog: SyslogOptions, logger: Logger = silentLogger): Promise<Opened> {
  const directory = temporaryDirectory()
  const log = auditLog(directory, { syslog: { minPauseMs: 20, ...syslog }, logger })
  t.after(async () => {
    await log.close()
    removeDirectory(directory)
  })
  await log.open()
  return { directory, log }
}

function sequence({ structured }: { structured: string }): number {
  return Number(/ seq="(\d+)"/.exec(structured)![1])
}

test('each record is sent over TCP, in order, as the trail has it', async (t) => {
  const server = await new SyslogServer().start()
  t.after(() => server.stop())
  const { log, directory } = await opened(t, { transport: 'tcp', host: HOST, port: server.port })
  for (let n = 1; n <= 500; n++) log.record(change(n))
  log.record({ ...refusal('plant/"a"]\\', 'device:注塑机'), details: { 'a b=]': 'x\ny' } })
  await eventually('all are there', () => (server.messages.length === 501 ? true : undefined))
  assert.deepEqual(
    server.messages.map(sequence),
    Array.from({ length: 501 }, (_, at) => at + 1),
  )
  await log.flush()
  const record = recordsIn(directory)[0]!
  const [first] = server.messages
  assert.deepEqual([first!.priority, first!.event], [13 * 8 + 6, 'device_changed'])
  assert.ok(first!.structured.includes(` hash="${record.hash}"]`))
  assert.equal(
    first!.text,
    'user:anna: a device was registered or changed (ningbo/moulding/line1/imm-1): success',
  )
  const last = server.messages.at(-1)!
  assert.deepEqual([last.priority, last.event], [13 * 8 + 4, 'publish_refused'])
  assert.ok(last.structured.includes(' target="plant/\\"a\\"\\]\\\\"'), last.structured)
  assert.ok(last.structured.endsWith('[details@32473 a_b__="x#012y"]'), last.structured)
  assert.equal(log.statistics.syslog!.sent, 501)
})

test('TLS is for servers that the authorities vouch for', async (t) => {
  const directory = temporaryDirectory()
  t.after(() => removeDirectory(directory))
  const authority = new Authority(directory)
  const names = { purpose: 'serverAuth', alternativeNames: 'IP:127.0.0.1' } as const
  const { certFile, keyFile } = authority.issue('syslog', names)
  const server = await new SyslogServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }).start()
  t.after(() => server.stop())
  const place = { transport: 'tls', host: HOST, port: server.port } as const
  const trusting = await opened(t, { ...place, caFile: authority.caFile })
  trusting.log.record(change(1))
  await eventually('it is there', () => server.messages[0])
  const warnings: { code: string }[] = []
  const logger: Logger = { ...silentLogger, warn: (fields) => warnings.push(fields as { code: string }) }
  const other = new Authority(join(directory, 'other'), 'other authority')
  const wary = await opened(t, { ...place, caFile: other.caFile }, logger)
  wary.log.record(change(2))
  await eventually('it is refused', () => warnings[0])
  assert.equal(warnings[0]!.code, 'LG_SYSLOG_UNAVAILABLE')
  assert.equal(server.messages.length, 1)
})

test('over UDP each record is a datagram, of 2,048 bytes at the most', async (t) => {
  const server = await new UdpSyslogServer().start()
  t.after(() => server.stop())
  const { log } = await opened(t, { transport: 'udp', host: HOST, port: server.port })
  log.record(change(1))
  log.record({ ...change(2), details: { a: 'x'.repeat(1_000), b: 'y'.repeat(1_000) } })
  await eventually('both are there', () => (server.messages.length === 2 ? true : undefined))
  assert.ok(server.datagrams.every(({ length }) => length <= 2_048))
  assert.ok(server.messages[1]!.structured.endsWith('[details@32473 omitted="true"]'))
})

test('a server that comes late, or goes and comes again, gets what waited', async (t) => {
  const server = await new SyslogServer().start()
  t.after(() => server.stop())
  await server.stop()
  const { log } = await opened(t, { transport: 'tcp', host: HOST, port: server.port })
  log.record(change(1))
  await log.flush()
  assert.equal(log.statistics.syslog!.waiting, 1)
  await server.start()
  await eventually('the first is there', () => server.messages[0])
  await server.stop()
  for (let n = 2; n <= 5; n++) {
    log.record(change(n))
    await log.flush()
  }
  await server.start()
  await eventually('the last is there', () => server.messages.find((message) => sequence(message) === 5))
  const last = new Set(server.messages.map(sequence))
  assert.ok(last.has(1) && last.has(4))
})

test('what does not fit into the queue is left out, counted, and on record; the trail itself has all', async (t) => {
  const server = await new SyslogServer().start()
  t.after(() => server.stop())
  await server.stop()
  const options = { transport: 'tcp', host: HOST, port: server.port, maxWaiting: 100 } as const
  const { log, directory } = await opened(t, options)
  for (let n = 1; n <= 250; n++) log.record(change(n))
  await log.flush()
  assert.deepEqual(log.statistics.syslog, { sent: 0, dropped: 150, waiting: 100 })
  await server.start()
  await eventually('the record of it is there', () =>
    server.messages.find(({ event }) => event === 'forwarding_lost'),
  )
  assert.deepEqual(
    server.messages.slice(0, 100).map(sequence),
    [...Array(100)].map((_, at) => at + 151),
  )
  await log.flush()
  const records = recordsIn(directory)
  assert.equal(records.filter(({ event }) => event === 'device_changed').length, 250)
  assert.deepEqual(records.at(-1)!.details, { count: 150 })
})
