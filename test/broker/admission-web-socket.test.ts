import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { generate, parser } from 'mqtt-packet'
import { WebSocket } from 'ws'
import { isOriginAllowed } from '../../src/broker/entrance/origin.js'
import type { ClientRefusal } from '../../src/core/client-access.js'
import { Authority } from '../support/authority.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket } from '../support/raw-mqtt.js'
import { ScriptedAdmission } from '../support/scripted-admission.js'

const HOST = '127.0.0.1'
const CONSOLE = 'https://console.example'
const directory = mkdtempSync(join(tmpdir(), 'linegate-web-'))
const plant = new Authority(directory)
const tls = plant.issue('server', { purpose: 'serverAuth', alternativeNames: `IP:${HOST}` })
const admission = new ScriptedAdmission()
const refusals: ClientRefusal[] = []
let rig: BrokerRig
let http: Server

before(async () => {
  plant.issue('imm-01')
  const common = { host: HOST, port: 0, allowedOrigins: [CONSOLE] }
  rig = await BrokerRig.start({
    admission,
    limits: { connectionsPerAddress: 3 },
    onRefused: (each) => refusals.push(each),
    overHttp: { authentication: ['token'], allowedOrigins: [CONSOLE] },
    listeners: [
      { ...common, protocol: 'ws', authentication: ['token'] },
      { ...common, protocol: 'wss', authentication: ['certificate'], tls: { ...tls, caFile: plant.caFile } },
    ],
  })
  http = createServer()
  http.on('upgrade', (request, socket, head) =>
    rig.broker.handleWebSocket(socket, request, head, '192.0.2.7'),
  )
  http.listen(0, HOST)
  await once(http, 'listening')
})

after(async () => {
  http.closeAllConnections()
  http.close()
  await rig.remove()
  rmSync(directory, { recursive: true, force: true })
})

beforeEach(async () => {
  await until(() => rig.broker.connectedClients === 0)
  refusals.length = 0
  admission.attempts.length = 0
})

/** The return code of the CONNACK, or the status of the answer to the upgrade request. */
async function knock(url: string, token: string, options: object = {}) {
  const socket = new WebSocket(url, ['mqtt'], { ca: readFileSync(plant.caFile), ...options })
  const parse = parser()
  socket.on('message', (data: Buffer) => parse.parse(data))
  socket.on('open', () =>
    socket.send(generate(connectPacket({ clientId: 'web', username: 'x', password: Buffer.from(token) }))),
  )
  const answer = await new Promise<string>((resolve) => {
    parse.on('packet', (packet) => resolve(`connack ${packet.cmd === 'connack' ? packet.returnCode : '?'}`))
    socket.on('error', (error) => resolve(/\d{3}/.exec(error.message)?.[0] ?? error.message))
  })
  return { answer, socket }
}

function overHttp(): string {
  return `ws://${HOST}:${(http.address() as AddressInfo).port}/mqtt`
}

test('a page of the own host or of an origin that is allowed may connect, and a program; no other page', async () => {
  for (const url of [rig.url, overHttp()]) {
    const own = url.replace('ws:', 'http:').replace('/mqtt', '')
    for (const [origin, expected] of [
      [undefined, 'connack 0'],
      [own, 'connack 0'],
      [CONSOLE, 'connack 0'],
      ['https://evil.example', '403'],
      ['null', '403'],
      [`http://${HOST}:1`, '403'],
    ] as const) {
      const { answer, socket } = await knock(url, 'token-imm-01', origin === undefined ? {} : { origin })
      assert.equal(answer, expected, `${origin} at ${url}`)
      socket.terminate()
      await until(() => rig.broker.connectedClients === 0)
    }
  }
  assert.equal(refusals.length, 6)
  assert.deepEqual([refusals[0]!.kind, refusals[0]!.target], ['connect', 'https://evil.example'])
})

test('a page whose name was made to resolve to this machine is not of its host', () => {
  const rebound = { origin: 'http://evil.example:9001', host: 'evil.example:9001' }
  assert.equal(isOriginAllowed(rebound, [], '127.0.0.1'), false)
  assert.equal(
    isOriginAllowed({ origin: 'http://localhost:9001', host: 'localhost:9001' }, [], '127.0.0.1'),
    true,
  )
  assert.equal(isOriginAllowed({ origin: 'https://gw.plant', host: 'gw.plant' }, [], '0.0.0.0'), true)
  assert.equal(isOriginAllowed({ origin: 'https://gw.plant', host: 'gw.plant:443' }, [], '0.0.0.0'), true)
})

test('who comes by WebSocket has to say who it is as well', async () => {
  for (const url of [rig.url, overHttp()]) {
    const { answer, socket } = await knock(url, 'wrong')
    assert.equal(answer, 'connack 4')
    socket.terminate()
  }
  assert.deepEqual(
    admission.attempts.map(({ address, methods }) => [address, methods]),
    [
      [HOST, ['token']],
      ['192.0.2.7', ['token']],
    ],
  )
})

test('a certificate counts over WebSocket with TLS, and is needed where it alone counts', async () => {
  const { url } = rig.broker.addresses()[1]!
  const { answer, socket } = await knock(url, 'none', plant.proof('imm-01'))
  assert.equal(answer, 'connack 0')
  assert.equal(rig.broker.accessOf('web')?.principal, 'device:imm-01')
  socket.terminate()
  const without = await knock(url, 'token-imm-01')
  assert.doesNotMatch(without.answer, /connack/)
})

test('the limits of an address count WebSockets, of another HTTP server as well', async () => {
  const sockets: WebSocket[] = []
  const answers: string[] = []
  for (let i = 0; i < 4; i++) {
    const client = connectedAs(`many-${i}`)
    sockets.push(client)
    answers.push(
      await new Promise((resolve) => {
        client.on('open', () => resolve('open'))
        client.on('error', (error) => resolve(/\d{3}/.exec(error.message)?.[0] ?? error.message))
      }),
    )
  }
  assert.deepEqual(answers, ['open', 'open', 'open', '503'])
  assert.equal(rig.broker.limitCounts.connectionsPerAddress, 1)
  for (const socket of sockets) socket.terminate()
})

test('headers without end are cut off', async () => {
  const socket = connect({ port: rig.port, host: HOST })
  let said = ''
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  socket.on('error', () => undefined)
  socket.write(`GET /mqtt HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(10_000)}`)
  await new Promise((resolve) => socket.once('close', resolve))
  assert.match(said, /^HTTP\/1\.1 431/)
})

function connectedAs(name: string): WebSocket {
  const socket = new WebSocket(overHttp(), ['mqtt'], { headers: { 'x-name': name } })
  socket.on('error', () => undefined)
  return socket
}
