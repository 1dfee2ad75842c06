import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { after, afterEach, before, test } from 'node:test'
import { connect } from 'node:tls'
import { GuardedDevice } from '../support/guarded-device.js'
import { GuardedGateway } from '../support/guarded-gateway.js'

const LINE = 'ningbo/press/line1'
const CLIENTS = 50
const IN_FLIGHT = 4
const profile = (more: string) => [
  `profiles: { device: { publish: { allow: ['factory/{site}/{area}/{line}/{device}/${more}'] } } }`,
]

let gateway: GuardedGateway

before(async () => {
  gateway = await GuardedGateway.start({ mqtt: profile('#') })
})

after(() => gateway.remove())

// Whatever was tried, the counts add up and the trail is as it was written.
afterEach(async () => {
  await gateway.settled()
  await gateway.verifyAudit()
})

const topicOf = (device: string, channel = 'telemetry') => `factory/${LINE}/${device}/${channel}`
const addToken = (name: string) => gateway.addToken(name, { place: `${LINE}/${name}` })

/** SHA-256 of the certificate that is shown at a port. */
async function shownAt(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', ca: gateway.ca })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  return fingerprint256
}

/** Publishes numbers from 0 on at QoS 1, some at once, until it is told to stop; how many were acknowledged. */
class Numbers {
  acknowledged = 0
  readonly #device: GuardedDevice
  readonly #topic: string
  readonly #lanes: Promise<void>[]
  #next = 0
  #isOver = false

  constructor(device: GuardedDevice, topic: string) {
    this.#device = device
    this.#topic = topic
    this.#lanes = Array.from({ length: IN_FLIGHT }, () => this.#publish())
  }

  get isClosed(): boolean {
    return this.#device.isClosed
  }

  async reach(count: number): Promise<void> {
    while (this.acknowledged < count) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#lanes)
    assert.equal(this.acknowledged, this.#next, 'each was acknowledged')
    await this.#device.end()
  }

  async #publish(): Promise<void> {
    while (!this.#isOver) {
      await this.#device.client.publishAsync(this.#topic, `{"n":${this.#next++}}`, { qos: 1 })
      this.acknowledged++
    }
  }
}

test('certificates that are replaced cost no connection and no message, and the old one is shown to nobody new', async () => {
  const numbers: Numbers[] = []
  for (let i = 0; i < CLIENTS; i++) {
    const password = await addToken(`p-${i}`)
    const device = await GuardedDevice.connect(gateway, { password, clientId: `p-${i}` })
    numbers.push(new Numbers(device, topicOf(`p-${i}`)))
  }
  const old = await shownAt(gateway.ports.token)
  assert.equal(await shownAt(gateway.ports.http), old)
  await Promise.all(numbers.map((one) => one.reach(5)))
  gateway.renewCertificate()
  await gateway.administer('POST', '/api/v1/reload')
  for (const port of Object.values(gateway.ports).filter((one) => one !== gateway.ports.certificate))
    assert.notEqual(await shownAt(port), old)
  await Promise.all(numbers.map((one) => one.reach(one.acknowledged + 5)))
  assert.equal(numbers.filter(({ isClosed }) => isClosed).length, 0, 'no connection was lost')
  await Promise.all(numbers.map((one) => one.stop()))
  const { devices } = await gateway.settled()
  for (const [i, { acknowledged }] of numbers.entries()) {
    const row = devices.find(({ device }) => device === `p-${i}`)!
    assert.deepEqual([row.messages.received, row.points.stored], [acknowledged, acknowledged])
  }
  const { rows } = await gateway.administer<{ rows: { value: number }[] }>(
    'GET',
    '/api/v1/history?device=p-0&field=n&from=-1h&limit=10000',
  )
  const stored = rows.map(({ value }) => value).sort((a, b) => a - b)
  assert.deepEqual(stored, [...stored.keys()], 'none is lost or there twice')
  assert.equal(stored.length, numbers[0]!.acknowledged)
})

test('certificates that cannot be used change nothing, and are named', async () => {
  const old = await shownAt(gateway.ports.token)
  const password = await addToken('stays')
  const device = await GuardedDevice.connect(gateway, { password, clientId: 'stays' })
  // The key of another certificate.
  gateway.authority.issue('other')
  gateway.replaceKey('other')
  const refused = await gateway.fetch('/api/v1/reload', { method: 'POST', bearer: gateway.localKey })
  assert.notEqual(refused.status, 200)
  assert.match(await refused.text(), /LG_TLS_UNUSABLE/)
  for (const port of [gateway.ports.token, gateway.ports.http]) assert.equal(await shownAt(port), old)
  await device.client.publishAsync(topicOf('stays'), '{"n":1}', { qos: 1 })
  await device.end()
  await gateway.audited('configuration_reloaded', { result: 'failure', actor: 'local' })
  gateway.renewCertificate()
  await gateway.administer('POST', '/api/v1/reload')
})

test('a profile that is tightened in the file allows nobody new what it forbids', async () => {
  const password = await addToken('tight')
  const comes = () => GuardedDevice.connect(gateway, { password, clientId: 'tight' })
  const wide = await comes()
  await wide.client.publishAsync(topicOf('tight', 'status'), '{"x":1}', { qos: 1 })
  await wide.end()
  gateway.configure({ mqtt: profile('telemetry') })
  await gateway.administer('POST', '/api/v1/reload')
  const before = (await gateway.settled()).totals
  const narrow = await comes()
  await narrow.client.publishAsync(topicOf('tight', 'status'), '{"x":2}', { qos: 1 })
  await narrow.client.publishAsync(topicOf('tight'), '{"x":3}', { qos: 1 })
  await narrow.end()
  const { totals } = await gateway.settled()
  assert.equal(totals.messages.refused - before.messages.refused, 1)
  assert.equal(totals.messages.decoded - before.messages.decoded, 1)
  await gateway.audited('publish_refused', { actor: 'device:tight', target: topicOf('tight', 'status') })
})
