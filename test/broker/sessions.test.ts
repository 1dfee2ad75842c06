import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { IConnackPacket, IPublishPacket } from 'mqtt-packet'
import { BrokerProcess } from '../support/broker-process.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

const SESSION = { clientId: 'subscriber', clean: false }

async function subscribe(port: number, topic: string, qos: 0 | 1 | 2): Promise<RawMqtt> {
  const client = await RawMqtt.connect(port, SESSION)
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  await client.next('suback')
  return client
}

function payloads(client: RawMqtt): string[] {
  return client.of('publish').map((packet) => (packet as IPublishPacket).payload.toString())
}

for (const qos of [1, 2] as const) {
  test(`a QoS ${qos} message acknowledged right before kill -9 reaches a session that was offline`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'linegate-killed-'))
    const first = await BrokerProcess.start(directory)
    t.after(() => first.kill())
    await (await subscribe(first.port, 'factory/#', qos)).end()
    const publisher = await RawMqtt.connect(first.port)
    for (let id = 1; id <= 20; id++) {
      publisher.send(publishPacket('factory/line', `message ${id}`, qos, id))
      await publisher.next(qos === 1 ? 'puback' : 'pubrec', id - 1)
    }
    await first.kill()

    const second = await BrokerProcess.start(directory)
    t.after(() => second.kill())
    const again = await RawMqtt.connect(second.port, SESSION)
    assert.equal(((await again.next('connack')) as IConnackPacket).sessionPresent, true)
    await again.next('publish', 19)
    assert.deepEqual(
      payloads(again),
      Array.from({ length: 20 }, (_, i) => `message ${i + 1}`),
    )
    await Promise.all([again.end(), publisher.end(), second.kill()])
    rmSync(directory, { recursive: true, force: true })
  })
}

test('what was acknowledged by the subscriber is not delivered again after a restart', async () => {
  const first = await BrokerRig.start()
  const subscriber = await subscribe(first.port, 'a/+', 1)
  const publisher = await RawMqtt.connect(first.port)
  publisher.send(publishPacket('a/b', 'one', 1, 1), publishPacket('a/b', 'two', 1, 2))
  const one = (await subscriber.next('publish')) as IPublishPacket
  await subscriber.next('publish', 1)
  subscriber.send({ cmd: 'puback', messageId: one.messageId! }, { cmd: 'pingreq' })
  await subscriber.next('pingresp')
  await Promise.all([subscriber.end(), publisher.end()])
  await first.close()
  const second = await BrokerRig.start({}, first.directory)
  const again = await RawMqtt.connect(second.port, SESSION)
  await again.next('publish')
  again.send({ cmd: 'pingreq' })
  await again.next('pingresp')
  assert.deepEqual(payloads(again), ['two'])
  await again.end()
  await second.remove()
})

test('a QoS 2 delivery goes on where it was: PUBREL alone after a PUBREC, under the same id', async () => {
  const first = await BrokerRig.start()
  const subscriber = await subscribe(first.port, 'a/b', 2)
  const publisher = await RawMqtt.connect(first.port)
  publisher.send(publishPacket('a/b', 'exactly once', 2, 1))
  const { messageId } = (await subscriber.next('publish')) as IPublishPacket
  subscriber.send({ cmd: 'pubrec', messageId: messageId! })
  await subscriber.next('pubrel')
  await Promise.all([subscriber.end(), publisher.end()])
  await first.close()
  const second = await BrokerRig.start({}, first.directory)
  const again = await RawMqtt.connect(second.port, SESSION)
  assert.equal((await again.next('pubrel')).messageId, messageId)
  again.send({ cmd: 'pubcomp', messageId: messageId! }, { cmd: 'pingreq' })
  await again.next('pingresp')
  assert.deepEqual(payloads(again), [])
  await until(() => [...second.state.table('mqttOutgoing').keys()].length === 0)
  await again.end()
  await second.remove()
})

test('subscriptions end when the client says so, and with a clean session', async () => {
  const first = await BrokerRig.start()
  const subscriber = await subscribe(first.port, 'a/b', 1)
  subscriber.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'a/c', qos: 1 }] })
  await subscriber.next('suback', 1)
  subscriber.send({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a/b'] })
  await subscriber.next('unsuback')
  await subscriber.end()
  await first.close()
  const second = await BrokerRig.start({}, first.directory)
  const topics = () => [...second.state.table('mqttSubscriptions').keys()]
  assert.deepEqual(topics(), [['=subscriber', '=a/c']])
  const clean = await RawMqtt.connect(second.port, { ...SESSION, clean: true })
  await clean.end()
  const again = await RawMqtt.connect(second.port, SESSION)
  assert.equal(((await again.next('connack')) as IConnackPacket).sessionPresent, false)
  assert.deepEqual(topics(), [])
  await again.end()
  await second.remove()
})

test('a queue at its limit drops its oldest messages, counts them, and says so once', async () => {
  const rig = await BrokerRig.start({ maxQueuedMessages: 5 })
  await (await subscribe(rig.port, 'full', 1)).end()
  const publisher = await RawMqtt.connect(rig.port)
  for (let id = 1; id <= 12; id++) publisher.send(publishPacket('full', String(id), 1, id))
  await publisher.next('puback', 11)
  assert.equal(rig.broker.counters.droppedMessages, 7)
  assert.equal(rig.logged('LG_MQTT_QUEUE_FULL').length, 1)
  assert.equal(rig.accepting.on('full').length, 12)
  const again = await RawMqtt.connect(rig.port, SESSION)
  await again.next('publish', 4)
  assert.deepEqual(payloads(again), ['8', '9', '10', '11', '12'])
  await Promise.all([again.end(), publisher.end()])
  await rig.remove()
})

test('a message that matches two subscriptions of a session is queued once, with the higher QoS', async () => {
  const rig = await BrokerRig.start()
  const subscriber = await subscribe(rig.port, 'two/+', 1)
  subscriber.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'two/#', qos: 2 }] })
  await subscriber.next('suback', 1)
  await subscriber.end()
  const publisher = await RawMqtt.connect(rig.port)
  for (const qos of [1, 2] as const) {
    publisher.send(publishPacket('two/a', String(qos), qos, qos))
    await publisher.next(qos === 1 ? 'puback' : 'pubrec')
  }
  const again = await RawMqtt.connect(rig.port, SESSION)
  await again.next('publish', 1)
  again.send({ cmd: 'pingreq' })
  await again.next('pingresp')
  assert.deepEqual(
    again
      .of('publish')
      .map((packet) => [(packet as IPublishPacket).payload.toString(), (packet as IPublishPacket).qos]),
    [
      ['1', 1],
      ['2', 2],
    ],
  )
  await Promise.all([again.end(), publisher.end()])
  await rig.remove()
})

test('a queue is limited in bytes as well', async () => {
  const rig = await BrokerRig.start({ maxQueuedBytes: 10_000 })
  await (await subscribe(rig.port, 'full', 1)).end()
  const publisher = await RawMqtt.connect(rig.port)
  for (let id = 1; id <= 5; id++) publisher.send(publishPacket('full', String(id).repeat(4_000), 1, id))
  await publisher.next('puback', 4)
  assert.equal(rig.broker.counters.droppedMessages, 3)
  await publisher.end()
  await rig.remove()
})

const LONG_TOPICS = { topicBytes: 65_535 }

test('a client id and a topic longer than a key on disk, with any characters, are kept', async () => {
  const clientId = `${'长'.repeat(3_000)}\t`
  const topic = `${'工厂/'.repeat(40)}${'x'.repeat(3_000)}`
  const first = await BrokerRig.start({ limits: LONG_TOPICS })
  const client = await RawMqtt.connect(first.port, { clientId, clean: false })
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] })
  await client.next('suback')
  await client.end()
  const publisher = await RawMqtt.connect(first.port)
  publisher.send(publishPacket(topic, 'kept', 1, 1))
  await publisher.next('puback')
  await publisher.end()
  await first.close()
  const second = await BrokerRig.start({ limits: LONG_TOPICS }, first.directory)
  const again = await RawMqtt.connect(second.port, { clientId, clean: false })
  assert.equal(((await again.next('publish')) as IPublishPacket).topic, topic)
  await again.end()
  await second.remove()
})

test('a SUBSCRIBE with thousands of topics does not stop the others', async () => {
  const rig = await BrokerRig.start({ maxPacketBytes: 1_048_576, limits: { subscriptionsPerClient: 0 } })
  const client = await RawMqtt.connect(rig.port, SESSION)
  const subscriptions = Array.from({ length: 20_000 }, (_, i) => ({ topic: `many/${i}`, qos: 1 as const }))
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
  await client.next('suback')
  assert.equal([...rig.state.table('mqttSubscriptions').keys()].length, 20_000)
  await client.end()
  await rig.remove()
})
