import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { generate, type Packet } from 'mqtt-packet'
import { until } from '../support/broker-rig.js'
import { type PermittedRig, permittedRig } from '../support/permitted-rig.js'
import { randomPackets, seeded, sendInPieces } from '../support/random-mqtt.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

/** Streams are client ids: each may publish to its own topics, but for one, on the lane and off it. */
const PROFILES = {
  stream: {
    publish: { allow: ['lane/{clientId}/#', 'ordinary/{clientId}/#'], deny: ['+/{clientId}/2'] },
    subscribe: { allow: ['nobody/{clientId}/#'], deny: ['nobody/{clientId}/+/no'] },
  },
  watcher: { subscribe: { allow: ['#'] } },
}

const END = 60_000
const PASSWORD = { password: Buffer.from('any') }

/** What does not depend on timing. */
interface Seen {
  readonly accepted: readonly string[]
  readonly refused: readonly string[]
  readonly told: readonly string[]
  readonly answers: readonly string[]
  readonly delivered: readonly string[]
}

function packetsOf(stream: string, random: () => number): Packet[] {
  const packets = randomPackets(random, stream, (next, id) => {
    const owner = next() < 0.7 ? stream : 'another'
    const topic = `${next() < 0.6 ? 'lane' : 'ordinary'}/${owner}/${Math.floor(next() * 4)}`
    return { topic, payload: 'x'.repeat(Math.floor(next() ** 3 * 2_000)) + id }
  })
  // Some of QoS 2, and some filters that are refused.
  return packets.map((packet) => {
    if (packet.cmd === 'publish' && packet.qos === 1 && random() < 0.15) return { ...packet, qos: 2 }
    if (packet.cmd !== 'subscribe' || random() < 0.5) return packet
    return { ...packet, subscriptions: [...packet.subscriptions, { topic: `nobody/another/1`, qos: 1 }] }
  })
}

async function watcherOf(rig: PermittedRig['rig'], stream: string): Promise<RawMqtt> {
  const watcher = await RawMqtt.connect(rig.port, { username: 'watcher', ...PASSWORD })
  const topics = [`+/${stream}/#`, `+/another/#`]
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) })
  await watcher.next('suback')
  return watcher
}

async function play({ rig, refusals }: PermittedRig, seed: number): Promise<Seen> {
  const random = seeded(seed)
  const stream = `s${seed}`
  const packets = packetsOf(stream, random)
  const end = publishPacket(`lane/${stream}/end`, 'end', 1, END)
  const watcher = await watcherOf(rig, stream)
  const client = await RawMqtt.connect(rig.port, { clientId: stream, username: 'stream', ...PASSWORD })
  const bytes = Buffer.concat([...packets, end].map((packet) => generate(packet)))
  const refusedBefore = rig.accepting.refused.length
  await sendInPieces(client, bytes, random)
  const published = packets.filter((packet) => packet.cmd === 'publish')
  const acknowledged = published.filter(({ qos }) => qos === 1).length + 1
  const received = published.filter(({ qos }) => qos === 2).length
  await until(() => client.of('puback').length === acknowledged && client.of('pubrec').length === received)
  const accepted = rig.accepting.messages.filter(({ clientId }) => clientId === stream)
  await until(() => watcher.of('publish').length === accepted.length)
  const texts = (messages: readonly { topic: string; qos?: number; payload: unknown }[]) =>
    messages.map(({ topic, qos, payload }) => `${topic} ${qos} ${payload}`)
  const seen = {
    accepted: texts(accepted).sort(),
    refused: texts(rig.accepting.refused.slice(refusedBefore)).sort(),
    told: refusals
      .filter(({ clientId }) => clientId === stream)
      .map(({ kind, target }) => `${kind} ${target}`)
      .sort(),
    answers: answersOf(client),
    delivered: texts(watcher.of('publish') as never).sort(),
  }
  await Promise.all([client.end(), watcher.end()])
  return seen
}

/** Of each kind in their order, and SUBACKs with what they grant. */
function answersOf(client: RawMqtt): string[] {
  const kinds = ['puback', 'pubrec', 'suback', 'unsuback', 'pingresp'] as const
  return kinds.flatMap((cmd) =>
    client.of(cmd).map((packet) => {
      const { granted = '' } = packet as { granted?: unknown }
      return `${cmd} ${packet.messageId} ${granted}`
    }),
  )
}

describe('with permissions', () => {
  let on: PermittedRig
  let off: PermittedRig
  before(async () => {
    on = await permittedRig(PROFILES, {}, undefined, true)
    off = await permittedRig(PROFILES, {}, undefined, false)
  })
  after(async () => {
    await on.rig.remove()
    await off.rig.remove()
  })

  for (let seed = 1; seed <= 20; seed++) {
    test(`random packets are answered, delivered and refused alike with and without the lane (seed ${seed})`, async () => {
      const withLane = await play(on, seed)
      const without = await play(off, seed)
      assert.deepEqual(withLane, without)
      assert.ok(withLane.refused.length > 0 && withLane.accepted.length > 0)
      assert.ok(withLane.accepted.every((text) => !/^(lane|ordinary)\/(another\/|s\d+\/2 )/.test(text)))
      assert.equal(withLane.told.filter((text) => text.startsWith('publish')).length, withLane.refused.length)
    })
  }
})
