import assert from 'node:assert/strict'
import type { Duplex } from 'node:stream'
import { after, before, test } from 'node:test'
import { generate } from 'mqtt-packet'
import {
  attackRaw,
  clientHello,
  enter,
  handshakeAttack,
  perform,
  upgradeAttack,
  WAYS,
  type Way,
} from '../support/attack-ways.js'
import { Chance } from '../support/chance.js'
import { makeAttack } from '../support/connect-attacks.js'
import { eventually } from '../support/ports.js'
import { connectPacket, publishPacket } from '../support/raw-mqtt.js'
import { DEVICE, DEVICE_TOPIC, SecuredGateway } from '../support/secured-gateway.js'

/** Any other: LINEGATE_FUZZ_SEED. */
const SEED = Number(process.env.LINEGATE_FUZZ_SEED ?? 20_261_121)
const ATTACKS = 1_400
const WARM_UP = 150
const AT_ONCE = 150
const CONNECT_TIMEOUT_MS = 3_000
/** Less than the attacks send. */
const MAX_GROWTH_BYTES = 64 * 1_048_576
/** Whatever a client calls itself. */
const MAX_LINE_CHARACTERS = 4_096
const CONNACK = 0x20

let gateway: SecuredGateway
let hello: Buffer
let sentBytes = 0
/** Streams that their server has ended, and this side has not. */
const left: Duplex[] = []

before(async () => {
  gateway = await SecuredGateway.start([`limits: { connectTimeoutMs: ${CONNECT_TIMEOUT_MS} }`])
  hello = await clientHello()
})

after(() => gateway.remove())

/** Number and seed are in what is thrown: `LINEGATE_FUZZ_SEED` makes the same attacks. */
async function attack(number: number): Promise<void> {
  const chance = new Chance(SEED + number)
  const way = chance.pick([...WAYS, ...WAYS, 'TLS', 'upgrade'] as const)
  let name: string = way
  try {
    if (way === 'TLS') await attackRaw(handshakeAttack(chance, hello), gateway.ports.mqtts, left)
    else if (way === 'upgrade') await attackUpgrade(chance)
    else {
      const made = makeAttack(chance, DEVICE_TOPIC)
      name = `${made.name} over ${way}, then ${made.ending}`
      // On a machine that is busy, the time to come in may be over before there is TLS or WebSocket.
      const stream = await enter(gateway, way).catch(() => undefined)
      if (stream === undefined) return
      for (const { length } of made.pieces) sentBytes += length
      refuted(await perform(made, stream, left))
    }
    assert.ok(gateway.isRunning, 'the gateway has ended')
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new Error(`seed ${SEED}, attack ${number}, ${name}: ${cause}\n${gateway.log.slice(-2_000)}`)
  }
}

async function attackUpgrade(chance: Chance): Promise<void> {
  const port = chance.pick([gateway.ports.ws, gateway.ports.http])
  const made = upgradeAttack(chance, port)
  // A slow request over HTTP has that server's time, which is longer.
  const ending = port === gateway.ports.http && made.ending === 'stay' ? 'end' : made.ending
  const answer = await attackRaw({ ...made, ending }, port, left)
  assert.ok(!answer.includes(Buffer.from([CONNACK, 2, 0, 0])), 'it was let in')
}

/** Nothing came back, or a CONNACK that refuses and nothing else. */
function refuted(answer: Buffer): void {
  if (answer.length === 0) return
  assert.equal(answer[0], CONNACK, `the answer is ${answer.toString('hex')}`)
  assert.notEqual(answer[3], 0, 'it was let in')
  assert.equal(answer.length, 4, `the answer is ${answer.toString('hex')}`)
}

async function attacks(from: number, to: number): Promise<void> {
  let next = from
  const queue = async () => {
    while (next < to) await attack(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, queue))
}

/** The device comes in, and its message is acknowledged. */
async function deviceComesIn(way: Way): Promise<void> {
  const stream = await enter(gateway, way)
  const answers = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const next = async () => [...((await answers.next()).value ?? [])]
  const password = Buffer.from(gateway.token)
  stream.write(
    generate({ ...connectPacket({ clientId: `${DEVICE}-${way}` }), username: DEVICE, password } as never),
  )
  assert.deepEqual(await next(), [CONNACK, 2, 0, 0], way)
  stream.write(generate(publishPacket(DEVICE_TOPIC, '{"temperature":21.5}', 1, 9)))
  assert.deepEqual(await next(), [0x40, 2, 0, 9], way)
  stream.destroy()
}

test('the device comes in by every way', async () => {
  for (const way of WAYS) await deviceComesIn(way)
  assert.equal(await gateway.received(), WAYS.length)
})

test(`whatever strangers send before they are let in harms nobody (seed ${SEED})`, async () => {
  await attacks(0, WARM_UP)
  sentBytes = 0
  const before = gateway.rssBytes
  const under = Promise.all(WAYS.map(deviceComesIn))
  await attacks(WARM_UP, ATTACKS)
  await under
  const received = await gateway.received()
  assert.equal(received, 2 * WAYS.length, `only the device was heard (seed ${SEED})`)
  assert.ok(sentBytes > MAX_GROWTH_BYTES, `${sentBytes} bytes are too few to see them kept`)
  const growth = gateway.rssBytes - before
  assert.ok(growth < MAX_GROWTH_BYTES, `memory grew by ${growth} bytes (seed ${SEED})`)
})

test('no connection of theirs is left, though they have not closed their side', async () => {
  assert.ok(
    left.some((stream) => !stream.destroyed),
    'some have not',
  )
  await eventually('the connections are closed', () => (gateway.connections === 0 ? true : undefined))
  await eventually('no client is counted', async () =>
    (await gateway.metric('linegate_mqtt_clients')) === 0 ? true : undefined,
  )
  for (const stream of left) stream.destroy()
})

test('the device comes in at once afterwards, and the log tells of strangers in plain words', async () => {
  for (const way of WAYS) await deviceComesIn(way)
  assert.equal(await gateway.received(), 3 * WAYS.length)
  assert.notEqual(gateway.log, '', 'refusals are logged')
  assert.doesNotMatch(gateway.log, /^\s+at .+:\d+:\d+|"stack"|unhandled|uncaught/im)
  assert.ok(!gateway.log.includes(gateway.token), 'no secret is in the log')
  const longest = Math.max(...gateway.log.split('\n').map(({ length }) => length))
  assert.ok(longest < MAX_LINE_CHARACTERS, `a line of the log has ${longest} characters`)
})

test('a second CONNECT of a device closes its connection', async () => {
  const stream = await enter(gateway, 'mqtt')
  const closed = new Promise<void>((resolve) => stream.once('end', resolve).once('close', resolve))
  const password = Buffer.from(gateway.token)
  const connect = generate({ ...connectPacket({ clientId: DEVICE }), username: DEVICE, password } as never)
  let answer = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk])
  })
  stream.write(Buffer.concat([connect, connect]))
  await closed
  assert.deepEqual([...answer], [CONNACK, 2, 0, 0])
  stream.destroy()
})
