import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectAsync } from 'mqtt'
import WebSocket from 'ws'
import { finished, linegate } from '../support/command.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { eventually } from '../support/ports.js'

interface History {
  readonly rows: readonly { readonly time: string; readonly value: number }[]
}

let gateway: GatewayProcess

before(async () => {
  gateway = await GatewayProcess.start([
    'sinks: [ { name: local, type: duckdb } ]',
    'routes:',
    "  - { topic: 'factory/{site}/{area}/{line}/{device}/telemetry', decoder: json }",
    "  - { topic: 'raw/{site}/{area}/{line}/{device}/lp', decoder: line-protocol, measurement: raw }",
    "  - { topic: 'tag/{site}/{area}/{line}/{device}/+', decoder: value, measurement: tags }",
  ])
})

after(() => gateway.remove())

function publish(topic: string, payload: string, ...more: string[]) {
  return finished('mosquitto_pub', [
    '-p',
    String(gateway.mqttPort),
    '-q',
    '1',
    '-t',
    topic,
    '-m',
    payload,
    ...more,
  ])
}

function history(device: string, field: string): Promise<History> {
  return gateway.get<History>(`/api/v1/history?device=${device}&field=${field}`)
}

function stored(device: string, field: string): Promise<History> {
  return eventually('the point is stored', async () => {
    const answer = await fetch(`${gateway.url}/api/v1/history?device=${device}&field=${field}`)
    if (!answer.ok) return undefined
    const found = (await answer.json()) as History
    return found.rows.length > 0 ? found : undefined
  })
}

test('a point published with mosquitto_pub is in the store and in the history', async () => {
  const { code } = await publish('factory/ningbo/moulding/line1/imm-01/telemetry', '{"temperature":213.4}')
  assert.equal(code, 0)
  const { rows } = await stored('imm-01', 'temperature')
  assert.deepEqual(
    rows.map(({ value }) => value),
    [213.4],
  )
})

test('line protocol and bare values take the same way', async () => {
  await publish('raw/ningbo/press/line2/p-1/lp', 'press,tool=a force=12.5,strokes=9007199254740993i')
  await publish('tag/ningbo/press/line2/p-2/oil_temperature', '61.25')
  assert.equal((await stored('p-1', 'force')).rows[0]?.value, 12.5)
  assert.equal(String((await stored('p-1', 'strokes')).rows[0]?.value), '9007199254740993')
  assert.equal((await stored('p-2', 'oil_temperature')).rows[0]?.value, 61.25)
})

test('a message that cannot be decoded is a dead letter that the command line shows', async () => {
  await publish('factory/ningbo/moulding/line1/imm-02/telemetry', '{"temperature":')
  const { out } = await linegate('dead-letters', 'list', '--url', gateway.url, '--device', 'imm-02', '--json')
  const [letter] = JSON.parse(out) as { id: number; reason: { code: string }; payload: { text: string } }[]
  assert.equal(letter?.reason.code, 'malformed')
  assert.equal(letter?.payload.text, '{"temperature":')
  const shown = await linegate('dead-letters', 'show', String(letter?.id), '--url', gateway.url)
  assert.equal(shown.code, 0)
  assert.match(shown.out, /\{"temperature":/)
})

test('ordinary MQTT traffic reaches its subscribers and is counted as ignored', async () => {
  const before = (await gateway.ledger()).totals.messages
  const client = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  await client.subscribeAsync('chat/#', { qos: 1 })
  const arrived = new Promise<string>((resolve) =>
    client.once('message', (_topic, payload) => resolve(String(payload))),
  )
  await client.publishAsync('chat/shift', 'hello', { qos: 1 })
  assert.equal(await arrived, 'hello')
  await client.endAsync()
  const { messages } = (await gateway.ledger()).totals
  assert.equal(messages.ignored, before.ignored + 1)
  assert.equal(messages.received, before.received + 1)
})

test('telemetry reaches MQTT subscribers as well', async () => {
  const client = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  const topic = 'factory/ningbo/moulding/line1/imm-03/telemetry'
  for (const n of [1, 2]) await client.publishAsync(topic, `{"n":${n}}`, { qos: 1 })
  await client.subscribeAsync('factory/+/+/+/imm-03/#')
  const seen: string[] = []
  client.on('message', (_topic, payload) => seen.push(String(payload)))
  for (const n of [3, 4]) await client.publishAsync(topic, `{"n":${n}}`, { qos: 1 })
  await eventually('both arrived', () => (seen.length === 2 ? true : undefined))
  assert.deepEqual(seen, ['{"n":3}', '{"n":4}'])
  await client.unsubscribeAsync('factory/+/+/+/imm-03/#')
  await client.publishAsync(topic, '{"n":5}', { qos: 1 })
  await client.endAsync()
  assert.equal(seen.length, 2)
  const rows = await eventually('all five are stored', async () => {
    const found = await history('imm-03', 'n')
    return found.rows.length === 5 ? found.rows : undefined
  })
  assert.deepEqual(
    rows.map(({ value }) => value),
    [1, 2, 3, 4, 5],
  )
})

test('MQTT is spoken over WebSocket on the HTTP port, too', async () => {
  const client = await connectAsync(`ws://127.0.0.1:${gateway.httpPort}/mqtt`)
  await client.publishAsync('factory/ningbo/moulding/line1/imm-04/telemetry', '{"a":1}', { qos: 2 })
  await client.endAsync()
  assert.equal((await stored('imm-04', 'a')).rows[0]?.value, 1)
})

test('an operator sees the counts move', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.httpPort}/live`)
  const counts: number[] = []
  socket.on('message', (text) => {
    const frame = JSON.parse(String(text)) as { data?: { messages?: { received: number } } }
    if (frame.data?.messages !== undefined) counts.push(frame.data.messages.received)
  })
  await new Promise((resolve) => socket.once('open', resolve))
  const subscription = {
    type: 'subscribe',
    id: 'a',
    topic: 'counts',
    scope: 'ningbo/moulding',
    intervalMs: 100,
    depth: 1,
  }
  socket.send(JSON.stringify(subscription))
  const first = await eventually('a snapshot', () => counts[0])
  await publish('factory/ningbo/moulding/line1/imm-05/telemetry', '{"a":1}')
  await eventually('an update', () => (counts.at(-1) === first + 1 ? true : undefined))
  socket.terminate()
})

test('the simulator’s acknowledged messages are the ledger’s received ones', async () => {
  const before = (await gateway.ledger()).totals.messages
  const broker = `mqtt://127.0.0.1:${gateway.mqttPort}`
  const { code, out } = await linegate(
    'simulate',
    '--broker',
    broker,
    '--speed',
    '10',
    '--devices',
    '200',
    '--duration',
    '3s',
  )
  assert.equal(code, 0, out)
  const number = (label: RegExp) => Number(label.exec(out)?.[1]?.replaceAll(',', ''))
  const sent = number(/^messages sent\s+([\d,]+)/im)
  assert.ok(sent > 200, out)
  assert.equal(number(/^messages acknowledged\s+([\d,]+)/im), sent)
  const { messages, points } = (await gateway.drained()).totals
  assert.equal(messages.received - before.received, sent)
  assert.equal(points.decoded, points.stored + points.filtered + points.deadLettered)
})

test('the ledger’s rows add up to its totals', async () => {
  const { totals, devices } = await gateway.drained()
  for (const kind of ['received', 'decoded', 'ignored', 'deadLettered', 'refused'] as const) {
    const sum = devices.reduce((all, { messages }) => all + messages[kind], 0)
    assert.equal(sum, totals.messages[kind], kind)
  }
  const { messages } = totals
  assert.equal(
    messages.received,
    messages.decoded + messages.ignored + messages.deadLettered + messages.refused,
  )
  const shown = await linegate('ledger', '--url', gateway.url)
  assert.equal(shown.code, 0)
  assert.match(shown.out, /imm-01/)
})

test('SIGTERM ends it within five seconds with exit code 0, and nothing is pending or lost after the next start', async () => {
  const before = (await gateway.ledger()).totals
  const start = performance.now()
  assert.equal(await gateway.end('SIGTERM'), 0)
  const seconds = (performance.now() - start) / 1000
  await gateway.run()
  assert.deepEqual((await gateway.drained()).totals.messages, before.messages)
  assert.ok(seconds < 5, `it took ${seconds} s`)
})
