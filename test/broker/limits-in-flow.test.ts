import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectAsync } from 'mqtt'
import type { Packet } from 'mqtt-packet'
import type { ClientRefusal } from '../../src/core/client-access.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

async function subscribe(client: RawMqtt, id: number, ...topics: string[]): Promise<readonly unknown[]> {
  const before = client.of('suback').length
  client.send({ cmd: 'subscribe', messageId: id, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) })
  return ((await client.next('suback', before)) as Packet & { granted: unknown[] }).granted
}

describe('topics', () => {
  let rig: BrokerRig
  const refusals: ClientRefusal[] = []
  before(async () => {
    rig = await BrokerRig.start({
      limits: { topicBytes: 64, topicLevels: 6 },
      onRefused: (refusal) => refusals.push(refusal),
    })
  })
  after(() => rig.remove())

  const long = `lane/${'é'.repeat(30)}`
  const deep = 'lane/1/2/3/4/5/6'
  const packets: [string, (topic: string) => Packet][] = [
    ['a PUBLISH of QoS 0', (topic) => publishPacket(topic, 'x', 0)],
    ['a PUBLISH of QoS 1', (topic) => publishPacket(topic, 'x', 1, 1)],
    ['a PUBLISH of QoS 2', (topic) => publishPacket(topic, 'x', 2, 1)],
    ['a retained PUBLISH', (topic) => ({ ...publishPacket(topic, 'x', 1, 1), retain: true }) as Packet],
    ['a SUBSCRIBE', (topic) => ({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] })],
    ['an UNSUBSCRIBE', (topic) => ({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: [topic] })],
  ]
  for (const [name, packetOf] of packets) {
    test(`${name} past a limit closes the connection, within it does not`, async () => {
      for (const [limit, topic] of [
        ['topicBytes', long],
        ['topicLevels', deep],
      ] as const) {
        const client = await RawMqtt.connect(rig.port, { clientId: `over-${limit}-${name}` })
        client.send(packetOf(topic.slice(0, -1).replace(/\/$/, '')), { cmd: 'pingreq' })
        await client.next('pingresp')
        client.send(packetOf(topic))
        await client.closed
        const told = refusals.filter(({ clientId }) => clientId === `over-${limit}-${name}`)
        assert.deepEqual(
          told.map(({ kind, target, principal, address }) => [kind, target, principal, address]),
          [['limit', limit, 'anonymous', '127.0.0.1']],
        )
        assert.equal(rig.accepting.on(topic).length, 0)
      }
    })
  }

  test('a will past a limit is not taken', async () => {
    const client = new RawMqtt(rig.port)
    const will = { topic: long, payload: Buffer.from('x'), qos: 0 as const, retain: false }
    const connect = {
      clientId: 'w',
      clean: true,
      keepalive: 0,
      protocolId: 'MQTT',
      protocolVersion: 4,
    } as const
    client.send({ cmd: 'connect', ...connect, will })
    await client.closed
    assert.equal(client.of('connack').length, 0)
  })
})

describe('subscriptions', () => {
  let rig: BrokerRig
  before(async () => {
    rig = await BrokerRig.start({ limits: { subscriptionsPerClient: 3 } })
  })
  after(() => rig.remove())

  for (const clean of [true, false]) {
    test(`past the limit are refused, until others are given up (clean session: ${clean})`, async () => {
      const client = await RawMqtt.connect(rig.port, { clientId: `s-${clean}`, clean })
      assert.deepEqual(await subscribe(client, 1, 'a', 'b', 'c', 'd'), [1, 1, 1, 0x80])
      assert.deepEqual(await subscribe(client, 2, 'b', 'e'), [1, 0x80])
      client.send({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a', 'never'] })
      await client.next('unsuback')
      assert.deepEqual(await subscribe(client, 4, 'd', 'e'), [1, 0x80])
      await client.end()
    })
  }

  test('of a session that comes back count, and stay', async () => {
    const client = await RawMqtt.connect(rig.port, { clientId: 'back', clean: false })
    await subscribe(client, 1, 'a', 'b', 'c')
    await client.end()
    const again = await RawMqtt.connect(rig.port, { clientId: 'back', clean: false })
    assert.deepEqual(await subscribe(again, 2, 'd', 'a'), [0x80, 1])
    const publisher = await RawMqtt.connect(rig.port)
    publisher.send(publishPacket('a', '', 1, 1), publishPacket('c', '', 1, 2))
    await again.next('publish', 1)
    await Promise.all([again.end(), publisher.end()])
  })
})

describe('a client faster than its rate', () => {
  const refusals: ClientRefusal[] = []
  const onRefused = (refusal: ClientRefusal) => refusals.push(refusal)
  const told = (id: string) => refusals.filter(({ clientId }) => clientId === id).map(({ target }) => target)
  let byMessages: BrokerRig
  let byBytes: BrokerRig
  before(async () => {
    byMessages = await BrokerRig.start({ limits: { messagesPerSecond: 1_000, bytesPerSecond: 0 }, onRefused })
    byBytes = await BrokerRig.start({ limits: { messagesPerSecond: 0, bytesPerSecond: 200_000 }, onRefused })
  })
  after(async () => {
    await byMessages.remove()
    await byBytes.remove()
  })

  for (const branch of ['lane', 'ordinary']) {
    test(`is read at that rate, in order, and loses nothing (${branch}: messages)`, async () => {
      const client = await RawMqtt.connect(byMessages.port, { clientId: `fast-${branch}`, keepalive: 1 })
      const ids = Array.from({ length: 3_500 }, (_, i) => i + 1)
      const sinceMs = performance.now()
      // Large enough for some tens of chunks: what was read in one is paid for after it.
      client.send(...ids.map((id) => publishPacket(`${branch}/fast`, 'x'.repeat(300), 1, id)))
      await client.next('puback', ids.length - 1)
      const seconds = (performance.now() - sinceMs) / 1_000
      assert.deepEqual(
        client.of('puback').map(({ messageId }) => messageId),
        ids,
      )
      assert.ok(seconds > 1, `${seconds} s for 3,500 messages at 1,000/s, of which 2,000 may come at once`)
      assert.deepEqual(new Set(told(`fast-${branch}`)), new Set(['messagesPerSecond']))
      assert.ok(told(`fast-${branch}`).length < 100, 'each pause is counted once')
      await client.end()
    })

    test(`is read at that rate, in order, and loses nothing (${branch}: bytes)`, async () => {
      const client = await connectAsync(byBytes.url, { clientId: `wide-${branch}`, keepalive: 1 })
      const sinceMs = performance.now()
      const payload = 'x'.repeat(20_000)
      const sent = Array.from({ length: 35 }, (_, i) => `${i} ${payload}`)
      await Promise.all(sent.map((text) => client.publishAsync(`${branch}/wide`, text, { qos: 1 })))
      const seconds = (performance.now() - sinceMs) / 1_000
      assert.deepEqual(
        byBytes.accepting.on(`${branch}/wide`).map((message) => message.payload),
        sent,
      )
      assert.ok(seconds > 1, `${seconds} s for 700,000 bytes at 200,000/s, of which 400,000 may come at once`)
      assert.deepEqual(new Set(told(`wide-${branch}`)), new Set(['bytesPerSecond']))
      await client.endAsync()
    })
  }

  test('does not slow down another', async () => {
    const rig = byMessages
    const fast = await RawMqtt.connect(rig.port)
    fast.send(...Array.from({ length: 4_000 }, () => publishPacket('lane/flood', 'x'.repeat(300), 0)))
    await until(() => rig.accepting.on('lane/flood').length > 2_000)
    const other = await RawMqtt.connect(rig.port)
    other.send(publishPacket('lane/other', 'x', 1, 1))
    await other.next('puback')
    assert.ok(rig.accepting.on('lane/flood').length < 4_000)
    await Promise.all([fast.end(), other.end()])
  })
})

describe('messages in flight', () => {
  const refusals: ClientRefusal[] = []
  let rig: BrokerRig
  before(async () => {
    rig = await BrokerRig.start({
      limits: { inFlightPerClient: 16 },
      onRefused: (refusal) => refusals.push(refusal),
    })
  })
  after(() => rig.remove())

  test('that wait for the disk are not read past the limit, and all arrive', async () => {
    const client = await RawMqtt.connect(rig.port, { clientId: 'waiting' })
    const ids = Array.from({ length: 200 }, (_, i) => i + 1)
    for (const id of ids) {
      client.send(publishPacket('lane/inflight', '', 1, id))
      if (id % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await client.next('puback', ids.length - 1)
    assert.deepEqual(
      client.of('puback').map(({ messageId }) => messageId),
      ids,
    )
    await client.end()
  })

  test('of QoS 2 that are not released close the connection past the limit; those released make room', async () => {
    const client = await RawMqtt.connect(rig.port, { clientId: 'half' })
    const send = (from: number, to: number) => {
      for (let id = from; id <= to; id++) client.send(publishPacket('lane/half', '', 2, id))
    }
    send(1, 16)
    await client.next('pubrec', 15)
    for (let id = 1; id <= 8; id++) client.send({ cmd: 'pubrel', messageId: id, qos: 1 } as Packet)
    await client.next('pubcomp', 7)
    send(17, 24)
    await client.next('pubrec', 23)
    client.send(publishPacket('lane/half', '', 2, 24, true))
    await client.next('pubrec', 24)
    assert.equal(client.isClosed, false)
    send(25, 25)
    await client.closed
    const told = refusals.filter(({ clientId }) => clientId === 'half')
    assert.deepEqual(
      told.map(({ kind, target }) => [kind, target]),
      [['limit', 'inFlightPerClient']],
    )
  })

  test('of QoS 2 that come in one write are bounded as well', async () => {
    const client = await RawMqtt.connect(rig.port)
    client.send(...Array.from({ length: 100 }, (_, i) => publishPacket('lane/write', '', 2, i + 1)))
    await client.closed
    assert.ok(rig.accepting.on('lane/write').length <= 16)
  })
})
