import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Packet } from 'mqtt-packet'
import { until } from '../support/broker-rig.js'
import { type PermittedRig, permittedRig, type Rules } from '../support/permitted-rig.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

const run = promisify(execFile)

const OWN = 'lane/{device}/#'
const PROFILES: Record<string, Rules> = {
  imm: {
    publish: { allow: [OWN, 'ordinary/{device}/#'], deny: ['lane/{device}/secret'] },
    subscribe: { allow: [OWN, 'orders/+'], deny: ['lane/{device}/secret'] },
  },
  all: { publish: { allow: ['#'] }, subscribe: { allow: ['#'] } },
}

async function raw(rig: PermittedRig['rig'], username: string, options = {}): Promise<RawMqtt> {
  return RawMqtt.connect(rig.port, { username, password: Buffer.from('any'), ...options })
}

async function watching(rig: PermittedRig['rig'], ...topics: string[]): Promise<RawMqtt> {
  const watcher = await raw(rig, 'all')
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) })
  await watcher.next('suback')
  return watcher
}

function ids(packets: readonly Packet[]): (number | undefined)[] {
  return packets.map(({ messageId }) => messageId)
}

function topics(packets: readonly Packet[]): string[] {
  return packets.map((packet) => (packet as { topic: string }).topic)
}

function client(rig: PermittedRig['rig'], username: string, options = {}): Promise<MqttClient> {
  return connectAsync(rig.url, { username, password: 'any', reconnectPeriod: 0, ...options })
}

describe('a client that publishes what it may not', () => {
  let it: PermittedRig
  before(async () => {
    it = await permittedRig(PROFILES)
  })
  after(() => it.rig.remove())

  for (const qos of [0, 1, 2] as const) {
    for (const branch of ['lane', 'ordinary']) {
      test(`is told nothing, and its message is counted and delivered to nobody (${branch}, QoS ${qos})`, async () => {
        const { rig, refusals } = it
        const stream = `${branch}/other${qos}`
        const watcher = await watching(rig, `${stream}/#`, 'lane/imm/end')
        const sleeper = { clientId: `sleeper-${branch}-${qos}`, clean: false }
        const asleep = await client(rig, 'all', sleeper)
        await asleep.subscribeAsync(`${stream}/#`, { qos: 2 })
        await asleep.endAsync()
        const device = await client(rig, 'imm', { clientId: `device-${branch}-${qos}` })
        await device.publishAsync(`${stream}/a`, 'refused', { qos })
        await device.publishAsync(`${stream}/kept`, 'refused', { qos, retain: true })
        await device.publishAsync('lane/imm/end', 'permitted', { qos })
        await watcher.next('publish')
        await device.endAsync()
        const refused = rig.accepting.refused.filter(({ topic }) => topic.startsWith(stream))
        assert.deepEqual(
          refused.map((message) => [message.topic, message.qos, message.clientId]),
          [
            [`${stream}/a`, qos, 'device:imm'],
            [`${stream}/kept`, qos, 'device:imm'],
          ],
        )
        assert.deepEqual(rig.accepting.on(`${stream}/a`), [])
        assert.deepEqual(topics(watcher.of('publish')), ['lane/imm/end'])
        const late: string[] = []
        const awake = await client(rig, 'all', { clientId: `late-${branch}-${qos}` })
        awake.on('message', (topic) => late.push(topic))
        const again = await client(rig, 'all', sleeper)
        again.on('message', (topic) => late.push(topic))
        await awake.subscribeAsync([`${stream}/#`, 'all/end'], { qos: 1 })
        await awake.publishAsync('all/end', '', { qos: 1 })
        await until(() => late.length > 0)
        assert.deepEqual(late, ['all/end'])
        const told = refusals.filter(({ target }) => target.startsWith(stream))
        assert.deepEqual(
          told.map(({ kind, clientId, principal, address, target }) => [
            kind,
            clientId,
            principal,
            address,
            target,
          ]),
          [`${stream}/a`, `${stream}/kept`].map((target) => [
            'publish',
            `device-${branch}-${qos}`,
            'device:imm',
            '127.0.0.1',
            target,
          ]),
        )
        await Promise.all([watcher.end(), awake.endAsync(), again.endAsync()])
      })
    }
  }

  test('gets its acknowledgements in order with all others, refused or not, whichever way', async () => {
    const device = await raw(it.rig, 'imm')
    const expected = Array.from({ length: 400 }, (_, i) => i + 1)
    const packets = expected.map((id): Packet => {
      const topic = ['lane/imm/a', 'lane/other/a', 'ordinary/imm/b', 'ordinary/other/b'][(id * 7) % 4]!
      return { ...publishPacket(topic, String(id), 1, id), retain: id % 11 === 0 } as Packet
    })
    for (let i = 0; i < packets.length; i += 9) device.send(...packets.slice(i, i + 9))
    await device.next('puback', expected.length - 1)
    assert.deepEqual(ids(device.of('puback')), expected)
    await device.end()
  })

  test('is not acknowledged before the refusal is on disk', async () => {
    const { rig } = it
    const device = await raw(rig, 'imm')
    rig.accepting.hold()
    const before = rig.accepting.refused.length
    device.send(
      publishPacket('ordinary/other/held', 'x', 1, 1),
      publishPacket('ordinary/other/held', 'x', 2, 2),
    )
    await until(() => rig.accepting.refused.length === before + 2)
    assert.equal(device.of('puback').length + device.of('pubrec').length, 0)
    rig.accepting.release()
    await device.next('puback')
    await device.next('pubrec')
    await device.end()
  })

  test('completes its QoS 2 exchange, and a redelivery is counted once', async () => {
    const { rig } = it
    const device = await raw(rig, 'imm', { clientId: 'twice', clean: false })
    device.send(publishPacket('lane/other/twice', 'x', 2, 9))
    await device.next('pubrec')
    await device.end()
    const again = await raw(rig, 'imm', { clientId: 'twice', clean: false })
    again.send(publishPacket('lane/other/twice', 'x', 2, 9, true))
    await again.next('pubrec')
    again.send({ cmd: 'pubrel', messageId: 9, qos: 1 } as Packet)
    await again.next('pubcomp')
    const counted = () => rig.accepting.refused.filter(({ topic }) => topic === 'lane/other/twice').length
    assert.equal(counted(), 1)
    again.send(publishPacket('lane/other/twice', 'y', 2, 9))
    await again.next('pubrec', 1)
    assert.equal(counted(), 2)
    await again.end()
  })

  test('is refused a denied topic under an allowed one', async () => {
    const device = await raw(it.rig, 'imm')
    device.send(publishPacket('lane/imm/secret', 'x', 1, 1), publishPacket('lane/imm/open', 'x', 1, 2))
    await device.next('puback', 1)
    assert.deepEqual(it.rig.accepting.on('lane/imm/secret'), [])
    assert.equal(it.rig.accepting.on('lane/imm/open').length, 1)
    await device.end()
  })

  test('cannot leave a will there', async () => {
    const will = { topic: 'lane/other/will', payload: Buffer.from('x'), qos: 1 as const, retain: true }
    const device = new RawMqtt(it.rig.port)
    const password = Buffer.from('any')
    const connect = { clientId: 'willing', clean: true, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 }
    device.send({ cmd: 'connect', ...connect, username: 'imm', password, will } as Packet)
    const connack = (await device.next('connack')) as { returnCode?: number }
    assert.equal(connack.returnCode, 5)
    await device.closed
    assert.deepEqual(it.rig.accepting.on('lane/other/will'), [])
  })

  test('as mosquitto_pub sees it: QoS 1 succeeds, and nothing arrives', async () => {
    const { rig } = it
    const args = [
      '-h',
      '127.0.0.1',
      '-p',
      String(rig.port),
      '-u',
      'imm',
      '-P',
      'any',
      '-q',
      '1',
      '-m',
      'x',
      '-t',
    ]
    await run('mosquitto_pub', [...args, 'lane/other/mosquitto'])
    await run('mosquitto_pub', [...args, 'lane/imm/mosquitto'])
    assert.equal(rig.accepting.on('lane/other/mosquitto').length, 0)
    assert.equal(rig.accepting.on('lane/imm/mosquitto').length, 1)
  })
})

describe('where refused publishing closes the connection', () => {
  let it: PermittedRig
  before(async () => {
    it = await permittedRig(PROFILES, { refusedPublish: 'close' })
  })
  after(() => it.rig.remove())

  for (const qos of [0, 1, 2] as const) {
    for (const branch of ['lane', 'ordinary']) {
      test(`the message is counted, not acknowledged, and the client is out (${branch}, QoS ${qos})`, async () => {
        const { rig } = it
        const topic = `${branch}/other/${qos}`
        const device = await raw(rig, 'imm')
        device.send(publishPacket(topic, 'x', qos, qos === 0 ? undefined : 5))
        await device.closed
        assert.equal(device.of('puback').length + device.of('pubrec').length, 0)
        assert.equal(rig.accepting.refused.filter((message) => message.topic === topic).length, 1)
        assert.equal(rig.accepting.on(topic).length, 0)
      })
    }
  }
})

test('without a count of refused messages, the connection is closed and nothing is acknowledged', async () => {
  for (const lane of [true, false]) {
    const { rig } = await permittedRig(PROFILES, { refuse: undefined } as never, undefined, lane)
    const device = await raw(rig, 'imm')
    device.send(publishPacket('lane/imm/a', 'x', 1, 1), publishPacket('lane/other/a', 'x', 1, 2))
    await device.closed
    assert.ok(!ids(device.of('puback')).includes(2))
    await rig.remove()
  }
})
