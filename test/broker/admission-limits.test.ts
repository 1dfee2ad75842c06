import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { generate } from 'mqtt-packet'
import type { LimitName } from '../../src/broker/limits.js'
import type { ListenerOptions } from '../../src/broker/listener.js'
import type { ClientRefusal } from '../../src/core/client-access.js'
import { Authority } from '../support/authority.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'
import { ScriptedAdmission } from '../support/scripted-admission.js'

const HOST = '127.0.0.1'
const directory = mkdtempSync(join(tmpdir(), 'linegate-limits-'))
const authority = new Authority(directory)
const tls = authority.issue('server', { purpose: 'serverAuth', alternativeNames: `IP:${HOST}` })
after(() => rmSync(directory, { recursive: true, force: true }))

async function limited(
  limits: Partial<Record<LimitName, number>>,
  listener: Partial<ListenerOptions> = {},
  admission = new ScriptedAdmission(),
) {
  const refusals: ClientRefusal[] = []
  const rig = await BrokerRig.start({
    limits,
    admission,
    onRefused: (refusal) => refusals.push(refusal),
    listeners: [{ protocol: 'mqtt', host: HOST, port: 0, ...listener }],
  })
  return { rig, refusals }
}

/** From an address of this machine; resolves with the socket once it is closed or has got a byte. */
async function knock(port: number, from = HOST): Promise<Socket> {
  const socket = connect({ port, host: HOST, localAddress: from })
  socket.on('error', () => undefined)
  socket.on('connect', () => socket.write(generate(connectPacket())))
  await new Promise<void>((resolve) => {
    socket.once('data', () => resolve())
    socket.once('close', () => resolve())
  })
  return socket
}

test('one address has no more than its connections; another has its own, and one that ends makes room', async () => {
  const { rig, refusals } = await limited({ connectionsPerAddress: 2 })
  const [first, second, third] = [await knock(rig.port), await knock(rig.port), await knock(rig.port)]
  const other = await knock(rig.port, '127.0.0.2')
  assert.deepEqual(
    [first, second, third, other].map(({ destroyed }) => destroyed),
    [false, false, true, false],
  )
  assert.equal(rig.broker.limitCounts.connectionsPerAddress, 1)
  assert.deepEqual(
    refusals.map(({ kind, target, address }) => [kind, target, address]),
    [['limit', 'connectionsPerAddress', HOST]],
  )
  first!.destroy()
  await until(() => rig.broker.connectedClients === 2)
  const next = await knock(rig.port)
  assert.equal(next.destroyed, false)
  for (const socket of [second, other, next]) socket!.destroy()
  await rig.remove()
})

test('all addresses together have no more than the connections of the broker', async () => {
  const { rig } = await limited({ connections: 2 })
  const sockets: Socket[] = []
  for (const from of [HOST, '127.0.0.2', '127.0.0.3']) sockets.push(await knock(rig.port, from))
  assert.deepEqual(
    sockets.map(({ destroyed }) => destroyed),
    [false, false, true],
  )
  assert.equal(rig.broker.limitCounts.connections, 1)
  for (const socket of sockets) socket.destroy()
  await rig.remove()
})

test('an address that connects again and again is held up, however short its connections are', async () => {
  const { rig } = await limited({ connectsPerAddress: 1 })
  let taken = 0
  for (let i = 0; i < 15; i++) {
    const socket = await knock(rig.port)
    if (!socket.destroyed) taken++
    socket.destroy()
  }
  assert.ok(taken >= 10 && taken <= 12, `${taken} were taken`)
  assert.equal(rig.broker.limitCounts.connectsPerAddress, 15 - taken)
  assert.equal((await knock(rig.port, '127.0.0.2')).destroyed, false)
  await rig.remove()
})

async function closed(socket: Socket): Promise<void> {
  while (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
}

const HTTP = 'GET /mqtt HTTP/1.1\r\nHost: localhost\r\nX-Slow: '
const SLOW: readonly (readonly [string, Partial<ListenerOptions>, Buffer])[] = [
  ['a CONNECT', { protocol: 'mqtt' }, generate({ ...connectPacket({ clientId: 'x'.repeat(2_000) }) })],
  // A record that says that 500 bytes follow.
  [
    'a TLS handshake',
    { protocol: 'mqtts', tls },
    Buffer.concat([Buffer.from('16030101f4', 'hex'), Buffer.alloc(500)]),
  ],
  ['an upgrade request', { protocol: 'ws' }, Buffer.from(HTTP + 'x'.repeat(2_000))],
]

for (const [what, listener, bytes] of SLOW) {
  test(`a client that sends ${what} byte by byte is closed at the time limit, as one that sends nothing`, async () => {
    const { rig, refusals } = await limited({ connectTimeoutMs: 500 }, listener)
    const slow = connect({ port: rig.port, host: HOST })
    const silent = connect({ port: rig.port, host: HOST })
    for (const socket of [slow, silent]) socket.on('error', () => undefined).resume()
    let at = 0
    const trickle = setInterval(() => slow.write(bytes.subarray(at, ++at)), 10)
    await Promise.all([slow, silent].map(closed))
    clearInterval(trickle)
    assert.ok(at > 5 && at < bytes.length, `${at} of ${bytes.length} bytes were sent`)
    assert.equal(rig.broker.limitCounts.connectTimeoutMs, 2)
    assert.deepEqual([...new Set(refusals.map(({ target }) => target))], ['connectTimeoutMs'])
    await rig.remove()
  })
}

test('the time to be let in covers the admission, and ends with it', async () => {
  const admission = new ScriptedAdmission()
  const { rig } = await limited({ connectTimeoutMs: 500 }, { authentication: ['password'] }, admission)
  const connectAs = (name: string) => {
    const client = new RawMqtt(rig.port)
    client.send(connectPacket({ clientId: name, username: name, password: Buffer.from(name) }))
    return client
  }
  const quick = connectAs('quick')
  await quick.next('connack')
  admission.gate = new Promise(() => undefined)
  const stuck = connectAs('stuck')
  await stuck.closed
  assert.equal(rig.broker.limitCounts.connectTimeoutMs, 1)
  quick.send(publishPacket('after/time', 'x', 1, 1))
  await quick.next('puback')
  await quick.end()
  await rig.remove()
})

test('a client that goes silent without a word is closed after one and a half times its keep-alive', async () => {
  const { rig } = await limited({})
  const client = await RawMqtt.connect(rig.port, { clientId: 'half-open', keepalive: 1 })
  await client.closed
  await until(() => rig.broker.connectedClients === 0)
  await rig.remove()
})

test('connections that were not let in yet hold up no stop', async () => {
  for (const listener of [{ protocol: 'mqtt' }, { protocol: 'mqtts', tls }, { protocol: 'ws' }] as const) {
    const { rig } = await limited({ connectTimeoutMs: 120_000 }, listener)
    const silent = connect({ port: rig.port, host: HOST })
    silent.on('error', () => undefined).resume()
    await new Promise((resolve) => silent.once('connect', resolve))
    await rig.remove()
    await closed(silent)
  }
})
