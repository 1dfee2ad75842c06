import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { GatewayProcess } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { eventually } from '../support/ports.js'

let influxd: Influxd
let gateway: GatewayProcess

before(async () => {
  influxd = await startInfluxd()
  const influx = `{ name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory }`
  gateway = await GatewayProcess.start([`sinks: [ ${influx}, { name: local, type: duckdb } ]`])
})

after(async () => {
  await gateway.remove()
  await influxd.remove()
})

async function publish(device: string, payloads: readonly string[]): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  const topic = `factory/ningbo/press/line1/${device}/telemetry`
  await Promise.all(payloads.map((payload) => client.publishAsync(topic, payload, { qos: 1 })))
  await client.endAsync()
}

test('a sink that is down delays neither acknowledgements nor the other sink, and catches up', async () => {
  await influxd.down()
  const payloads = Array.from({ length: 500 }, (_, n) => `{"n":${n}}`)
  await publish('p-1', payloads)
  const { sinks } = await eventually('the other sink has everything', async () => {
    const ledger = await gateway.ledger()
    return ledger.sinks[1]?.storedPoints === ledger.totals.points.decoded &&
      ledger.totals.points.decoded >= 500
      ? ledger
      : undefined
  })
  assert.equal(sinks[0]?.pendingPoints, sinks[1]?.storedPoints)
  await influxd.up()
  const { totals } = await gateway.drained()
  assert.equal(totals.points.stored, totals.points.decoded)
  const numbers = await influxd.values<number>("SELECT n FROM telemetry WHERE device = 'p-1'")
  assert.deepEqual(
    [...numbers].sort((a, b) => a - b),
    payloads.map((_, n) => n),
  )
})

test('one point that influxd refuses costs one dead letter with its own words; the rest is stored', async () => {
  // Another writer has given the field a type, which the gateway cannot know.
  const write = { method: 'POST', body: 'telemetry,device=other heat="text"' }
  assert.equal((await fetch(`${influxd.url}/write?db=factory`, write)).status, 204)
  await publish('p-2', [
    ...Array.from({ length: 50 }, (_, n) => `{"state":${n}}`),
    '{"state":50,"heat":21.5}',
  ])
  const { totals } = await gateway.drained()
  assert.equal(totals.points.deadLettered, 1)
  const { items } = await gateway.get<{
    items: { kind: string; device: string; reason: { message: string } }[]
  }>('/api/v1/dead-letters?device=p-2')
  assert.equal(items.length, 1)
  assert.equal(items[0]?.kind, 'line')
  assert.equal(items[0]?.device, 'ningbo/press/line1/p-2')
  assert.match(items[0]?.reason.message ?? '', /field type conflict/)
  assert.equal((await influxd.values("SELECT state FROM telemetry WHERE device = 'p-2'")).length, 50)
})

test('a field that changes its type is stopped before influxd sees it', async () => {
  await publish('p-3', ['{"state":1}', '{"state":"broken"}'])
  const { totals } = await gateway.drained()
  const { items } = await gateway.get<{ items: { reason: { code: string } }[] }>(
    '/api/v1/dead-letters?device=p-3',
  )
  assert.deepEqual(
    items.map(({ reason }) => reason.code),
    ['type_changed'],
  )
  assert.equal(totals.points.deadLettered, 2)
})

test('both stores answer the same history', async () => {
  const query = '/api/v1/history?device=p-1&field=n&from=-1h&every=1h&aggregate='
  for (const aggregate of ['mean', 'min', 'max', 'count']) {
    const [influx, local] = await Promise.all(
      ['influx', 'local'].map((sink) => gateway.get<{ rows: unknown }>(`${query}${aggregate}&sink=${sink}`)),
    )
    assert.deepEqual(influx?.rows, local?.rows, aggregate)
  }
})
