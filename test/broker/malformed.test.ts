import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { generate, type Packet } from 'mqtt-packet'
import { BrokerRig } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'

const SEED = 20_261
const CONNECTIONS = 1_000

let rig: BrokerRig

before(async () => {
  rig = await BrokerRig.start()
})

after(() => rig.remove())

test('mutated packets stop nothing, and another client gets all its acknowledgements meanwhile', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  const random = new Random(SEED)
  const steady = await RawMqtt.connect(rig.port)
  const subscriber = await RawMqtt.connect(rig.port)
  subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'steady', qos: 0 }] })
  await subscriber.next('suback')
  for (let i = 0; i < CONNECTIONS; i += 10) {
    steady.send(publishPacket('steady', String(i), 1, (i % 65_535) + 1))
    await Promise.all(Array.from({ length: 10 }, () => attack(rig.port, random)))
  }
  await steady.next('puback', CONNECTIONS / 10 - 1)
  await subscriber.next('publish', CONNECTIONS / 10 - 1)
  assert.equal(
    rig.accepting.on('steady').filter(({ clientId }) => clientId !== 'mutant').length,
    CONNECTIONS / 10,
  )
  assert.equal(subscriber.isClosed, false)
  assert.ok(rig.broker.counters.protocolErrors > CONNECTIONS / 10)
  assert.ok(rig.logged('LG_MQTT_PACKET_MALFORMED').length < CONNECTIONS / 100)
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
  assert.deepEqual(unhandled, [])
  await Promise.all([steady.end(), subscriber.end()])
})

/** What random mutation seldom finds: properties of MQTT 5 that are cut off, lengths beyond the packet, empty names. */
const KNOWN: readonly (readonly number[])[] = [
  [0x10, 0x0f, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 5, 38, 0, 9, 97, 0, 0],
  [0x10, 0x10, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 0xff, 0xff, 0xff, 0xff, 0, 0],
  [0x10, 0x0c, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0xff, 0xff],
  [0x82, 0x02, 0, 1],
  [0x82, 0x05, 0, 1, 0, 0, 0],
  [0xa2, 0x04, 0, 1, 0, 0],
  [0x30, 0x00],
  [0x32, 0x02, 0, 1],
  [0xf0, 0x00],
  [0x62, 0x01, 0],
  [0x40, 0x00],
]

for (const bytes of KNOWN) {
  test(`the bytes ${Buffer.from(bytes).toString('hex')} close at most their own connection`, async () => {
    const steady = await RawMqtt.connect(rig.port)
    const fresh = new RawMqtt(rig.port)
    const connected = await RawMqtt.connect(rig.port)
    fresh.socket.write(Buffer.from(bytes))
    connected.socket.write(Buffer.from(bytes))
    steady.send(publishPacket('steady/known', 'x', 1, 1))
    await steady.next('puback')
    await Promise.all([steady.end(), fresh.end(), connected.end()])
  })
}

/** A connection that sends a few packets, some of their bytes changed, and goes. */
async function attack(port: number, random: Random): Promise<void> {
  const client = new RawMqtt(port)
  const intact = random.below(2) === 0
  const connect = generate(connectPacket({ clientId: 'mutant', protocolVersion: random.pick([3, 4, 4, 5]) }))
  client.socket.write(intact ? connect : mutate(connect, random))
  const packets = Array.from({ length: 1 + random.below(4) }, () => generate(random.pick(PACKETS)))
  client.socket.write(mutate(Buffer.concat(packets), random))
  if (random.below(2) === 0) client.socket.end()
  await Promise.race([client.closed, new Promise((resolve) => setTimeout(resolve, 20))])
  await client.end()
}

const PACKETS: readonly Packet[] = [
  publishPacket('a/b/c', '{"temperature":21.5}', 0),
  publishPacket('a/b/c', '{"temperature":21.5}', 1, 11),
  publishPacket('a/b/c', '{"temperature":21.5}', 2, 12),
  { cmd: 'pubrel', messageId: 12 },
  { cmd: 'pubrec', messageId: 13 },
  { cmd: 'pubcomp', messageId: 13 },
  { cmd: 'puback', messageId: 14 },
  { cmd: 'subscribe', messageId: 15, subscriptions: [{ topic: 'a/+/c', qos: 2 }] },
  { cmd: 'subscribe', messageId: 16, subscriptions: [{ topic: '#', qos: 1 }] },
  { cmd: 'unsubscribe', messageId: 17, unsubscriptions: ['a/+/c', '#'] },
  { cmd: 'pingreq' },
  { cmd: 'disconnect' },
  connectPacket({
    clientId: 'mutant',
    clean: false,
    will: { topic: 'will', payload: Buffer.from('w'), qos: 1, retain: true },
  }),
]

function mutate(bytes: Buffer, random: Random): Buffer {
  const mutated = Buffer.from(bytes)
  for (let n = 1 + random.below(4); n > 0; n--) {
    const at = random.below(mutated.length)
    const kind = random.below(4)
    if (kind === 0) mutated[at] = random.below(256)
    else if (kind === 1) mutated[at]! ^= 1 << random.below(8)
    else if (kind === 2) mutated[at] = random.pick([0, 0x7f, 0x80, 0xff])
    else mutated.copyWithin(at, random.below(mutated.length))
  }
  return random.below(4) === 0 ? mutated.subarray(0, random.below(mutated.length) + 1) : mutated
}

/** The generator "mulberry32": the same numbers for the same seed. */
class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % limit
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }
}
