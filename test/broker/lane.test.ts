import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connect, connectAsync } from 'mqtt'
import { generate, type Packet } from 'mqtt-packet'
import { BrokerRig, until } from '../support/broker-rig.js'
import { type RandomMessage, randomPackets, seeded, sendInPieces } from '../support/random-mqtt.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'

describe('order', () => {
  let rig: BrokerRig
  before(async () => {
    rig = await BrokerRig.start({}, undefined, true)
  })
  after(() => rig.remove())

  test('PUBACKs leave in the order of the PUBLISHes, whichever way each of them went', async () => {
    const client = await RawMqtt.connect(rig.port)
    const ids = Array.from({ length: 300 }, (_, i) => i + 1)
    const random = seeded(1)
    const packets = ids.map((id): Packet => {
      const topic = random() < 0.5 ? 'lane/a' : 'ordinary/b'
      return { ...publishPacket(topic, String(id), 1, id), retain: random() < 0.1 } as Packet
    })
    for (let i = 0; i < packets.length; i += 7) client.send(...packets.slice(i, i + 7))
    await client.next('puback', ids.length - 1)
    assert.deepEqual(
      client.of('puback').map(({ messageId }) => messageId),
      ids,
    )
    await client.end()
  })

  test('what is published before a SUBSCRIBE is not delivered to it, what is published behind it is', async () => {
    const client = await RawMqtt.connect(rig.port)
    client.send(
      publishPacket('lane/sub', 'before', 0),
      { cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'lane/sub', qos: 0 }] },
      publishPacket('lane/sub', 'behind', 1, 10),
    )
    await client.next('publish')
    await client.next('puback')
    client.send(
      { cmd: 'unsubscribe', messageId: 11, unsubscriptions: ['lane/sub'] },
      publishPacket('lane/sub', 'later', 1, 12),
    )
    await client.next('puback', 1)
    await client.next('unsuback')
    assert.equal(rig.accepting.on('lane/sub').length, 3)
    assert.equal(String((client.of('publish')[0] as { payload?: Buffer }).payload), 'behind')
    await client.end()
  })

  test('what is published before a DISCONNECT is accepted', async () => {
    const client = await RawMqtt.connect(rig.port)
    client.send(publishPacket('lane/bye', 'one', 0), publishPacket('lane/bye', 'two', 1, 1), {
      cmd: 'disconnect',
    })
    await client.closed
    await until(() => rig.accepting.on('lane/bye').length === 2)
  })

  test('a client that is gone before its message settled gets no acknowledgement and harms nobody', async () => {
    const client = await RawMqtt.connect(rig.port)
    const other = await RawMqtt.connect(rig.port)
    rig.accepting.hold()
    client.send(publishPacket('lane/gone', 'x', 1, 1))
    other.send(publishPacket('lane/stays', 'x', 1, 1))
    await until(
      () => rig.accepting.on('lane/gone').length === 1 && rig.accepting.on('lane/stays').length === 1,
    )
    await client.end()
    rig.accepting.release()
    await other.next('puback')
    assert.equal(client.of('puback').length, 0)
    await other.end()
  })

  test('subscribers get what is published on the lane’s topics in order, each message once', async () => {
    const watcher = await RawMqtt.connect(rig.port)
    const subscriptions = ['lane/watched/+', 'lane/watched/#'].map((topic) => ({ topic, qos: 1 as const }))
    watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    await watcher.next('suback')
    const client = await RawMqtt.connect(rig.port)
    const ids = Array.from({ length: 200 }, (_, i) => i + 1)
    for (const id of ids) client.send(publishPacket('lane/watched/a', String(id), id % 3 === 0 ? 0 : 1, id))
    await watcher.next('publish', ids.length - 1)
    await client.next('puback', ids.filter((id) => id % 3 !== 0).length - 1)
    const received = watcher.of('publish').map((packet) => Number(textOf(packet).split(' ')[2]))
    assert.deepEqual(
      received.filter((id) => id % 3 !== 0),
      ids.filter((id) => id % 3 !== 0),
    )
    assert.deepEqual(
      received.filter((id) => id % 3 === 0),
      ids.filter((id) => id % 3 === 0),
    )
    await Promise.all([client.end(), watcher.end()])
  })

  test('messages on the lane keep a client alive', async () => {
    const client = await RawMqtt.connect(rig.port, { keepalive: 1 })
    for (let n = 1; n <= 8; n++) {
      client.send(publishPacket('lane/alive', String(n), 1, n))
      await new Promise((resolve) => setTimeout(resolve, 350))
    }
    assert.equal(client.isClosed, false)
    assert.equal(client.of('puback').length, 8)
    await client.closed
  })

  test('a persistent session that is offline gets what was published on the lane’s topics meanwhile', async () => {
    const options = { clientId: 'sleeper', clean: false, reconnectPeriod: 0 } as const
    const sleeper = await connectAsync(rig.url, options)
    await sleeper.subscribeAsync('lane/queued/#', { qos: 1 })
    await sleeper.endAsync()
    const client = await RawMqtt.connect(rig.port)
    client.send(publishPacket('lane/queued/1', 'kept', 1, 1))
    await client.next('puback')
    await client.end()
    const received: string[] = []
    const again = connect(rig.url, options)
    again.on('message', (_topic, payload) => received.push(String(payload)))
    await until(() => received.length > 0)
    assert.deepEqual(received, ['kept'])
    await again.endAsync()
  })
})

/** What a client saw and what was accepted, as far as it does not depend on timing. */
interface Seen {
  readonly accepted: readonly string[]
  readonly answers: Readonly<Record<string, readonly (number | undefined)[]>>
  readonly closed: boolean
  /** To a subscriber who was connected, and to one who was not. */
  readonly delivered: readonly string[]
  readonly queued: readonly string[]
}

const END = 60_000

/** Client ids and topics are this stream's own. */
function randomMessage(stream: string, random: () => number, id: number): RandomMessage {
  const topic = `${random() < 0.7 ? 'lane' : 'ordinary'}/${stream}/${Math.floor(random() * 3)}`
  return { topic, payload: 'x'.repeat(Math.floor(random() ** 3 * 2_000)) + id }
}

/** Subscribes to a part of what the stream publishes, with a session that outlives the connection or without. */
async function watcherOf(rig: BrokerRig, stream: string, clean: boolean): Promise<RawMqtt> {
  const watcher = await RawMqtt.connect(rig.port, { clientId: `watcher-${clean}-${stream}`, clean })
  const subscriptions = [`+/${stream}/1`, `lane/${stream}/end`].map((topic) => ({ topic, qos: 1 as const }))
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions })
  await watcher.next('suback')
  return watcher
}

async function play(rig: BrokerRig, seed: number, isDamaged: boolean): Promise<Seen> {
  const random = seeded(seed)
  const stream = `s${seed}`
  const packets = randomPackets(random, stream, (...of) => randomMessage(stream, ...of))
  const bytes = Buffer.concat(packets.map((packet) => generate(packet)))
  if (isDamaged) bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8)
  const watcher = await watcherOf(rig, stream, true)
  const sleeper = await watcherOf(rig, stream, false)
  await sleeper.end()
  const client = await RawMqtt.connect(rig.port, { clientId: stream })
  const end = generate(publishPacket(`lane/${stream}/end`, 'end', 1, END))
  await sendInPieces(client, Buffer.concat([bytes, end]), random)
  const isOver = () => client.isClosed || client.of('puback').some(({ messageId }) => messageId === END)
  // A damaged length may swallow all that follows; then nothing more comes.
  await Promise.race([
    until(isOver),
    new Promise((resolve) => setTimeout(resolve, isDamaged ? 1_000 : 20_000)),
  ])
  const seen = {
    ...whatCameBack(rig, client, stream),
    delivered: isDamaged ? [] : await delivered(watcher, watched(packets, stream).length),
    queued: isDamaged ? [] : await queued(rig, stream, watched(packets, stream, 1).length),
  }
  await Promise.all([client.end(), watcher.end()])
  return seen
}

function whatCameBack(rig: BrokerRig, client: RawMqtt, stream: string): Omit<Seen, 'delivered' | 'queued'> {
  return {
    accepted: rig.accepting.messages
      .filter(({ clientId }) => clientId === stream)
      .map(({ topic, payload, qos, retain }) => `${topic} ${qos} ${retain} ${payload}`),
    answers: Object.fromEntries(
      (['puback', 'suback', 'unsuback', 'pingresp'] as const).map((cmd) => [
        cmd,
        client.of(cmd).map(({ messageId }) => messageId),
      ]),
    ),
    closed: client.isClosed,
  }
}

/** The messages of a stream that its watchers are subscribed to; its end is one more. */
function watched(packets: readonly Packet[], stream: string, leastQos = 0): Packet[] {
  return packets.filter(
    (packet) => packet.cmd === 'publish' && packet.topic.endsWith(`/${stream}/1`) && packet.qos >= leastQos,
  )
}

async function queued(rig: BrokerRig, stream: string, count: number): Promise<string[]> {
  const sleeper = await RawMqtt.connect(rig.port, { clientId: `watcher-false-${stream}`, clean: false })
  const all = await delivered(sleeper, count)
  await sleeper.end()
  return all
}

/**
 * What a subscriber gets, sorted: Aedes lets a message overtake one that is retained, or whose acknowledgement waits for
 * the socket.
 */
async function delivered(watcher: RawMqtt, count: number): Promise<string[]> {
  const isEnd = (packet: Packet) => packet.cmd === 'publish' && String(packet.payload) === 'end'
  await until(() => watcher.received.some(isEnd) && watcher.of('publish').length > count)
  return watcher.of('publish').map(textOf).sort()
}

function textOf(packet: Packet): string {
  const { topic, qos, payload } = packet as { topic: string; qos: number; payload: Buffer }
  return `${topic} ${qos} ${payload}`
}

describe('the same bytes', () => {
  let on: BrokerRig
  let off: BrokerRig
  before(async () => {
    on = await BrokerRig.start({}, undefined, true)
    off = await BrokerRig.start({}, undefined, false)
  })
  after(async () => {
    await on.remove()
    await off.remove()
  })

  for (let seed = 1; seed <= 40; seed++) {
    test(`random packets in random pieces have the same effect with and without the lane (seed ${seed})`, async () => {
      const [withLane, without] = await Promise.all([play(on, seed, false), play(off, seed, false)])
      assert.deepEqual(withLane, without)
      assert.equal(withLane.closed, false)
      assert.ok(withLane.delivered.length > 0 && withLane.queued.length > 0)
    })
  }

  for (let seed = 1001; seed <= 1060; seed++) {
    test(`with one bit damaged, the same messages are accepted (seed ${seed})`, async () => {
      const [withLane, without] = await Promise.all([play(on, seed, true), play(off, seed, true)])
      assert.deepEqual(withLane.accepted, without.accepted)
      assert.equal(withLane.closed, without.closed)
    })
  }

  test('one packet per byte, byte by byte, and all in one write end alike', async () => {
    for (const rig of [on, off]) {
      const packets = [
        connectPacket({ clientId: 'bytes' }),
        publishPacket('lane/bytes', 'é', 1, 1),
        publishPacket('lane/bytes', '', 0),
      ]
      const bytes = Buffer.concat(packets.map((packet) => generate(packet)))
      const slow = new RawMqtt(rig.port)
      slow.socket.setNoDelay(true)
      for (const byte of bytes) {
        slow.socket.write(Buffer.from([byte]))
        await new Promise((resolve) => setImmediate(resolve))
      }
      await slow.next('puback')
      await until(() => rig.accepting.on('lane/bytes').length === 2)
      await slow.end()
      const fast = new RawMqtt(rig.port)
      fast.socket.write(bytes)
      await fast.next('puback')
      await until(() => rig.accepting.on('lane/bytes').length === 4)
      await fast.end()
      assert.deepEqual(
        rig.accepting.on('lane/bytes').map(({ payload }) => payload),
        ['é', '', 'é', ''],
      )
    }
  })
})
