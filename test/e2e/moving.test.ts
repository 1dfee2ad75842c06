import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CountsNode, CountsState } from '../../src/live/protocol.js'
import { GatewayProcess, type LedgerAnswer } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { LiveClient } from '../support/live.js'
import { NumberedDevice } from '../support/numbered-device.js'
import { counted, countsOf, plantTree, send } from '../support/plant-answers.js'
import { eventually } from '../support/ports.js'

const DEVICE = '/api/v1/devices/p-1'
const TOPIC = 'factory/ningbo/press/line1/p-1/telemetry'
const MESSAGES_BETWEEN = 1_000
const WINDOW = 5

let influxd: Influxd
let gateway: GatewayProcess
let live: LiveClient
const device = new NumberedDevice(TOPIC, WINDOW)
/** Stays where it is. */
const neighbour = new NumberedDevice('factory/ningbo/press/line1/p-2/telemetry', 1)

before(async () => {
  influxd = await startInfluxd()
  gateway = await GatewayProcess.start([
    `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`,
  ])
  for (const id of ['p-1', 'p-2']) {
    await send(gateway, 'PUT', `/api/v1/devices/${id}`, { site: 'ningbo', area: 'press', line: 'line1' })
  }
  live = await LiveClient.connect(gateway.httpPort)
  live.send({ type: 'subscribe', id: 'a', topic: 'counts', intervalMs: 100, depth: 4 })
  await device.start(gateway.mqttPort)
  await neighbour.start(gateway.mqttPort)
  await counted(gateway, { registered: 2, connected: 2, fresh: 2 })
})

after(async () => {
  await live.close()
  await gateway.remove()
  await influxd.remove()
})

/** Lets the device publish some more, and looks at the tree and the ledger all the while. */
async function goesOn(): Promise<void> {
  const { length } = device.acknowledged
  await eventually('the device goes on', async () => {
    const { registered, connected } = await plantTree(gateway)
    assert.deepEqual([registered, connected], [2, 2])
    assertLedgerSums(await gateway.ledger())
    return device.acknowledged.length > length + MESSAGES_BETWEEN ? true : undefined
  })
}

async function acknowledgedMore(messages: number): Promise<void> {
  const enough = device.acknowledged.length + messages
  await eventually('it is acknowledged', () => (device.acknowledged.length >= enough ? true : undefined))
}

function assertLedgerSums({ totals, devices }: LedgerAnswer): void {
  for (const kind of ['received', 'decoded', 'refused'] as const) {
    const sum = devices.reduce((all, { messages }) => all + messages[kind], 0)
    assert.equal(sum, totals.messages[kind], kind)
  }
}

/** Every frame so far: a node has what its children have, the root also what is of no device. */
function assertLiveSums(): void {
  let looks = 0
  for (const frame of live.frames) {
    if ((frame.type !== 'snapshot' && frame.type !== 'update') || frame.topic !== 'counts') continue
    for (const child of frame.data.children ?? []) assertNodeSums(child)
    looks++
  }
  assert.ok(looks > 2, 'there were frames to look at')
}

function assertNodeSums(node: CountsNode | CountsState): void {
  if (node.children === undefined || node.children.length === 0) return
  const sum = (of: (child: CountsNode) => number) => node.children!.reduce((all, child) => all + of(child), 0)
  assert.equal(
    node.messages.received,
    sum(({ messages }) => messages.received),
  )
  assert.equal(
    node.points.decoded,
    sum(({ points }) => points.decoded),
  )
  assert.equal(
    node.networking.registered,
    sum(({ networking }) => networking.registered),
  )
  assert.equal(
    node.networking.fresh,
    sum(({ networking }) => networking.fresh),
  )
  for (const child of node.children) assertNodeSums(child)
}

/** n → line under which it is stored. */
async function storedLines(): Promise<Map<number, string>> {
  await gateway.drained()
  const series = await influxd.query("SELECT line, n FROM telemetry WHERE device = 'p-1'")
  const rows = series.flatMap(({ values }) => values as [string, string, number][])
  const found = new Map(rows.map(([, line, n]) => [n, line]))
  assert.equal(found.size, rows.length, 'no number is stored twice')
  return found
}

function rowOf({ devices }: LedgerAnswer, path: string) {
  return devices.find((row) => row.path === path)
}

test('a device that is moved while it publishes takes its counts along, and its points go to the new line', async () => {
  await goesOn()
  const before = device.acknowledged.length
  await send(gateway, 'PATCH', DEVICE, { line: 'line2' }, 'application/merge-patch+json')
  const atMove = device.sent
  await goesOn()
  await device.stop()

  const [line1, line2] = (await plantTree(gateway, 'ningbo/press', 2)).children
  assert.deepEqual(
    [line1?.path, line1?.registered, line2?.path, line2?.registered],
    ['ningbo/press/line1', 1, 'ningbo/press/line2', 1],
  )
  const ledger = await gateway.ledger()
  assert.equal(rowOf(ledger, 'ningbo/press/line1/p-1'), undefined)
  assert.ok(rowOf(ledger, 'ningbo/press/line2/p-1')!.messages.received > before, 'its counts came along')

  const lines = await storedLines()
  for (const n of device.acknowledged.slice(0, before)) assert.equal(lines.get(n), 'line1')
  const moved = [...lines.entries()].filter(([, line]) => line === 'line2').map(([n]) => n)
  const staying = [...lines.entries()].filter(([, line]) => line === 'line1').map(([n]) => n)
  assert.ok(moved.length > MESSAGES_BETWEEN / 2)
  const firstMoved = Math.min(...moved)
  assert.ok(
    staying.every((n) => n < firstMoved),
    'the change is at one message',
  )
  assert.ok(firstMoved <= atMove, 'and when the move was answered, it was made')
  assertLiveSums()
})

test('a device that is rejected while it publishes is refused, and acknowledged all the same', async () => {
  await device.start(gateway.mqttPort)
  await send(gateway, 'POST', `${DEVICE}/reject`)
  // What was accepted before is counted when it is on disk.
  await acknowledgedMore(2 * WINDOW)
  const { messages } = rowOf(await gateway.ledger(), 'ningbo/press/line2/p-1')!
  await acknowledgedMore(MESSAGES_BETWEEN)
  const ledger = await gateway.ledger()
  const after = rowOf(ledger, 'ningbo/press/line2/p-1')!.messages
  assertLedgerSums(ledger)
  assert.ok(after.refused >= messages.refused + MESSAGES_BETWEEN - WINDOW)
  assert.equal(after.decoded, messages.decoded)
  assert.equal(after.received, after.decoded + after.refused)
  const { registered, discovered, connected } = countsOf(await plantTree(gateway))
  assert.deepEqual([registered, discovered, connected], [1, 0, 1], 'it is not in the tree')
  assertLiveSums()
})

test('a device that is removed and goes on is discovered anew, with counts that begin at nothing', async () => {
  const before = rowOf(await gateway.ledger(), 'ningbo/press/line2/p-1')!.messages
  await send(gateway, 'DELETE', DEVICE)
  await acknowledgedMore(MESSAGES_BETWEEN)
  await device.stop()
  await neighbour.stop()
  const { devices } = await gateway.get<{ devices: { id: string; status: string; path: string }[] }>(
    '/api/v1/devices?status=discovered',
  )
  assert.deepEqual(
    devices.map(({ id, path }) => [id, path]),
    [['p-1', 'ningbo/press/line1/p-1']],
  )
  const { registered, discovered } = countsOf(await plantTree(gateway))
  assert.deepEqual([registered, discovered], [1, 1])

  const ledger = await gateway.drained()
  const fresh = rowOf(ledger, 'ningbo/press/line1/p-1')!.messages
  assert.equal(fresh.refused, 0)
  assert.equal(fresh.received, fresh.decoded)
  const all = ledger.totals.messages
  const others = rowOf(ledger, 'ningbo/press/line1/p-2')!.messages
  assert.equal(device.acknowledged.length, device.sent)
  assert.equal(
    all.received,
    device.sent + neighbour.sent,
    'every message is counted once, whoever it was counted for',
  )
  assert.ok(fresh.received <= device.sent - before.received)
  assert.equal(all.refused, all.received - all.decoded)
  assert.equal(others.received, neighbour.sent)
})
