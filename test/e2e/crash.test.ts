import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GatewayProcess } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { NumberedDevice } from '../support/numbered-device.js'

const KILLS = 22
const DEVICES = 8

let influxd: Influxd
let gateway: GatewayProcess

before(async () => {
  influxd = await startInfluxd()
  gateway = await GatewayProcess.start([
    `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`,
  ])
})

after(async () => {
  await gateway.remove()
  await influxd.remove()
})

/** Deterministic, so that a failure can be repeated as far as timing allows. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

test('every acknowledged point is stored exactly once after kill -9 at random moments', async () => {
  const random = seeded(20_250_101)
  const devices = Array.from(
    { length: DEVICES },
    (_, i) => new NumberedDevice(`factory/ningbo/press/line1/p-${i}/telemetry`, 50),
  )
  for (let kill = 0; kill < KILLS; kill++) {
    // In every third round influxd is away before and at the moment of the kill, and for a while after.
    const away = kill % 3 === 2
    if (away) await influxd.down()
    await Promise.all(devices.map((device) => device.start(gateway.mqttPort)))
    await new Promise((resolve) => setTimeout(resolve, 20 + random() * 300))
    await gateway.end('SIGKILL')
    if (away && kill % 2 === 0) await influxd.up()
    await gateway.run()
    if (away && kill % 2 === 1) await influxd.up()
  }
  await Promise.all(devices.map((device) => device.start(gateway.mqttPort)))
  await new Promise((resolve) => setTimeout(resolve, 200))
  await Promise.all(devices.map((device) => device.stop()))

  const { totals, devices: rows } = await gateway.drained()
  const { messages, points } = totals
  assert.equal(
    messages.received,
    messages.decoded + messages.ignored + messages.deadLettered + messages.refused,
  )
  assert.equal(points.decoded, points.stored)
  assert.equal(points.deadLettered + points.filtered + points.pending, 0)

  let stored = 0
  for (const device of devices) {
    const name = device.topic.split('/')[4]!
    const numbers = await influxd.values(`SELECT n FROM telemetry WHERE device = '${name}'`)
    const counts = new Map<number, number>()
    for (const n of numbers) counts.set(n, (counts.get(n) ?? 0) + 1)
    const lost = device.acknowledged.filter((n) => counts.get(n) !== 1)
    assert.deepEqual(lost, [], `${name}: acknowledged and not stored exactly once`)
    assert.ok(device.acknowledged.length > KILLS, `${name} got acknowledgements in every round`)
    const row = rows.find(({ device: id }) => id === name)
    assert.equal(row?.points.stored, numbers.length, `${name}: the ledger and the store agree`)
    stored += numbers.length
  }
  const own = rows.find(({ path }) => path === '')?.points.stored ?? 0
  assert.equal(points.stored - own, stored, 'the rest are points of the gateway itself')
})
