import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectAsync, type IClientOptions } from 'mqtt'
import { generate } from 'mqtt-packet'
import { WebSocket } from 'ws'
import { GatewayError } from '../../src/core/errors.js'
import { Authority } from '../support/authority.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'
import { ScriptedAdmission } from '../support/scripted-admission.js'

const HOST = '127.0.0.1'
const directory = mkdtempSync(join(tmpdir(), 'linegate-tls-'))
const authority = new Authority(directory)
const file = (name: string) => authority.file(name)
const tls = authority.issue('server', { purpose: 'serverAuth', alternativeNames: `IP:${HOST}` })
const mutual = { ...tls, caFile: authority.caFile }

let rig: BrokerRig

before(async () => {
  authority.issue('client')
  rig = await BrokerRig.start({
    listeners: [
      { protocol: 'mqtt', host: HOST, port: 0 },
      { protocol: 'mqtts', host: HOST, port: 0, tls },
      { protocol: 'ws', host: HOST, port: 0 },
      { protocol: 'wss', host: HOST, port: 0, tls },
      { protocol: 'mqtts', host: HOST, port: 0, tls: mutual, authentication: ['certificate'] },
    ],
    admission: new ScriptedAdmission(),
  })
})

after(async () => {
  await rig.remove()
  rmSync(directory, { recursive: true, force: true })
})

test('every listener has a port and a URL of its own', () => {
  const addresses = rig.broker.addresses()
  assert.equal(new Set(addresses.map(({ port }) => port)).size, 5)
  assert.deepEqual(
    addresses.slice(0, 4).map(({ protocol, url, port }) => [protocol, url.replace(String(port), 'port')]),
    [
      ['mqtt', 'mqtt://127.0.0.1:port'],
      ['mqtts', 'mqtts://127.0.0.1:port'],
      ['ws', 'ws://127.0.0.1:port/mqtt'],
      ['wss', 'wss://127.0.0.1:port/mqtt'],
    ],
  )
})

for (const [index, protocol] of ['mqtt', 'mqtts', 'ws', 'wss'].entries()) {
  test(`messages of all QoS go both ways over ${protocol}`, async () => {
    await exchange(rig.broker.addresses()[index]!.url, `over/${protocol}`, {})
    assert.equal(rig.accepting.on(`over/${protocol}`).length, 3)
  })
}

test('a listener that asks for client certificates takes only those of its authority', async () => {
  const { url } = rig.broker.addresses()[4]!
  const certificate = { cert: readFileSync(file('client.crt')), key: readFileSync(file('client.key')) }
  await exchange(url, 'over/mutual', certificate)
  await assert.rejects(exchange(url, 'over/anonymous', {}))
  const stranger = { cert: readFileSync(file('server.crt')), key: readFileSync(file('server.key')) }
  await assert.rejects(exchange(url, 'over/stranger', stranger))
  assert.equal(rig.accepting.on('over/anonymous').length + rig.accepting.on('over/stranger').length, 0)
})

test('both subprotocols of MQTT are taken, and no connection without one', async () => {
  const { url } = rig.broker.addresses()[2]!
  for (const name of ['mqtt', 'mqttv3.1']) {
    const socket = new WebSocket(url, ['other', name])
    await once(socket, 'open')
    assert.equal(socket.protocol, name)
    socket.terminate()
  }
  for (const names of [[], ['other']]) {
    const socket = new WebSocket(url, names)
    const [error] = (await once(socket, 'error')) as [Error]
    assert.match(error.message, /400/)
  }
})

test('packets may be cut and joined in any way over WebSocket messages; text closes the connection', async () => {
  const socket = await openWebSocket(rig.broker.addresses()[2]!.url)
  const bytes = Buffer.concat(
    [connectPacket(), publishPacket('ws/cut', 'a', 1, 1), publishPacket('ws/cut', 'b', 1, 2)].map((packet) =>
      generate(packet),
    ),
  )
  for (let at = 0; at < bytes.length; at += 5) socket.send(bytes.subarray(at, at + 5))
  await until(() => rig.accepting.on('ws/cut').length === 2)
  socket.send('text')
  await once(socket, 'close')
})

test('a packet over the limit closes a WebSocket as well', async () => {
  const socket = await openWebSocket(rig.broker.addresses()[2]!.url)
  socket.send(generate(connectPacket()))
  const before = rig.broker.counters.oversizedPackets
  socket.send(Buffer.from([0x32, 0xfd, 0xff, 0x03]))
  await once(socket, 'close')
  assert.equal(rig.broker.counters.oversizedPackets, before + 1)
})

test('an upgrade that came in on another HTTP server is taken', async () => {
  const server = createServer()
  server.on('upgrade', (request, socket, head) => rig.broker.handleWebSocket(socket, request, head, HOST))
  server.listen(0, HOST)
  await once(server, 'listening')
  await exchange(`ws://${HOST}:${(server.address() as AddressInfo).port}/mqtt`, 'over/http', {})
  assert.equal(rig.accepting.on('over/http').length, 3)
  server.close()
  await once(server, 'close')
})

test('bytes that are no TLS handshake, and requests without an upgrade, disturb nothing', async () => {
  const [plain, secure, ws] = rig.broker.addresses()
  const stranger = new RawMqtt(secure!.port)
  stranger.send(connectPacket())
  await stranger.closed
  const answer = await fetch(`http://${HOST}:${ws!.port}/mqtt`)
  assert.equal(answer.status, 426)
  await answer.arrayBuffer()
  await exchange(plain!.url, 'still/there', {})
})

test('a port in use is an error that names it, and what was opened before it is closed', async () => {
  const { port } = rig.broker.addresses()[0]!
  const late = new BrokerRig({
    listeners: [
      { protocol: 'mqtt', host: HOST, port: 0 },
      { protocol: 'mqtt', host: HOST, port },
    ],
  })
  await assert.rejects(late.broker.start(), (error) => {
    return error instanceof GatewayError && error.code === 'LG_LISTEN_FAILED' && error.details.port === port
  })
  assert.throws(() => late.broker.addresses())
  await late.remove()
})

test('certificate files that are missing are an error that names the listener', async () => {
  const missing = { certFile: file('none.crt'), keyFile: file('none.key') }
  const late = new BrokerRig({ listeners: [{ protocol: 'mqtts', host: HOST, port: 0, tls: missing }] })
  await assert.rejects(late.broker.start(), { code: 'LG_TLS_UNUSABLE' })
  await late.remove()
})

async function exchange(url: string, topic: string, options: IClientOptions): Promise<void> {
  const ca = readFileSync(file('ca.crt'))
  const client = await connectAsync(url, { ...options, ca, reconnectPeriod: 0, connectTimeout: 3_000 }, false)
  const heard: string[] = []
  client.on('message', (_topic, payload) => heard.push(payload.toString()))
  await client.subscribeAsync(topic, { qos: 2 })
  for (const qos of [0, 1, 2] as const) await client.publishAsync(topic, `qos ${qos}`, { qos })
  await until(() => heard.length === 3)
  assert.deepEqual(heard.sort(), ['qos 0', 'qos 1', 'qos 2'])
  await client.endAsync()
}

async function openWebSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, ['mqtt'])
  await once(socket, 'open')
  return socket
}
