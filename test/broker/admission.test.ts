import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { IConnackPacket } from 'mqtt-packet'
import type { ClientRefusal } from '../../src/core/client-access.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'
import { ScriptedAdmission } from '../support/scripted-admission.js'

const HOST = '127.0.0.1'
const admission = new ScriptedAdmission()
const refusals: ClientRefusal[] = []
let rig: BrokerRig
let portOf: Record<'anyone' | 'password' | 'token', number>

before(async () => {
  rig = await BrokerRig.start({
    admission,
    onRefused: (refusal) => refusals.push(refusal),
    listeners: [
      { protocol: 'mqtt', host: HOST, port: 0 },
      { protocol: 'mqtt', host: HOST, port: 0, authentication: ['password'] },
      { protocol: 'mqtt', host: HOST, port: 0, authentication: ['token'] },
    ],
  })
  const [anyone, password, token] = rig.broker.addresses().map(({ port }) => port)
  portOf = { anyone: anyone!, password: password!, token: token! }
})

after(() => rig.remove())

beforeEach(() => {
  refusals.length = 0
  admission.attempts.length = 0
})

async function knock(port: number, username?: string, password?: string, clientId = 'imm-01') {
  const client = new RawMqtt(port)
  const said = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  }
  client.send(connectPacket({ clientId, ...said }))
  const { returnCode } = (await client.next('connack')) as IConnackPacket
  return { client, returnCode }
}

test('each listener takes what it is told to, from the same client', async () => {
  for (const [port, password] of [
    [portOf.password, 'imm-01'],
    [portOf.token, 'token-imm-01'],
  ] as const) {
    const { client, returnCode } = await knock(port, 'imm-01', password)
    assert.equal(returnCode, 0)
    assert.equal(rig.broker.accessOf('imm-01')?.principal, 'device:imm-01')
    await client.end()
    await until(() => rig.broker.accessOf('imm-01') === undefined)
  }
  for (const [port, password] of [
    [portOf.password, 'token-imm-01'],
    [portOf.token, 'imm-01'],
  ] as const) {
    assert.equal((await knock(port, 'imm-01', password)).returnCode, 4)
  }
  assert.deepEqual(
    admission.attempts.map(({ methods, address }) => [methods, address]),
    [['password'], ['token'], ['password'], ['token']].map((methods) => [methods, HOST]),
  )
})

test('where nobody has to say who it is, whatever is said is not looked at', async () => {
  const { client, returnCode } = await knock(portOf.anyone, 'locked', 'wrong', 'someone')
  assert.equal(returnCode, 0)
  assert.equal(rig.broker.accessOf('someone')?.principal, 'anonymous')
  assert.equal(admission.attempts.length, 0)
  await client.end()
})

test('each verdict has its return code; the connection is closed, counted and told of', async () => {
  const before = rig.broker.counters.refusedConnects
  for (const [username, expected] of [
    ['imm-02', 4],
    ['locked', 5],
    ['busy', 3],
    ['broken', 3],
  ] as const) {
    const { client, returnCode } = await knock(portOf.password, username, 'wrong', `id of ${username}`)
    assert.equal(returnCode, expected)
    await client.closed
  }
  const { client, returnCode } = await knock(portOf.password, undefined, undefined, 'id of nobody')
  assert.equal(returnCode, 4)
  await client.closed
  assert.equal(rig.broker.counters.refusedConnects, before + 5)
  assert.deepEqual(
    refusals.map(({ kind, clientId, cause, address }) => [kind, clientId, cause, address]),
    [
      ['connect', 'id of imm-02', 'unknown', HOST],
      ['connect', 'id of locked', 'it is locked', HOST],
      ['connect', 'id of busy', 'too many at once', HOST],
      ['connect', 'id of broken', 'its credentials could not be checked', HOST],
      ['connect', 'id of nobody', 'unknown', HOST],
    ],
  )
  assert.equal(
    rig.lines.filter(({ level, fields }) => level === 'error' && fields.cause === 'no disk').length,
    1,
  )
})

test('what comes behind the CONNECT waits for the verdict, in order', async () => {
  let open: () => void = () => undefined
  admission.gate = new Promise((resolve) => {
    open = resolve
  })
  const client = new RawMqtt(portOf.password)
  const said = { username: 'imm-03', password: Buffer.from('imm-03') }
  client.send(
    connectPacket({ clientId: 'imm-03', ...said }),
    publishPacket('behind/connect', '1', 1, 1),
    publishPacket('behind/connect', '2', 1, 2),
  )
  await until(() => admission.attempts.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(client.received, [])
  assert.equal(rig.accepting.on('behind/connect').length, 0)
  open()
  await client.next('puback', 1)
  assert.deepEqual(
    rig.accepting.on('behind/connect').map(({ payload }) => payload),
    ['1', '2'],
  )
  await client.end()
})

test('nothing of a client that is refused is accepted, whatever it sends behind its CONNECT', async () => {
  const client = new RawMqtt(portOf.password)
  const packets = [1, 2, 3].map((id) => publishPacket('behind/refusal', 'x', 1, id))
  client.send(connectPacket({ username: 'imm-04', password: Buffer.from('wrong') }), ...packets)
  assert.equal(((await client.next('connack')) as IConnackPacket).returnCode, 4)
  await client.closed
  assert.equal(rig.accepting.on('behind/refusal').length, 0)
})

test('a client that leaves while it is asked about is not there afterwards', async () => {
  let open: () => void = () => undefined
  admission.gate = new Promise((resolve) => {
    open = resolve
  })
  const client = new RawMqtt(portOf.password)
  client.send(connectPacket({ clientId: 'hasty', username: 'hasty', password: Buffer.from('hasty') }))
  await until(() => admission.attempts.length === 1)
  const before = rig.broker.connectedClients
  await client.end()
  open()
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal(rig.broker.accessOf('hasty'), undefined)
  assert.equal(rig.broker.connectedClients, before)
})

test('a client whose credential is revoked while it is asked about is refused', async () => {
  let open: () => void = () => undefined
  admission.gate = new Promise((resolve) => {
    open = resolve
  })
  const knocking = knock(portOf.password, 'imm-05', 'imm-05', 'imm-05')
  await until(() => admission.attempts.length === 1)
  admission.revoke('device:imm-05')
  open()
  assert.equal((await knocking).returnCode, 5)
})

test('a will on a topic that the client may not publish to is refused with its CONNECT', async () => {
  const client = new RawMqtt(portOf.password)
  const will = { topic: 'forbidden/state', payload: Buffer.from('gone'), qos: 1 as const, retain: false }
  const said = { username: 'imm-06', password: Buffer.from('imm-06') }
  client.send(connectPacket({ clientId: 'imm-06', will, ...said }))
  assert.equal(((await client.next('connack')) as IConnackPacket).returnCode, 5)
  await client.closed
  assert.deepEqual(
    refusals.map(({ kind, principal, target }) => [kind, principal, target]),
    [['will', 'device:imm-06', 'forbidden/state']],
  )
  assert.equal(rig.accepting.on('forbidden/state').length, 0)
  assert.equal(rig.state.table('mqttWills').size, 0)
})

test('a password is in no line of the log', () => {
  const log = JSON.stringify(rig.lines)
  assert.match(log, /LG_MQTT_CONNECT_REFUSED/)
  assert.doesNotMatch(log, /token-imm|wrong/)
})

test('without an admission, a listener that wants authentication lets no one in', async () => {
  const alone = await BrokerRig.start({
    listeners: [{ protocol: 'mqtt', host: HOST, port: 0, authentication: ['password'] }],
  })
  assert.equal((await knock(alone.port, 'imm-01', 'imm-01')).returnCode, 5)
  await alone.remove()
})
