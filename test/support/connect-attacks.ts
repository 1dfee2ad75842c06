import { generate, type Packet } from 'mqtt-packet'
import type { Chance } from './chance.js'
import { connectPacket, publishPacket } from './raw-mqtt.js'

/** What somebody sends who has no business here: piece by piece, and how it goes on afterwards. */
export interface Attack {
  readonly name: string
  readonly pieces: readonly Buffer[]
  /** Between two pieces. */
  readonly pauseMs: number
  /** Waits for the server to close, with its own side open or ended; or is gone without a word. */
  readonly ending: 'stay' | 'end' | 'reset'
}

type Make = (chance: Chance, topic: string) => Buffer[]

const CONNECT = 0x10
const LARGEST_FIELD = 65_535

const NOT_UTF8: readonly Buffer[] = [
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xff, 0xfe],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0x00],
  [0xef, 0xbb, 0xbf],
  [0xef, 0xbf, 0xbf],
].map((bytes) => Buffer.from(bytes))

/** By what they are about. None of them knows a token. */
const ATTACKS: Readonly<Record<string, Make>> = {
  'random bytes': (chance) => [chance.bytes(1 + chance.below(300))],
  'CONNECT with parts changed': (chance) => [chance.mutated(properConnect(chance))],
  'CONNECT of parts that do not fit': (chance) => [oddConnect(chance)],
  'CONNECT cut off': (chance) => {
    const bytes = properConnect(chance)
    return [bytes.subarray(0, 1 + chance.below(bytes.length - 1))]
  },
  'CONNECT byte by byte, without its end': (chance) => {
    const bytes = properConnect(chance)
    return [...bytes.subarray(0, 8 + chance.below(8))].map((byte) => Buffer.of(byte))
  },
  'a length that never ends': (chance) => [
    Buffer.from([CONNECT, 0xff, 0xff, 0xff, 0xff, 0xff, chance.below(256)]),
  ],
  'a length far beyond what comes': (chance) => [
    Buffer.from([CONNECT, 0xff, 0xff, 0xff, 0x7f]),
    chance.bytes(2_000),
  ],
  'as much as a packet may have, without its end': (chance) => [
    Buffer.from([CONNECT, 0x80, 0x80, 0x3f]),
    Buffer.alloc(1_000_000 + chance.below(30_000), 0x61),
  ],
  'a huge client id': (chance) => [
    connectOf({ clientId: Buffer.alloc(LARGEST_FIELD, chance.pick(['a', '/', '\0'])) }),
  ],
  'a huge user name and password': (chance) => [
    connectOf({
      clientId: Buffer.from('mutant'),
      username: Buffer.alloc(LARGEST_FIELD, 0x75),
      password: Buffer.alloc(chance.below(LARGEST_FIELD), 0x70),
    }),
  ],
  'packets before CONNECT': (chance, topic) => [
    generate(chance.pick(otherPackets(topic))),
    properConnect(chance),
  ],
  'two CONNECTs': (chance) => [properConnect(chance), properConnect(chance)],
  'everything in one piece': (chance, topic) => [
    Buffer.concat([properConnect(chance), ...otherPackets(topic).map((packet) => generate(packet))]),
  ],
}

export const ATTACK_NAMES = Object.keys(ATTACKS)

/** One of them; a message to the topic follows, in case that anyone listens. */
export function makeAttack(chance: Chance, topic: string): Attack {
  const name = chance.pick(ATTACK_NAMES)
  const publish = generate(publishPacket(topic, '{"temperature":666}', 1, 7))
  const pieces = [...ATTACKS[name]!(chance, topic)]
  const isWhole = !/end|cut|far|much/.test(name)
  if (isWhole) pieces.push(publish, publish)
  return {
    name,
    pieces,
    pauseMs: chance.pick([0, 0, 1, 5]),
    ending: chance.isTrue(0.2) ? 'stay' : chance.pick(['end', 'reset']),
  }
}

/** Well-formed, and by nobody who is known. */
function properConnect(chance: Chance): Buffer {
  const will = { topic: 'a/b', payload: Buffer.from('gone'), qos: 1, retain: true } as const
  return generate({
    ...connectPacket({
      clientId: `mutant-${chance.below(1_000)}`,
      clean: chance.isTrue(0.5),
      protocolVersion: chance.pick([3, 4, 4, 4, 5]),
      ...(chance.isTrue(0.4) ? { will } : {}),
    }),
    ...(chance.isTrue(0.8) ? { username: 'imm-1', password: wrongPassword(chance) } : {}),
  } as Packet)
}

function wrongPassword(chance: Chance): Buffer {
  const letters = (count: number) =>
    Array.from({ length: count }, () => chance.pick([...'abcdefghijklmnopqrstuvwxyz234567'])).join('')
  return chance.pick([
    Buffer.from(`lgd_${letters(12)}_${letters(43)}`),
    Buffer.from(`lgd_${letters(12)}`),
    Buffer.from(letters(20)),
    Buffer.alloc(0),
    chance.bytes(60),
  ])
}

interface Fields {
  readonly protocol?: Buffer
  readonly level?: number
  readonly flags?: number
  readonly clientId: Buffer
  readonly willTopic?: Buffer
  readonly willMessage?: Buffer
  readonly username?: Buffer
  readonly password?: Buffer
}

/** Flags, lengths and text that nothing of mqtt-packet would write. */
function oddConnect(chance: Chance): Buffer {
  const text = () => chance.pick([...NOT_UTF8, Buffer.from('x'), Buffer.alloc(0), Buffer.from('a/+/#')])
  const sometimes = (field: string) => (chance.isTrue(0.5) ? { [field]: text() } : {})
  const bytes = connectOf({
    protocol: chance.pick([Buffer.from('MQTT'), Buffer.from('MQTT'), Buffer.from('MQIsdp'), text()]),
    level: chance.pick([4, 4, 4, 3, 5, 6, 0, 0x83, 0x84, 0xff]),
    flags: chance.below(256),
    clientId: text(),
    ...sometimes('willTopic'),
    ...sometimes('willMessage'),
    ...sometimes('username'),
    ...sometimes('password'),
  })
  // A length that is not that of the packet.
  if (chance.isTrue(0.3)) bytes[1] = chance.below(128)
  return bytes
}

function connectOf(fields: Fields): Buffer {
  const {
    protocol = Buffer.from('MQTT'),
    level = 4,
    clientId,
    willTopic,
    willMessage,
    username,
    password,
  } = fields
  const implied = (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40) | 2
  const head = Buffer.from([level, fields.flags ?? implied, 0, 60])
  const texts = [clientId, willTopic, willMessage, username, password].filter((text) => text !== undefined)
  const body = Buffer.concat([prefixed(protocol), head, ...texts.map(prefixed)])
  return Buffer.concat([Buffer.from([CONNECT]), remainingLength(body.length), body])
}

function prefixed(text: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([length, text])
}

/** Section 2.2.3. */
function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  for (let rest = length; ; ) {
    const digit = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? digit | 0x80 : digit)
    if (rest === 0) return Buffer.from(bytes)
  }
}

function otherPackets(topic: string): Packet[] {
  return [
    publishPacket(topic, '{"temperature":666}', 0),
    publishPacket(topic, '{"temperature":666}', 1, 11),
    publishPacket(topic, '{"temperature":666}', 2, 12),
    { cmd: 'pubrel', messageId: 12 },
    { cmd: 'puback', messageId: 14 },
    { cmd: 'subscribe', messageId: 15, subscriptions: [{ topic: '#', qos: 2 }] },
    { cmd: 'unsubscribe', messageId: 17, unsubscriptions: ['#'] },
    { cmd: 'pingreq' },
    { cmd: 'disconnect' },
  ]
}
