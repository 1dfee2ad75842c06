import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { IConnackPacket } from 'mqtt-packet'
import type { ClientRefusal } from '../../src/core/client-access.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'
import { ScriptedAdmission } from '../support/scripted-admission.js'

const HOST = '127.0.0.1'
const CLOSED = { authentication: ['none'], allowedOrigins: [] } as const
const WILL = { topic: 'state/will', payload: Buffer.from('gone'), qos: 1 as const, retain: false }
const refusals: ClientRefusal[] = []
let admission: ScriptedAdmission
let rig: BrokerRig

function options() {
  admission = new ScriptedAdmission()
  return {
    admission,
    leftWillsAfterMs: 200,
    onRefused: (refusal: ClientRefusal) => refusals.push(refusal),
    overHttp: CLOSED,
    listeners: [
      { protocol: 'mqtt' as const, host: HOST, port: 0, authentication: ['password'] as const },
      { protocol: 'mqtt' as const, host: HOST, port: 0 },
    ],
  }
}

before(async () => {
  rig = await BrokerRig.start(options())
})

after(() => rig.remove())

beforeEach(() => {
  refusals.length = 0
})

async function connect(user: string, clientId: string, more: { clean?: boolean; will?: typeof WILL } = {}) {
  const client = new RawMqtt(rig.port)
  const said = { username: user, password: Buffer.from(user) }
  client.send(connectPacket({ clientId, ...more, ...said }))
  const { returnCode, sessionPresent } = (await client.next('connack')) as IConnackPacket
  return { client, returnCode, sessionPresent }
}

async function restart(): Promise<void> {
  await rig.close()
  rig = await BrokerRig.start(options(), rig.directory)
}

test('a client id in use is refused to another user, and the session goes on; its owner may take over', async () => {
  const anna = await connect('anna', 'press-1')
  const bert = await connect('bert', 'press-1')
  assert.equal(bert.returnCode, 2)
  await bert.client.closed
  anna.client.send(publishPacket('still/there', 'x', 1, 1))
  await anna.client.next('puback')
  assert.deepEqual(
    refusals.map(({ kind, principal, target, cause }) => [kind, principal, target, cause]),
    [['takeover', 'device:bert', 'press-1', 'the session belongs to device:anna']],
  )
  const again = await connect('anna', 'press-1')
  assert.equal(again.returnCode, 0)
  await anna.client.closed
  await again.client.end()
})

test('a client id is free for anyone when a session that is not persistent is over', async () => {
  const anna = await connect('anna', 'press-2')
  await anna.client.end()
  await until(() => rig.broker.accessOf('press-2') === undefined)
  const bert = await connect('bert', 'press-2')
  assert.equal(bert.returnCode, 0)
  await bert.client.end()
})

test('someone who need not say who it is takes over nobody either', async () => {
  const anna = await connect('anna', 'press-3')
  const stranger = new RawMqtt(rig.broker.addresses()[1]!.port)
  stranger.send(connectPacket({ clientId: 'press-3' }))
  assert.equal(((await stranger.next('connack')) as IConnackPacket).returnCode, 2)
  await anna.client.end()
})

test('a persistent session stays its owner’s while it is away, and after a restart', async () => {
  const anna = await connect('anna', 'press-4', { clean: false })
  anna.client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'for/anna', qos: 1 }] })
  await anna.client.next('suback')
  await anna.client.end()
  assert.equal((await connect('bert', 'press-4', { clean: false })).returnCode, 2)
  await restart()
  assert.equal((await connect('bert', 'press-4', { clean: true })).returnCode, 2)
  const again = await connect('anna', 'press-4', { clean: false })
  assert.deepEqual([again.returnCode, again.sessionPresent], [0, true])
  await again.client.end()
  const clean = await connect('anna', 'press-4', { clean: true })
  await clean.client.end()
  await until(() => rig.broker.accessOf('press-4') === undefined)
  assert.equal((await connect('bert', 'press-4')).returnCode, 0)
  await until(() => rig.state.table('mqttSessionOwners').get('=press-4') === undefined)
})

test('a will that an earlier run left is its owner’s until it is published, and speaks for nobody else', async () => {
  const anna = await connect('anna', 'press-5', { will: WILL })
  assert.equal(anna.returnCode, 0)
  await until(() => rig.state.table('mqttWills').size === 1)
  await restart()
  assert.equal((await connect('bert', 'press-5')).returnCode, 2)
  const access = rig.broker.accessOf('press-5')
  assert.deepEqual([access?.principal, access?.maySpeakFor('plant/area/line/other')], ['device:anna', false])
  await until(() => rig.accepting.on(WILL.topic).length === 1)
  await until(() => rig.broker.accessOf('press-5') === undefined)
  assert.equal((await connect('bert', 'press-5')).returnCode, 0)
})

test('what a client may do is known while its will is under way', async () => {
  rig.accepting.hold()
  const anna = await connect('anna', 'press-6', { will: { ...WILL, topic: 'state/held' } })
  await anna.client.end()
  await until(() => rig.accepting.on('state/held').length === 1)
  assert.equal(rig.broker.accessOf('press-6')?.principal, 'device:anna')
  rig.accepting.release()
  await until(() => rig.broker.accessOf('press-6') === undefined)
})

test('a revoked principal is shown out at once: no will, no session, nothing queued', async () => {
  const live = await connect('carl', 'robot-1', { will: { ...WILL, topic: 'state/carl' } })
  const away = await connect('carl', 'robot-2', { clean: false })
  away.client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'for/carl', qos: 1 }] })
  await away.client.next('suback')
  await away.client.end()
  const other = await connect('dora', 'robot-3')
  other.client.send(publishPacket('for/carl', 'secret', 1, 1))
  await other.client.next('puback')
  await until(() => rig.state.table('mqttOutgoing').size === 1)
  admission.revoke('device:carl')
  await live.client.closed
  for (const name of ['mqttOutgoing', 'mqttSubscriptions', 'mqttWills']) {
    await until(() => rig.state.table(name).size === 0)
  }
  assert.equal(other.client.isClosed, false)
  assert.equal(rig.accepting.on('state/carl').length, 0)
  assert.equal(rig.broker.accessOf('robot-1'), undefined)
  const next = await connect('dora', 'robot-2', { clean: false })
  assert.deepEqual([next.returnCode, next.sessionPresent], [0, false])
  await next.client.end()
  await other.client.end()
})

test('a principal that only has to come in anew keeps its session; its will is not published', async () => {
  const will = { ...WILL, topic: 'state/emil' }
  const emil = await connect('emil', 'robot-4', { clean: false, will })
  emil.client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'for/emil', qos: 1 }] })
  await emil.client.next('suback')
  admission.rotated.add('device:emil')
  admission.revoke('device:emil')
  await emil.client.closed
  await until(() => rig.state.table('mqttWills').size === 0)
  const again = await connect('emil', 'robot-4', { clean: false })
  assert.deepEqual([again.returnCode, again.sessionPresent], [0, true])
  assert.equal(rig.accepting.on(will.topic).length, 0)
  await again.client.end()
  rig.broker.revoke('device:emil')
  await until(() => rig.state.table('mqttSubscriptions').size === 0)
})

test('what clients left that did not say who they are is free once they have to', async () => {
  const stranger = new RawMqtt(rig.broker.addresses()[1]!.port)
  stranger.send(connectPacket({ clientId: 'old-1', clean: false }))
  await stranger.next('connack')
  await stranger.end()
  await until(() => !rig.broker.accessOf('old-1'))
  assert.equal((await connect('anna', 'old-1')).returnCode, 2)
  await rig.close()
  const { listeners, ...rest } = options()
  const overHttp = { authentication: ['token'] as const, allowedOrigins: [] }
  rig = await BrokerRig.start({ ...rest, overHttp, listeners: [listeners[0]!] }, rig.directory)
  const anna = await connect('anna', 'old-1')
  assert.equal(anna.returnCode, 0)
  await anna.client.end()
})
