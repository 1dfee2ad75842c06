import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { STORED } from '../../src/core/sink.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { at, blocks, historyOf, ns } from './batches.js'
import { sinkOn } from './influxdb-sink.js'

const ONE = blocks(1, [`telemetry,device=imm-01 v=1 ${ns(0)}`])
let influxd: Influxd

before(async () => {
  influxd = await startInfluxd()
})
after(() => influxd.remove())

test('influxd: a line of another type than its field is rejected in the words of influxd', async (t) => {
  const sink = sinkOn(t, influxd.url)
  await sink.start()
  await sink.write(blocks(1, [`conflict,device=imm-01 v=1 ${ns(0)}`]))
  const verdict = await sink.write(
    blocks(2, [`conflict,device=imm-01 v="word" ${ns(1)}`, `conflict,device=imm-01 w=2 ${ns(1)}`]),
  )
  assert.ok(verdict.kind === 'rejected')
  assert.match(
    verdict.reason,
    /^partial write: field type conflict: input field "v" on measurement "conflict" is type string/,
  )
  assert.deepEqual(await sink.write(blocks(2, [`conflict,device=imm-01 w=2 ${ns(1)}`])), STORED)
  assert.deepEqual(await sink.query(historyOf('w')), [{ time: at(1), value: 2 }])
})

test('influxd: a line that it cannot parse is rejected in its words', async (t) => {
  const sink = sinkOn(t, influxd.url)
  await sink.start()
  const verdict = await sink.write(blocks(1, [`telemetry v=nonsense ${ns(0)}`]))
  assert.deepEqual(verdict, {
    kind: 'rejected',
    reason: `unable to parse 'telemetry v=nonsense ${ns(0)}': invalid number`,
  })
})

test('influxd: a missing database is tried again, and stored once it was created', async (t) => {
  const sink = sinkOn(t, influxd.url, { database: 'later "x' })
  assert.deepEqual(await sink.write(ONE), { kind: 'retry', reason: 'database not found: "later \\"x"' })
  await sink.start()
  assert.deepEqual(await sink.write(ONE), STORED)
})

test('influxd: the retention policy is created once, written to and asked', async (t) => {
  const retentionPolicy = { name: 'one year', duration: '52w' }
  const sink = sinkOn(t, influxd.url, { database: 'kept', retentionPolicy })
  await sink.start()
  await sink.start()
  assert.deepEqual(await sink.write(ONE), STORED)
  assert.deepEqual(await sink.query(historyOf('v')), [{ time: at(0), value: 1 }])
  assert.deepEqual(await influxd.values('SELECT v FROM "one year".telemetry', 'kept'), [1])
  const [policies] = await influxd.query('SHOW RETENTION POLICIES', 'kept')
  const names = policies?.values.map(([name, duration]) => [name, duration])
  assert.deepEqual(names, [
    ['autogen', '0s'],
    ['one year', '8736h0m0s'],
  ])
})

test('influxd with users: a wrong password is tried again, the right one stores', async (t) => {
  const user = { name: 'linegate', password: 'plain:secret' }
  const guarded = await startInfluxd({ user })
  t.after(() => guarded.remove())
  const wrong = sinkOn(t, guarded.url, { username: user.name, password: 'wrong' })
  assert.deepEqual(await wrong.write(ONE), { kind: 'retry', reason: 'authorization failed' })
  await assert.rejects(wrong.start(), /authorization failed/)
  const right = sinkOn(t, guarded.url, { username: user.name, password: user.password })
  await right.start()
  assert.deepEqual(await right.write(ONE), STORED)
  assert.deepEqual(await right.query(historyOf('v')), [{ time: at(0), value: 1 }])
})

test('influxd that is stopped and comes back takes the same batch', async (t) => {
  const server = await startInfluxd()
  t.after(() => server.remove())
  const sink = sinkOn(t, server.url, { timeoutMs: 300 })
  await sink.start()
  assert.deepEqual(await sink.write(ONE), STORED)
  server.freeze()
  assert.equal((await sink.write(ONE)).kind, 'retry')
  await assert.rejects(sink.query(historyOf('v')), /no answer within 300 ms|timed out/)
  server.thaw()
  await server.down()
  assert.equal((await sink.write(ONE)).kind, 'retry')
  await assert.rejects(sink.start(), /ECONNREFUSED/)
  await server.up()
  await sink.start()
  assert.deepEqual(await sink.write(ONE), STORED)
  assert.deepEqual(await sink.query(historyOf('v')), [{ time: at(0), value: 1 }])
})
