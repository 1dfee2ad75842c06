import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { generate } from 'mqtt-packet'
import { GatewayProcess } from '../support/gateway-process.js'
import { eventually } from '../support/ports.js'
import { type RandomMessage, randomPackets, seeded, sendInPieces } from '../support/random-mqtt.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

const SEEDS = Array.from({ length: 30 }, (_, i) => i + 1)
const DAMAGED = Array.from({ length: 10 }, (_, i) => i + 101)
const END = 60_000
const BEGAN_MS = Date.now()

const SECTIONS = ['sinks: [ { name: local, type: duckdb } ]']
let on: GatewayProcess
let off: GatewayProcess

before(async () => {
  on = await GatewayProcess.start(SECTIONS, 'on')
  off = await GatewayProcess.start(SECTIONS, 'off')
})

after(async () => {
  await on.remove()
  await off.remove()
})

/** A point with a time of its own, or something that cannot be decoded, or ordinary traffic. */
function randomMessage(stream: string, random: () => number, id: number): RandomMessage {
  const device = `${stream}-${Math.floor(random() * 3)}`
  const topic = random() < 0.85 ? `factory/s/a/l/${device}/telemetry` : `office/${stream}`
  const ts = BEGAN_MS + id
  const payload =
    random() < 0.9
      ? JSON.stringify({ ts, v: id / 8, text: '压力'.repeat(random() * 40) })
      : `{"ts":${ts},"v":`
  return { topic, payload }
}

async function send(gateway: GatewayProcess, seed: number, isDamaged: boolean): Promise<void> {
  const random = seeded(seed)
  const stream = `s${seed}`
  const packets = randomPackets(random, stream, (...of) => randomMessage(stream, ...of))
  const bytes = Buffer.concat(packets.map((packet) => generate(packet)))
  if (isDamaged) bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8)
  const client = await RawMqtt.connect(gateway.mqttPort, { clientId: stream })
  const end = generate(publishPacket(`office/${stream}`, 'end', 1, END))
  await sendInPieces(client, Buffer.concat([bytes, end]), random)
  const isEnd = (id: number | undefined) => id === END
  await eventually(
    'the stream has ended',
    async () => {
      const isOver = client.isClosed || client.of('puback').some(({ messageId }) => isEnd(messageId))
      return isOver ? true : undefined
    },
    isDamaged ? 1_000 : 20_000,
  ).catch((error: unknown) => {
    // A damaged length may swallow all that follows; then nothing more comes.
    if (!isDamaged) throw error
  })
  await client.end()
}

interface Letter {
  readonly device: string
  readonly topic: string
  readonly qos: number
  readonly reason: { readonly code: string; readonly message: string }
  readonly payload: { readonly text: string }
}

/** All that a gateway knows of what it was sent, but for the order of arrival over several connections. */
async function known(gateway: GatewayProcess) {
  const { totals, devices } = await gateway.drained()
  const { items } = await gateway.get<{ items: Letter[] }>('/api/v1/dead-letters?limit=500')
  const values = await Promise.all(
    devices.filter(isDevice).map(async ({ path }) => {
      const device = encodeURIComponent(path)
      const { rows } = await gateway.get<{ rows: unknown[] }>(
        `/api/v1/history?device=${device}&field=v&limit=1000`,
      )
      return [path, rows] as const
    }),
  )
  return {
    messages: totals.messages,
    devices: sortedBy(devices.filter(isDevice), ({ path }) => path).map(({ path, messages, points }) => ({
      path,
      messages,
      points,
    })),
    letters: items
      .map(({ device, topic, qos, reason, payload }) =>
        JSON.stringify([device, topic, qos, reason, payload.text]),
      )
      .sort(),
    values: sortedBy(values, ([path]) => path),
  }
}

/** Messages of no device have a line of the ledger, too, and the gateway's own points, which depend on the time. */
const isDevice = ({ path }: { readonly path: string }) => path !== ''

function sortedBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

test('random streams leave the same ledger, dead letters and points with and without the express lane', async () => {
  for (const seed of SEEDS) await Promise.all([on, off].map((gateway) => send(gateway, seed, false)))
  const [withLane, without] = await Promise.all([known(on), known(off)])
  assert.deepEqual(withLane, without)
  assert.ok(withLane.letters.length > 20, 'some could not be decoded')
  const ofDevices = withLane.devices.reduce((sum, { points }) => sum + points.stored, 0)
  assert.ok(ofDevices > 300, 'many were stored')
  assert.equal(withLane.values.flatMap(([, rows]) => rows).length, ofDevices)
})

test('so do streams with a damaged bit', async () => {
  for (const seed of DAMAGED) await Promise.all([on, off].map((gateway) => send(gateway, seed, true)))
  const [withLane, without] = await Promise.all([known(on), known(off)])
  assert.deepEqual(withLane, without)
})
