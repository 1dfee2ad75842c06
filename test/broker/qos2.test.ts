import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StateStore } from '../../src/core/state.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

let rig: BrokerRig

before(async () => {
  rig = await BrokerRig.start()
})

after(() => rig.remove())

function receivedIds(state: StateStore): number {
  return [...state.table('mqttIncoming').keys()].length
}

test('a message that is delivered again on the same connection is accepted once', async () => {
  const client = await RawMqtt.connect(rig.port)
  client.send(publishPacket('qos2/again', 'x', 2, 9))
  await client.next('pubrec')
  client.send(publishPacket('qos2/again', 'x', 2, 9, true))
  await client.next('pubrec', 1)
  client.send({ cmd: 'pubrel', messageId: 9 })
  await client.next('pubcomp')
  assert.equal(rig.accepting.on('qos2/again').length, 1)
  client.send(publishPacket('qos2/again', 'another', 2, 9))
  await client.next('pubrec', 2)
  assert.deepEqual(
    rig.accepting.on('qos2/again').map(({ payload }) => payload),
    ['x', 'another'],
  )
  await client.end()
})

test('a message that is delivered again after a reconnect and a restart is accepted once', async () => {
  const first = await BrokerRig.start()
  const session = { clientId: 'twice', clean: false }
  const client = await RawMqtt.connect(first.port, session)
  client.send(publishPacket('qos2/restart', 'x', 2, 3))
  await client.next('pubrec')
  await client.end()
  await first.close()
  const second = await BrokerRig.start({}, first.directory)
  const again = await RawMqtt.connect(second.port, session)
  again.send(publishPacket('qos2/restart', 'x', 2, 3, true))
  await again.next('pubrec')
  assert.equal(second.accepting.on('qos2/restart').length, 1)
  again.send({ cmd: 'pubrel', messageId: 3 })
  await again.next('pubcomp')
  assert.equal(receivedIds(second.state), 0)
  await again.end()
  await second.remove()
})

test('a redelivery is not answered before the message is on disk', async () => {
  const session = { clientId: 'impatient', clean: false }
  const client = await RawMqtt.connect(rig.port, session)
  rig.accepting.hold()
  client.send(publishPacket('qos2/held', 'x', 2, 4))
  await until(() => rig.accepting.on('qos2/held').length === 1)
  assert.equal(receivedIds(rig.state), 0)
  const again = await RawMqtt.connect(rig.port, session)
  again.send(publishPacket('qos2/held', 'x', 2, 4, true))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(again.of('pubrec').length, 0)
  rig.accepting.release()
  await again.next('pubrec')
  assert.equal(receivedIds(rig.state), 1)
  assert.equal(rig.accepting.on('qos2/held').length, 1)
  await Promise.all([client.end(), again.end()])
})

test('a new message under the id of one that was released is a new message, also after a restart', async () => {
  const first = await BrokerRig.start()
  const session = { clientId: 'reuse', clean: false }
  const client = await RawMqtt.connect(first.port, session)
  client.send(publishPacket('qos2/reuse', 'one', 2, 1))
  await client.next('pubrec')
  client.send({ cmd: 'pubrel', messageId: 1 })
  await client.next('pubcomp')
  await client.end()
  await first.close()
  const second = await BrokerRig.start({}, first.directory)
  const again = await RawMqtt.connect(second.port, session)
  again.send(publishPacket('qos2/reuse', 'two', 2, 1))
  await again.next('pubrec')
  assert.deepEqual(
    second.accepting.on('qos2/reuse').map(({ payload }) => payload),
    ['one', 'two'],
  )
  await again.end()
  await second.remove()
})

test('a message that was not taken is new when it comes again', async () => {
  let taken = 0
  const refusing = await BrokerRig.start({
    accept: (_message, _clientId, settled) => settled(++taken === 1 ? new Error('not now') : null),
  })
  const session = { clientId: 'refused', clean: false }
  const client = await RawMqtt.connect(refusing.port, session)
  client.send(publishPacket('qos2/refused', 'x', 2, 8))
  await client.closed
  assert.equal(client.of('pubrec').length, 0)
  const again = await RawMqtt.connect(refusing.port, session)
  again.send(publishPacket('qos2/refused', 'x', 2, 8, true))
  await again.next('pubrec')
  assert.equal(taken, 2)
  await again.end()
  await refusing.remove()
})

test('ids of a session end with it', async () => {
  const client = await RawMqtt.connect(rig.port, { clientId: 'ending', clean: false })
  const before = receivedIds(rig.state)
  client.send(publishPacket('qos2/ending', 'one', 2, 5))
  await client.next('pubrec')
  assert.equal(receivedIds(rig.state), before + 1)
  await client.end()
  const clean = await RawMqtt.connect(rig.port, { clientId: 'ending', clean: true })
  clean.send(publishPacket('qos2/ending', 'two', 2, 5))
  await clean.next('pubrec')
  assert.equal(rig.accepting.on('qos2/ending').length, 2)
  await until(() => receivedIds(rig.state) === before)
  await clean.end()
})

test('a thousand messages in flight at once are all accepted, in order', async () => {
  const client = await RawMqtt.connect(rig.port)
  const ids = Array.from({ length: 3_000 }, (_, i) => i + 1)
  client.send(...ids.map((id) => publishPacket('qos2/many', String(id), 2, id)))
  await client.next('pubrec', ids.length - 1)
  assert.deepEqual(
    client.of('pubrec').map(({ messageId }) => messageId),
    ids,
  )
  assert.deepEqual(
    rig.accepting.on('qos2/many').map(({ payload }) => Number(payload)),
    ids,
  )
  await client.end()
})
