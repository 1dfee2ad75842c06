import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { generate } from 'mqtt-packet'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'

let rig: BrokerRig

before(async () => {
  rig = await BrokerRig.start()
})

after(() => rig.remove())

for (const protocolVersion of [3, 4] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`a QoS ${qos} message of a client of MQTT 3.1${protocolVersion === 4 ? '.1' : ''} is accepted once`, async () => {
      const clientId = `mqtt-${protocolVersion}-${qos}`
      const client = await connectAsync(rig.url, {
        clientId,
        protocolVersion,
        protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
        reconnectPeriod: 0,
      })
      const topic = `factory/${clientId}`
      await client.publishAsync(topic, 'one', { qos })
      await client.publishAsync(topic, 'two', { qos: 1 })
      await client.endAsync()
      assert.deepEqual(
        rig.accepting.on(topic).map((message) => [message.payload, message.qos, message.clientId]),
        [
          ['one', qos, clientId],
          ['two', 1, clientId],
        ],
      )
    })
  }
}

test('acknowledgements of QoS 1 leave after the message settled, in order', async () => {
  const client = await RawMqtt.connect(rig.port)
  rig.accepting.hold()
  const ids = Array.from({ length: 200 }, (_, i) => i + 1)
  client.send(...ids.map((id) => publishPacket('held/order', String(id), 1, id)))
  await until(() => rig.accepting.on('held/order').length === ids.length)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(client.of('puback').length, 0)
  rig.accepting.release()
  await client.next('puback', ids.length - 1)
  assert.deepEqual(
    client.of('puback').map((packet) => packet.messageId),
    ids,
  )
  await client.end()
})

test('a client whose messages do not settle is not read from, others are', async () => {
  const client = await RawMqtt.connect(rig.port)
  const other = await RawMqtt.connect(rig.port)
  rig.accepting.hold()
  const payload = 'x'.repeat(1_000)
  for (let i = 0; i < 20_000; i++) client.send(publishPacket('held/flood', payload, 0))
  client.send(publishPacket('held/flood', 'last', 1, 1))
  await until(() => rig.accepting.on('held/flood').length > 0)
  other.send(publishPacket('held/other', 'mine', 1, 7))
  await until(() => rig.accepting.on('held/other').length === 1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.ok(rig.accepting.on('held/flood').length < 1_000, 'it was read on while nothing settled')
  assert.ok(client.socket.writableLength > 1_000_000)
  rig.accepting.release()
  await client.next('puback')
  await other.next('puback')
  assert.equal(rig.accepting.on('held/flood').length, 20_001)
  await Promise.all([client.end(), other.end()])
})

test('a client that sends one message per segment is not read from either while none settles', async () => {
  const client = await RawMqtt.connect(rig.port)
  client.socket.setNoDelay(true)
  rig.accepting.hold()
  for (let i = 1; i <= 100; i++) {
    client.send(publishPacket('held/trickle', String(i), 1, i))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  assert.ok(rig.accepting.on('held/trickle').length < 10)
  rig.accepting.release()
  await client.next('puback', 99)
  await client.end()
})

test('what is sent in one write with CONNECT is handled after it, in order', async () => {
  const client = new RawMqtt(rig.port)
  const publishes = Array.from({ length: 1_000 }, (_, i) => publishPacket('pipelined', String(i), 1, i + 1))
  client.send(connectPacket({ clientId: 'pipeline' }), ...publishes)
  await client.next('puback', 999)
  assert.equal(client.received[0]?.cmd, 'connack')
  assert.deepEqual(
    rig.accepting.on('pipelined').map(({ payload }) => payload),
    publishes.map((_, i) => String(i)),
  )
  await client.end()
})

test('packets that come byte by byte are put together', async () => {
  const client = new RawMqtt(rig.port)
  client.socket.setNoDelay(true)
  const bytes = [
    connectPacket(),
    publishPacket('bytewise', 'value', 1, 5),
    publishPacket('bytewise', 'next', 1, 6),
  ]
  for (const byte of Buffer.concat(bytes.map((packet) => generate(packet)))) {
    client.socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await client.next('puback', 1)
  assert.deepEqual(
    rig.accepting.on('bytewise').map(({ payload }) => payload),
    ['value', 'next'],
  )
  await client.end()
})

test('a message that is not taken closes the connection without an acknowledgement', async () => {
  const refusing = await BrokerRig.start({
    accept: (_message, _clientId, settled) => settled(new Error('no')),
  })
  const client = await RawMqtt.connect(refusing.port)
  client.send(publishPacket('refused', 'x', 1, 1))
  await client.closed
  assert.equal(client.of('puback').length, 0)
  await refusing.remove()
})

test('publishing under $SYS/ closes the connection and is not accepted', async () => {
  const client = await RawMqtt.connect(rig.port)
  client.send(publishPacket('$SYS/broker/clients', 'x', 1, 1))
  await client.closed
  assert.equal(rig.accepting.on('$SYS/broker/clients').length, 0)
  assert.equal(client.of('puback').length, 0)
})
