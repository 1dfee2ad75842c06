import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { until } from '../../support/broker-rig.js'
import { RawMqtt } from '../../support/raw-mqtt.js'
import { LINE, MqttPresenceRig } from './mqtt-rig.js'

const LONG_MS = 60_000

let rig: MqttPresenceRig

beforeEach(async () => {
  rig = new MqttPresenceRig()
  await rig.start()
})

afterEach(() => rig.remove())

test('a device is online with its first message, and offline when its client disconnects', async () => {
  const slot = rig.add('press-1', LONG_MS)
  const client = await rig.speaking('press-1')
  assert.deepEqual([rig.stateOf(slot), rig.presence.isConnected(slot)], ['online', true])
  client.send({ cmd: 'disconnect' })
  await rig.reaches(slot, 'offline')
  assert.deepEqual([rig.presence.of(slot).reason.code, rig.sum('connected')], ['disconnected', 0])
  assert.deepEqual(rig.steps(slot), ['unknown>online', 'online>offline'])
})

test('a device whose socket is killed is offline, its connection lost', async () => {
  const slot = rig.add('press-1', LONG_MS)
  const client = await rig.speaking('press-1')
  client.socket.resetAndDestroy()
  await rig.reaches(slot, 'offline')
  assert.equal(rig.presence.of(slot).reason.code, 'connection_lost')
})

test('a device whose client says nothing for its keep-alive is offline, its connection lost', async () => {
  const slot = rig.add('press-1', LONG_MS)
  await rig.speaking('press-1', { keepalive: 1 })
  await rig.reaches(slot, 'offline')
  assert.equal(rig.presence.of(slot).reason.code, 'connection_lost')
})

test('a take-over leaves the device online, and the new connection is what counts', async () => {
  const slot = rig.add('press-1', LONG_MS)
  const old = await rig.speaking('press-1')
  const next = await rig.speaking('press-1')
  await old.closed
  await rig.speak(next, 'press-1')
  assert.deepEqual(rig.steps(slot), ['unknown>online'])
  await next.end()
  await rig.reaches(slot, 'offline')
  assert.deepEqual(rig.steps(slot), ['unknown>online', 'online>offline'])
})

test('a device that falls silent on an open session is stale, and online again when it is heard', async () => {
  const slot = rig.add('press-1')
  const client = await rig.speaking('press-1')
  await rig.reaches(slot, 'stale')
  assert.deepEqual([rig.presence.isConnected(slot), rig.presence.of(slot).reason.code], [true, 'silent'])
  await rig.speak(client, 'press-1')
  assert.equal(rig.stateOf(slot), 'online')
  assert.deepEqual(rig.steps(slot), ['unknown>online', 'online>stale', 'stale>online'])
  await client.end()
})

test('a will on its own topic does not bring a dead device back', async () => {
  const slot = rig.add('press-1', LONG_MS)
  const will = { topic: `${LINE}/press-1`, payload: Buffer.from('{"v":0}'), qos: 1, retain: false } as const
  const client = await rig.speaking('press-1', { will })
  const { lastHeardMs } = rig.presence.of(slot)
  client.socket.resetAndDestroy()
  await rig.reaches(slot, 'offline')
  await until(() => rig.presence.of(slot).lastHeardMs > lastHeardMs)
  assert.deepEqual(rig.steps(slot), ['unknown>online', 'online>offline'])
})

test('a restart of the gateway makes nothing flap, and who stays away is offline when the time is over', async () => {
  const [back, away] = [rig.add('back', LONG_MS), rig.add('away', LONG_MS)]
  const first = await rig.speaking('back')
  await rig.speaking('away')
  await rig.stop()
  await first.closed
  await rig.start()
  assert.deepEqual([rig.sum('connected'), rig.sum('fresh')], [2, 2])
  const client = await rig.speaking('back')
  await rig.reaches(away, 'offline')
  assert.equal(rig.presence.of(away).reason.code, 'not_back')
  assert.deepEqual(
    [rig.steps(back), rig.steps(away)],
    [['unknown>online'], ['unknown>online', 'online>offline']],
  )
  assert.deepEqual(
    rig.transitions.map(({ id }) => id),
    [1, 2, 3],
  )
  await client.end()
})

test('80 of 100 devices are connected and 5 of them silent: 80 connected, 75 fresh', async () => {
  for (let i = 0; i < 100; i++) rig.add(`d${i}`, LONG_MS)
  const clients = await Promise.all(
    Array.from({ length: 80 }, (_, i) =>
      i < 75 ? rig.speaking(`d${i}`) : RawMqtt.connect(rig.port, { clientId: `d${i}` }),
    ),
  )
  assert.deepEqual([rig.sum('registered'), rig.sum('connected'), rig.sum('fresh')], [100, 80, 75])
  await Promise.all(clients.map((client) => client.end()))
  await until(() => rig.sum('connected') === 0)
})

test('a reconnect storm of thousands makes exactly as many transitions, all of them right', async () => {
  const count = 3_000
  const slots = Array.from({ length: count }, (_, i) => rig.add(`d${i}`, LONG_MS))
  const speakAll = () => Promise.all(slots.map((_, i) => rig.speaking(`d${i}`)))
  for (const client of await speakAll()) client.socket.resetAndDestroy()
  await until(() => rig.sum('offline') === count)
  const back = await speakAll()
  assert.deepEqual([rig.sum('fresh'), rig.sum('connected')], [count, count])
  assert.equal(rig.transitions.length, 3 * count)
  const steps = new Map(slots.map((slot) => [slot, '']))
  for (const { slot, to } of rig.transitions) steps.set(slot, `${steps.get(slot)} ${to}`)
  assert.deepEqual(new Set(steps.values()), new Set([' online offline online']))
  await Promise.all(back.map((client) => client.end()))
})
