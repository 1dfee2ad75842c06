import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IPublishPacket } from 'mqtt-packet'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'

function will(topic: string, qos: 0 | 1 | 2) {
  return { topic, payload: Buffer.from('gone'), qos, retain: false }
}

for (const qos of [0, 1, 2] as const) {
  test(`a will of QoS ${qos} is accepted once, from its client, when the connection breaks`, async () => {
    const rig = await BrokerRig.start()
    const client = await RawMqtt.connect(rig.port, { clientId: 'device', will: will('state', qos) })
    await client.end()
    await until(() => rig.accepting.on('state').length > 0)
    await until(() => [...rig.state.table('mqttWills').keys()].length === 0)
    assert.deepEqual(rig.accepting.on('state'), [
      { topic: 'state', payload: 'gone', qos, retain: false, clientId: 'device' },
    ])
    await rig.remove()
  })
}

test('a will is not published after DISCONNECT', async () => {
  const rig = await BrokerRig.start()
  const client = await RawMqtt.connect(rig.port, { will: will('state', 1) })
  client.send({ cmd: 'disconnect' })
  await client.closed
  await until(() => [...rig.state.table('mqttWills').keys()].length === 0)
  assert.equal(rig.accepting.on('state').length, 0)
  await rig.remove()
})

for (const qos of [0, 1, 2] as const) {
  test(`a will of QoS ${qos} that was left when the broker ended is published by the next run`, async () => {
    const first = await BrokerRig.start()
    const gone = await RawMqtt.connect(first.port, { clientId: 'gone', will: will('state/gone', qos) })
    const back = await RawMqtt.connect(first.port, { clientId: 'back', will: will('state/back', qos) })
    await until(() => [...first.state.table('mqttWills').keys()].length === 2)
    await first.close()
    assert.equal(first.accepting.messages.length, 0)
    await Promise.all([gone.closed, back.closed])
    const second = await BrokerRig.start({ leftWillsAfterMs: 200 }, first.directory)
    const again = await RawMqtt.connect(second.port, { clientId: 'back', will: will('state/back', qos) })
    await until(() => second.accepting.on('state/gone').length > 0)
    await new Promise((resolve) => setTimeout(resolve, 450))
    assert.deepEqual(
      second.accepting.messages.map(({ topic, clientId }) => [topic, clientId]),
      [['state/gone', 'gone']],
    )
    await again.end()
    await second.remove()
  })
}

test('a will that could not be published is refused with its CONNECT', async () => {
  const rig = await BrokerRig.start()
  for (const topic of ['a/+', 'a/#', '$SYS/a', 'a\0b', 'x/'.repeat(120)]) {
    const client = new RawMqtt(rig.port)
    client.send(connectPacket({ will: will(topic, 0) }))
    await client.closed
    assert.equal(client.of('connack').length, 0)
  }
  assert.equal(rig.broker.connectedClients, 0)
  await rig.remove()
})

test('retained messages are accepted, delivered to later subscribers, and survive a restart', async () => {
  const first = await BrokerRig.start()
  const publisher = await RawMqtt.connect(first.port)
  for (const qos of [0, 1, 2] as const) {
    const packet = {
      ...publishPacket(`kept/${qos}`, `value ${qos}`, qos, qos === 0 ? undefined : qos),
      retain: true,
    }
    publisher.send(packet as IPublishPacket)
  }
  publisher.send({ ...publishPacket('kept/cleared', 'old', 1, 7), retain: true } as IPublishPacket)
  publisher.send({ ...publishPacket('kept/cleared', '', 1, 8), retain: true } as IPublishPacket)
  await publisher.next('puback', 2)
  await publisher.next('pubrec')
  await publisher.end()
  assert.equal(first.accepting.messages.length, 5)
  await first.close()
  const second = await BrokerRig.start({}, first.directory)
  const subscriber = await RawMqtt.connect(second.port)
  subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kept/#', qos: 1 }] })
  await subscriber.next('publish', 2)
  const kept = subscriber.of('publish').map((packet) => packet as IPublishPacket)
  assert.deepEqual(kept.map(({ topic, payload, retain }) => [topic, payload.toString(), retain]).sort(), [
    ['kept/0', 'value 0', true],
    ['kept/1', 'value 1', true],
    ['kept/2', 'value 2', true],
  ])
  await subscriber.end()
  await second.remove()
})
