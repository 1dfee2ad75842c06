import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, test } from 'node:test'
import { WebSocket } from 'ws'
import { LiveClient, type LiveServer, startLive } from '../support/live.js'
import { ViewsInMemory } from '../support/views.js'

const LIMITS = {
  minIntervalMs: 20,
  heartbeatMs: 50,
  pingIntervalMs: 60,
  maxSubscriptions: 3,
  maxFrameBytes: 500,
}

let views: ViewsInMemory
let live: LiveServer

beforeEach(async () => {
  views = new ViewsInMemory()
  views.addDevice('ningbo/moulding/line1/imm-01')
  live = await startLive(views, { ...LIMITS, maxConnections: 2 })
})

afterEach(() => live.close())

const MISTAKES: [name: string, frame: string, cause: RegExp, id?: string][] = [
  ['no JSON', '{"type":', /not JSON/],
  ['null', 'null', /type must be/],
  ['an unknown type', '{"type":"publish","id":"a"}', /type must be subscribe or unsubscribe/, 'a'],
  ['no id', '{"type":"subscribe","topic":"counts"}', /required property 'id'/],
  ['an id that is no text', '{"type":"unsubscribe","id":7}', /id must be string/],
  [
    'an unknown topic',
    '{"type":"subscribe","id":"a","topic":"points"}',
    /counts, values, deadLetters or presence/,
    'a',
  ],
  [
    'a misspelt key',
    '{"type":"subscribe","id":"a","topic":"counts","interval":5}',
    /unknown key interval/,
    'a',
  ],
  [
    'a scope with an empty level',
    '{"type":"subscribe","id":"a","topic":"counts","scope":"a//b"}',
    /scope/,
    'a',
  ],
  [
    'a scope that is too deep',
    '{"type":"subscribe","id":"a","topic":"counts","scope":"a/b/c/d/e"}',
    /scope/,
    'a',
  ],
  [
    'a depth out of range',
    '{"type":"subscribe","id":"a","topic":"counts","depth":9}',
    /depth must be <= 4/,
    'a',
  ],
  [
    'a negative interval',
    '{"type":"subscribe","id":"a","topic":"counts","intervalMs":-1}',
    /intervalMs/,
    'a',
  ],
]

for (const [name, frame, cause, id] of MISTAKES) {
  test(`a frame with ${name} is answered with an error, and the connection stays`, async () => {
    const client = await LiveClient.connect(live.port)
    client.send(frame)
    const error = await client.next('error')
    assert.equal(error.code, 'LG_LIVE_FRAME_INVALID')
    assert.match(error.message, cause)
    assert.equal(error.id, id)
    client.send({ type: 'subscribe', id: 'b', topic: 'counts' })
    assert.equal((await client.next('snapshot')).id, 'b')
  })
}

test('a binary frame is answered with an error', async () => {
  const client = await LiveClient.connect(live.port)
  client.socket.send(Buffer.from('{"type":"unsubscribe","id":"a"}'))
  assert.match((await client.next('error')).message, /binary/)
})

test('hello tells the protocol version, the gateway and how often it would be heard', async () => {
  const client = await LiveClient.connect(live.port)
  const [hello] = client.frames
  assert.ok(hello?.type === 'hello')
  assert.deepEqual([hello.protocolVersion, hello.gatewayId, hello.heartbeatMs], [1, 'plant-1', 50])
  assert.ok(Math.abs(Date.parse(hello.time) - Date.now()) < 60_000)
})

test('an id that is in use, and one that is not, are errors that name the subscription', async () => {
  const client = await LiveClient.connect(live.port)
  client.send({ type: 'subscribe', id: 'a', topic: 'counts' })
  client.send({ type: 'subscribe', id: 'a', topic: 'values' })
  const twice = await client.next('error')
  assert.deepEqual([twice.code, twice.id], ['LG_LIVE_SUBSCRIPTION_EXISTS', 'a'])
  client.send({ type: 'unsubscribe', id: 'z' })
  const unknown = await client.next('error')
  assert.deepEqual([unknown.code, unknown.id], ['LG_LIVE_SUBSCRIPTION_UNKNOWN', 'z'])
})

test('a subscription beyond the limit is refused; after an unsubscribe there is room again', async () => {
  const client = await LiveClient.connect(live.port)
  for (const id of ['a', 'b', 'c', 'd']) client.send({ type: 'subscribe', id, topic: 'counts' })
  const error = await client.next('error')
  assert.deepEqual([error.code, error.id], ['LG_LIVE_SUBSCRIPTIONS_EXCEEDED', 'd'])
  client.send({ type: 'unsubscribe', id: 'a' })
  client.send({ type: 'subscribe', id: 'd', topic: 'counts' })
  assert.equal((await client.next('snapshot')).id, 'd')
})

test('no update follows an unsubscribe', async () => {
  const client = await LiveClient.connect(live.port)
  for (const id of ['a', 'b']) client.send({ type: 'subscribe', id, topic: 'counts', intervalMs: 20 })
  await client.next('snapshot')
  await client.next('snapshot')
  client.send({ type: 'unsubscribe', id: 'a' })
  client.send({ type: 'unsubscribe', id: 'unknown' })
  await client.next('error')
  const seen = client.frames.length
  views.receive(1)
  await client.next('update')
  await client.next('update')
  const later = client.frames.slice(seen)
  assert.ok(later.every((frame) => frame.type !== 'update' || frame.id === 'b'))
})

test('a flood of invalid frames ends the connection with 1008', async () => {
  const client = await LiveClient.connect(live.port)
  for (let i = 0; i < 30; i++) client.send('nonsense')
  assert.equal((await client.closed).code, 1008)
  assert.equal(client.frames.filter(({ type }) => type === 'error').length, 20)
})

test('a flood of valid frames ends the connection with 1008 too', async () => {
  const client = await LiveClient.connect(live.port)
  for (let i = 0; i < 500; i++) client.send({ type: 'unsubscribe', id: 'a' })
  assert.equal((await client.closed).code, 1008)
})

test('a frame larger than the limit ends the connection with 1009', async () => {
  const client = await LiveClient.connect(live.port)
  client.send(' '.repeat(501))
  assert.equal((await client.closed).code, 1009)
})

test('a connection beyond the limit is refused with 503', async () => {
  await LiveClient.connect(live.port)
  await LiveClient.connect(live.port)
  assert.deepEqual(await refusal(), [503, 'LG_LIVE_CONNECTIONS_EXCEEDED'])
})

async function refusal(): Promise<[number | undefined, string]> {
  const socket = new WebSocket(`ws://127.0.0.1:${live.port}/live`)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  const body = (await response.setEncoding('utf8').toArray()).join('')
  return [response.statusCode, JSON.parse(body).code]
}

test('a peer that answers no ping is taken for dead', async () => {
  const client = await LiveClient.connect(live.port, { autoPong: false })
  assert.equal((await client.closed).code, 1006)
})

test('a peer that answers pings stays', async () => {
  const client = await LiveClient.connect(live.port)
  let pings = 0
  client.socket.on('ping', () => pings++)
  while (pings < 4) await client.next('heartbeat')
  assert.equal(client.socket.readyState, WebSocket.OPEN)
})

test('closing the hub says goodbye with 1001, also while an operator does not read', async () => {
  const client = await LiveClient.connect(live.port)
  const deaf = await LiveClient.connect(live.port)
  deaf.socket.pause()
  await live.hub.close()
  assert.equal((await client.closed).code, 1001)
  assert.equal(live.hub.statistics.connections, 0)
  deaf.socket.terminate()
})

test('a view that fails ends its stream with an error, and the others go on', async () => {
  const client = await LiveClient.connect(live.port)
  client.send({ type: 'subscribe', id: 'counts', topic: 'counts', intervalMs: 20 })
  client.send({ type: 'subscribe', id: 'letters', topic: 'deadLetters', intervalMs: 20 })
  await client.next('snapshot')
  await client.next('snapshot')
  views.deadLetters.list = () => {
    throw new Error('the disk is gone')
  }
  views.receiveUndecodable(1, 'malformed')
  const error = await client.next('error')
  assert.deepEqual([error.code, error.id], ['LG_LIVE_FEED_FAILED', 'letters'])
  assert.match(error.message, /the disk is gone/)
  client.send({ type: 'subscribe', id: 'again', topic: 'deadLetters' })
  assert.equal((await client.next('error')).id, 'again')
  views.receive(1)
  assert.equal((await client.next('update')).id, 'counts')
})
