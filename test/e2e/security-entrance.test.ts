import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { connect } from 'node:tls'
import { generate, type Packet } from 'mqtt-packet'
import { Authority } from '../support/authority.js'
import { type Coming, connackOf, GuardedDevice } from '../support/guarded-device.js'
import { GuardedGateway } from '../support/guarded-gateway.js'
import { eventually } from '../support/ports.js'
import { connectPacket, publishPacket } from '../support/raw-mqtt.js'

const LINE = 'ningbo/press/line1'
const BAD_CREDENTIALS = 4
const NOT_AUTHORIZED = 5
const HASTY = 25
const PASSWORD = 'a password of this test alone'

let gateway: GuardedGateway

before(async () => {
  gateway = await GuardedGateway.start({
    mqtt: ["certificates: [ { pattern: '{site}.{area}.{line}.{device}' } ]"],
  })
})

after(() => gateway.remove())

// Whatever was tried, the counts add up and the trail is as it was written.
afterEach(async () => {
  await gateway.settled()
  await gateway.verifyAudit()
})

const topicOf = (device: string) => `factory/${LINE}/${device}/telemetry`
const addToken = (name: string, more: object = {}) =>
  gateway.addToken(name, { place: `${LINE}/${name}`, ...more })
const certified = (name: string, authority = gateway.authority): Coming => ({
  listener: 'certificate',
  clientId: name,
  ...authority.proof(name),
})

/** Publishes at QoS 1, one message after the other was acknowledged, until the connection ends. */
async function publishOn(device: GuardedDevice, topic: string): Promise<number> {
  for (let acknowledged = 0; ; acknowledged++) {
    try {
      await device.client.publishAsync(topic, `{"n":${acknowledged}}`, { qos: 1 })
    } catch {
      return acknowledged
    }
  }
}

async function refusedOnRecord(target: string): Promise<void> {
  await gateway.audited('client_refused', { target, result: 'failure', address: '127.0.0.1' })
}

test('nobody comes in without a credential, or with one of another kind', async () => {
  await addToken('kind')
  for (const listener of ['token', 'password'] as const)
    assert.ok([BAD_CREDENTIALS, NOT_AUTHORIZED].includes((await connackOf(gateway, { listener }))!), listener)
  assert.equal(await connackOf(gateway, { listener: 'certificate' }), undefined, 'it is refused in TLS')
  const body = { name: 'pw', kind: 'password', place: `${LINE}/pw`, password: PASSWORD }
  await gateway.administer('POST', '/api/v1/credentials', body)
  const said = { username: 'pw', password: PASSWORD }
  assert.equal(await connackOf(gateway, { ...said, listener: 'password' }), 0)
  assert.notEqual(await connackOf(gateway, { ...said, listener: 'token' }), 0)
  await eventually('it is on record', async () =>
    (await gateway.auditRecords('client_refused', 'anonymous')).length > 0 ? true : undefined,
  )
})

test('a token of which one character is wrong lets nobody in', async () => {
  const token = await addToken('wrong')
  const last = token.at(-2) === 'A' ? 'B' : 'A'
  const password = token.slice(0, -2) + last + token.at(-1)
  const answer = await connackOf(gateway, { username: 'wrong', password, clientId: 'wrong' })
  assert.equal(answer, BAD_CREDENTIALS)
  assert.equal(await connackOf(gateway, { username: 'wrong', password: token, clientId: 'wrong' }), 0)
})

test('a token that has expired lets nobody in, and shows out who came in by it', async () => {
  const expiresAt = new Date(Date.now() + 1_500).toISOString()
  const password = await addToken('expiring', { expiresAt })
  const device = await GuardedDevice.connect(gateway, { password, clientId: 'expiring' })
  const acknowledged = await publishOn(device, topicOf('expiring'))
  assert.ok(acknowledged > 0)
  assert.notEqual(await connackOf(gateway, { password, clientId: 'expiring' }), 0)
})

test('a revoked device gets no acknowledgement any more, and only what was acknowledged counts', async () => {
  const password = await addToken('revoked')
  const device = await GuardedDevice.connect(gateway, { password, clientId: 'revoked' })
  const publishing = publishOn(device, topicOf('revoked'))
  await eventually('it publishes', async () =>
    (await gateway.ledger()).devices.some(
      ({ device: id, messages }) => id === 'revoked' && messages.received > 5,
    )
      ? true
      : undefined,
  )
  await gateway.administer('POST', '/api/v1/credentials/revoked/revoke')
  const acknowledged = await publishing
  assert.equal(device.isClosed, true)
  assert.equal(await connackOf(gateway, { password, clientId: 'revoked' }), NOT_AUTHORIZED)
  const row = (await gateway.settled()).devices.find(({ device: id }) => id === 'revoked')!
  const unanswered = row.messages.received - acknowledged
  assert.ok(unanswered === 0 || unanswered === 1, `${unanswered} were on their way`)
  await gateway.audited('credential_revoked', { target: 'revoked', actor: 'local', result: 'success' })
})

test('a rotated token is good for its grace, and not a moment without one', async () => {
  const old = await addToken('rotated')
  const rotate = async (graceMs: number) =>
    (await gateway.administer<{ secret: string }>('POST', '/api/v1/credentials/rotated/rotate', { graceMs }))
      .secret
  const newer = await rotate(600_000)
  for (const password of [old, newer])
    assert.equal(await connackOf(gateway, { password, clientId: 'rotated' }), 0)
  const device = await GuardedDevice.connect(gateway, { password: newer, clientId: 'rotated-by' })
  const newest = await rotate(0)
  await device.closes()
  for (const password of [old, newer])
    assert.notEqual(await connackOf(gateway, { password, clientId: 'rotated' }), 0)
  assert.equal(await connackOf(gateway, { password: newest, clientId: 'rotated' }), 0)
})

test('an enrolment code gives no second device in', async () => {
  const body = { name: '{name}', place: `${LINE}/{name}` }
  const { code } = await gateway.administer<{ code: string }>('POST', '/api/v1/enrolment-codes', body)
  const enrol = (name: string) => gateway.fetch('/api/v1/enrol', { method: 'POST', body: { code, name } })
  const first = await enrol('enrolled')
  const { token } = (await first.json()) as { token: string }
  assert.equal(first.status, 201)
  const second = await enrol('intruder')
  assert.equal(second.status, 403)
  assert.match(await second.text(), /LG_ENROLMENT_REFUSED/)
  assert.equal(await connackOf(gateway, { password: token, clientId: 'enrolled' }), 0)
  await gateway.audited('enrolment_refused', { target: 'intruder', result: 'failure' })
})

test('a certificate of a foreign authority lets nobody in, whatever name it has', async () => {
  const foreign = new Authority(gateway.authority.file('foreign'), 'test authority')
  for (const authority of [gateway.authority, foreign])
    authority.issue('foreigner', { subject: '/CN=ningbo.press.line1.foreigner' })
  assert.equal(await connackOf(gateway, certified('foreigner')), 0)
  assert.equal(await connackOf(gateway, certified('foreigner', foreign)), undefined)
  await refusedOnRecord('mqtts')
})

test('a certificate that is revoked while its device is connected shows out that device and no other', async () => {
  const names = ['c-1', 'c-2', 'c-3', 'c-4']
  for (const name of names) gateway.authority.issue(name, { subject: `/CN=ningbo.press.line1.${name}` })
  const devices = await Promise.all(names.map((name) => GuardedDevice.connect(gateway, certified(name))))
  const byToken = await GuardedDevice.connect(gateway, { password: await addToken('stays'), clientId: 's' })
  gateway.authority.revoke('c-2')
  gateway.renewRevocationList()
  const report = await gateway.administer<{ revokedConnections: number }>('POST', '/api/v1/reload')
  assert.equal(report.revokedConnections, 1)
  await devices[1]!.closes()
  for (const [i, device] of devices.entries()) {
    if (i === 1) continue
    await device.client.publishAsync(topicOf(names[i]!), '{"n":1}', { qos: 1 })
    assert.equal(device.isClosed, false)
  }
  await byToken.client.publishAsync(topicOf('stays'), '{"n":1}', { qos: 1 })
  assert.equal(await connackOf(gateway, certified('c-2')), undefined)
  assert.equal(await connackOf(gateway, certified('c-1')), 0)
  await Promise.all([...devices, byToken].map((device) => device.end()))
})

test('a certificate does not let its device speak as another', async () => {
  gateway.authority.issue('c-5', { subject: '/CN=ningbo.press.line1.c-5' })
  const before = (await gateway.settled()).totals
  const device = await GuardedDevice.connect(gateway, certified('c-5'))
  await device.client.publishAsync(topicOf('c-6'), '{"forged":1}', { qos: 1 })
  await device.end()
  const { totals, devices } = await gateway.settled()
  assert.equal(totals.messages.refused, before.messages.refused + 1)
  assert.equal(totals.points.stored, before.points.stored)
  assert.equal(
    devices.some(({ device: id }) => id === 'c-6'),
    false,
  )
  const actor = 'certificate:CN=ningbo.press.line1.c-5'
  await gateway.audited('publish_refused', { actor, target: topicOf('c-6') })
})

test('nothing is lost that a device says at once when it is let in, and leaves', async () => {
  const password = await addToken('hasty')
  const said = { username: 'hasty', password: Buffer.from(password) }
  const publish = generate(publishPacket(topicOf('hasty'), '{"n":1}', 0))
  const last = Buffer.concat([publish, generate({ cmd: 'disconnect' })])
  for (let i = 0; i < HASTY; i++) {
    const socket = connect({ port: gateway.ports.token, host: '127.0.0.1', ca: gateway.ca })
    // The gateway, too, ends the connection: whoever is first.
    socket.on('error', () => undefined)
    socket.write(generate({ ...connectPacket({ clientId: `hasty-${i}` }), ...said } as Packet))
    socket.once('data', () => socket.end(last))
    await new Promise((resolve) => socket.once('close', resolve))
  }
  await eventually('all are counted', async () => {
    const row = (await gateway.ledger()).devices.find(({ device }) => device === 'hasty')
    return row?.messages.decoded === HASTY ? true : undefined
  })
})
