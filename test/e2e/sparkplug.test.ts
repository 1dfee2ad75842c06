import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { EdgeNode, type Heard, listenTo } from '../support/edge-node.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { eventually } from '../support/ports.js'
import { type Capture, cNode, pythonNode } from '../support/sparkplug-captures.js'
import { payloadOf, type TestPayload } from '../support/sparkplug-messages.js'

const CAPTURED_MS = 1_700_000_000_123

let influxd: Influxd
let gateway: GatewayProcess
let press: EdgeNode
let requests: Heard

before(async () => {
  influxd = await startInfluxd()
  gateway = await GatewayProcess.start([
    `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`,
    "routes: [ { topic: 'spBv1.0/#', decoder: sparkplug, measurement: telemetry } ]",
    'sparkplug: { hostId: plant-1, rebirthSpreadMs: 0, rebirthMinIntervalMs: 600000 }',
  ])
  await comeUp()
})

after(async () => {
  goDown()
  await gateway.remove()
  await influxd.remove()
})

async function comeUp(): Promise<void> {
  requests = await listenTo(gateway.mqttPort, 'spBv1.0/+/NCMD/#')
  press = new EdgeNode({
    mqttPort: gateway.mqttPort,
    group: 'Moulding',
    node: 'Cell 1',
    device: 'press-1',
    metrics: () => [
      { name: 'temperature', alias: 7, type: 'Float', value: 20.5 },
      { name: 'offset', alias: 8, type: 'Int32', value: -1 },
    ],
  })
}

function goDown(): void {
  press.client.stop()
  requests.client.end(true)
}

/** Each is acknowledged, and thus on disk, before the next is sent. */
async function publish(...captures: readonly Capture[]): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, { reconnectPeriod: 0 })
  for (const { topic, payload } of captures) await client.publishAsync(topic, payload, { qos: 1 })
  await client.endAsync()
}

const said = (topic: string, payload: TestPayload): Capture => ({
  topic: `spBv1.0/${topic}`,
  payload: payloadOf(payload),
})

async function stored<T>(sql: string, count: number): Promise<T[]> {
  return eventually(`${count} of ${sql}`, async () => {
    const values = await influxd.values<T>(sql)
    return values.length >= count ? values : undefined
  })
}

const row = async (path: string) =>
  (await gateway.ledger()).devices.find((one) => one.path === path) ?? assert.fail(`no ${path}`)

async function fieldNames(): Promise<string[]> {
  const [keys] = await influxd.query('SHOW FIELD KEYS FROM telemetry')
  return keys!.values.map(([name]) => String(name))
}

test('sparkplug-client as an edge node: its births and what it says by alias are stored under the names of the birth', async () => {
  await stored('SELECT temperature FROM telemetry', 1)
  press.say([{ alias: 7, type: 'Float', value: 21.5 }])
  press.say([{ alias: 8, type: 'Int32', value: -12 }])
  const own = "WHERE device = 'press-1' AND line = 'Cell 1' AND site = 'Moulding'"
  assert.deepEqual(await stored(`SELECT temperature FROM telemetry ${own}`, 2), [20.5, 21.5])
  assert.deepEqual(await stored(`SELECT "offset" FROM telemetry ${own}`, 2), [-1, -12])
})

test('whoever comes later reads that the host is online, and the births byte for byte', async () => {
  await publish(cNode.nbirth, cNode.dbirth, pythonNode.nbirth, pythonNode.dbirth)
  const state = await listenTo(gateway.mqttPort, 'spBv1.0/STATE/#')
  const certificates = await listenTo(gateway.mqttPort, '$sparkplug/certificates/#')
  await eventually('all came', () =>
    state.packets.length > 0 && certificates.packets.length >= 6 ? true : undefined,
  )
  const [{ topic, payload, retain } = assert.fail('no STATE')] = state.packets
  assert.deepEqual([topic, retain, JSON.parse(String(payload)).online], ['spBv1.0/STATE/plant-1', true, true])
  for (const birth of [cNode.nbirth, cNode.dbirth, pythonNode.nbirth, pythonNode.dbirth]) {
    const found = certificates.packets.find((one) => one.topic === `$sparkplug/certificates/${birth.topic}`)
    assert.deepEqual([found?.retain, found?.payload], [true, birth.payload], birth.topic)
  }
  for (const { client } of [state, certificates]) client.end(true)
})

test('after a kill of the gateway, data by alias is decoded by the births on disk, and each node is asked once', async () => {
  await gateway.end('SIGKILL')
  goDown()
  await gateway.run()
  await comeUp()
  await publish(cNode.ndata, cNode.ddata, pythonNode.ddata)

  assert.deepEqual(
    await stored('SELECT "Node Metric I32" FROM telemetry WHERE device = \'C Edge Node 1\'', 2),
    [100, -12],
  )
  const exact = new URLSearchParams({ db: 'factory', q: 'SELECT "Node Metric UI64" FROM telemetry' })
  const answer = await fetch(`${influxd.url}/query?${exact}`, { headers: { accept: 'application/csv' } })
  // No double can hold it, so it is read as text.
  assert.match(await answer.text(), /,9007199254740993$/m)
  assert.deepEqual(
    await stored('SELECT "DataSet.0.Int16s" FROM telemetry WHERE device = \'C Edge Node 1\'', 2),
    [1, -2],
  )
  const python = "WHERE device = 'Emulated Device' AND line = 'Python Edge Node 1'"
  assert.deepEqual(await stored(`SELECT "input/Device Metric0" FROM telemetry ${python}`, 2), [
    'hello device',
    'kemubcrdlsbq',
  ])
  const official = 'spBv1.0/Sparkplug B Devices/NCMD/'
  const asked = () => requests.packets.map(({ topic }) => topic).filter((topic) => topic.startsWith(official))
  await eventually('both are asked', () => (asked().length >= 2 ? true : undefined))
  assert.deepEqual(asked().sort(), [`${official}C Edge Node 1`, `${official}Python Edge Node 1`])
})

test('data before a birth is held, and released by the birth with its own time, or that of its arrival', async () => {
  const begunMs = Date.now()
  const device = 'Late/DDATA/node/drill'
  await publish(
    said(device, { timestamp: CAPTURED_MS, seq: 2, metrics: [{ alias: 7, value: 1.5 }] }),
    said(device, { timestamp: CAPTURED_MS + 1, seq: 3, metrics: [{ alias: 7, value: 2.5 }] }),
    said(device, { seq: 4, metrics: [{ alias: 7, value: 3.5 }] }),
  )
  const arrivedMs = Date.now()
  const held = await row('Late/node/drill')
  assert.deepEqual([held.messages.deadLettered, held.messages.decoded], [3, 0])
  const asked = () => requests.packets.filter(({ topic }) => topic === 'spBv1.0/Late/NCMD/node').length
  await eventually('it is asked', () => (asked() > 0 ? true : undefined))

  const torque = { name: 'torque', alias: 7, type: 'Double', value: 0.5 } as const
  await publish(
    said('Late/NBIRTH/node', { timestamp: begunMs, seq: 0, bdSeq: 0, metrics: [] }),
    said('Late/DBIRTH/node/drill', { timestamp: begunMs - 1, seq: 1, metrics: [torque] }),
  )
  const { messages } = await eventually('all are released', async () => {
    const now = await row('Late/node/drill')
    return now.messages.deadLettered === 0 ? now : undefined
  })
  assert.deepEqual([messages.received, messages.decoded], [4, 4])
  await stored('SELECT torque FROM telemetry', 4)
  const [series] = await influxd.query('SELECT torque FROM telemetry')
  assert.deepEqual(
    series!.values.map(([, value]) => value),
    [1.5, 2.5, 0.5, 3.5],
  )
  const times = series!.values.map(([time]) => Date.parse(String(time)))
  assert.deepEqual(times.slice(0, 3), [CAPTURED_MS, CAPTURED_MS + 1, begunMs - 1])
  assert.ok(times[3]! >= begunMs && times[3]! <= arrivedMs, String(times[3]))
  assert.equal(asked(), 1)
})

interface Listed {
  readonly path: string
  readonly presence?: { readonly state: string; readonly reason: { readonly code: string } }
}

/** Path, state and why, of an edge node and its device. */
async function presenceIn(scope: string): Promise<(readonly (string | undefined)[])[]> {
  const { devices } = await gateway.get<{ devices: Listed[] }>(
    `/api/v1/devices?scope=${encodeURIComponent(scope)}`,
  )
  return devices
    .filter(({ path }) => path.includes(scope))
    .map(({ path, presence }) => [path, presence?.state, presence?.reason.code])
}

async function allBecome(scope: string, state: string): Promise<(readonly (string | undefined)[])[]> {
  return eventually(`all of ${scope} are ${state}`, async () => {
    const all = await presenceIn(scope)
    return all.length === 2 && all.every((one) => one[1] === state) ? all : undefined
  })
}

test('an edge node that is cut off is offline, and its device with it', async () => {
  press.say([{ alias: 7, type: 'Float', value: 22.5 }])
  await allBecome('Moulding', 'online')
  press.cut()
  await allBecome('Moulding', 'offline')
})

test('the death certificate of an edge node behind another client puts it and its device offline', async () => {
  const bridge = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, { reconnectPeriod: 0 })
  const pass = (capture: Capture) => bridge.publishAsync(capture.topic, capture.payload, { qos: 1 })
  for (const birth of [
    said('Bridged/NBIRTH/node', { timestamp: Date.now(), seq: 0, bdSeq: 5, metrics: [] }),
    said('Bridged/DBIRTH/node/saw', { timestamp: Date.now(), seq: 1, metrics: [] }),
  ])
    await pass(birth)
  await allBecome('Bridged', 'online')
  await pass(said('Bridged/NDEATH/node', { bdSeq: 4 }))
  assert.deepEqual(
    (await presenceIn('Bridged')).map(([, state]) => state),
    ['online', 'online'],
  )
  await pass(said('Bridged/NDEATH/node', { bdSeq: 5 }))
  assert.deepEqual((await allBecome('Bridged', 'offline')).toSorted(), [
    ['Bridged/node', 'offline', 'death_certificate'],
    ['Bridged/node/saw', 'offline', 'edge_node_death'],
  ])
  await bridge.endAsync()
})

test('no field is called by an alias, and InfluxDB holds as many points as the ledger says', async () => {
  const { totals, devices } = await gateway.drained()
  const { received, decoded, ignored, deadLettered, refused } = totals.messages
  assert.equal(received, decoded + ignored + deadLettered + refused)
  assert.deepEqual([deadLettered, ignored, refused], [0, 0, 0])
  const own = devices.find(({ path }) => path === '')?.points.stored ?? 0
  const series = await influxd.query('SELECT * FROM telemetry GROUP BY *')
  const count = series.reduce((sum, { values }) => sum + values.length, 0)
  assert.equal(totals.points.stored - own, count)
  assert.ok(count > 15, `${count} points`)
  const aliases = (await fieldNames()).filter((name) => /alias|^\d+$/i.test(name))
  assert.deepEqual(aliases, [])
})
