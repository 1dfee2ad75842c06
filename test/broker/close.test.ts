import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BrokerRig, until } from '../support/broker-rig.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

test('close lets what was accepted settle and be acknowledged, and reads no more', async () => {
  const rig = await BrokerRig.start()
  const client = await RawMqtt.connect(rig.port)
  rig.accepting.hold()
  client.send(publishPacket('closing', 'before', 1, 1), publishPacket('closing', 'before', 1, 2))
  await until(() => rig.accepting.on('closing').length === 2)
  const closed = rig.broker.close(5_000)
  client.send(publishPacket('closing', 'after', 1, 3))
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal(client.isClosed, false)
  rig.accepting.release()
  await closed
  await client.closed
  assert.deepEqual(
    client.of('puback').map(({ messageId }) => messageId),
    [1, 2],
  )
  assert.deepEqual(
    rig.accepting.on('closing').map(({ payload }) => payload),
    ['before', 'before'],
  )
  await rig.remove()
})

test('close gives up waiting after its grace, without an acknowledgement', async () => {
  const rig = await BrokerRig.start()
  const client = await RawMqtt.connect(rig.port)
  rig.accepting.hold()
  client.send(publishPacket('stuck', 'x', 1, 1))
  await until(() => rig.accepting.on('stuck').length === 1)
  await rig.broker.close(20)
  await client.closed
  assert.equal(client.of('puback').length, 0)
  await rig.remove()
})

test('close ends connections that never said CONNECT, and takes no new ones', async () => {
  const rig = await BrokerRig.start()
  const { port } = rig
  const silent = new RawMqtt(port)
  const other = await RawMqtt.connect(port)
  await rig.broker.close(100)
  await Promise.all([silent.closed, other.closed])
  const late = new RawMqtt(port)
  await late.closed
  assert.equal(late.received.length, 0)
  assert.equal(rig.broker.connectedClients, 0)
  await rig.remove()
})
