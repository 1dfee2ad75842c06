import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { CountsState, ServerMessage } from '../../src/live/protocol.js'
import { LiveClient, type LiveServer, startLive } from '../support/live.js'
import { NO_FIGURES, NOTHING_MADE, sinkStatus, ViewsInMemory } from '../support/views.js'

let views: ViewsInMemory
let live: LiveServer
let client: LiveClient

beforeEach(async () => {
  views = new ViewsInMemory()
  for (const path of ['ningbo/moulding/line1/imm-01', 'ningbo/moulding/line1/imm-02']) views.addDevice(path)
  for (const path of ['ningbo/smt/line1/reflow-01', 'hangzhou/cnc/line1/cnc-01']) views.addDevice(path)
  live = await startLive(views, { minIntervalMs: 20, heartbeatMs: 60, activeWithinMs: 400 })
  client = await LiveClient.connect(live.port)
})

afterEach(() => live.close())

async function countsOf(subscription: { scope?: string; depth?: number; id?: string }): Promise<CountsState> {
  client.send({ type: 'subscribe', id: 'a', topic: 'counts', intervalMs: 20, ...subscription })
  return stateOf(await client.next('snapshot'))
}

function stateOf(frame: ServerMessage): CountsState {
  assert.ok((frame.type === 'snapshot' || frame.type === 'update') && frame.topic === 'counts')
  return frame.data
}

test('a subscription to all counts starts with the totals, messages of no device included', async () => {
  views.ledger.rows[0]!.messages.received = 5
  views.ledger.rows[0]!.messages.ignored = 5
  views.receive(1, 7)
  views.sinkStatuses = [sinkStatus({ pendingPoints: 3, lagMs: 12 })]
  const state = await countsOf({})
  assert.deepEqual(state.messages, { received: 12, decoded: 7, ignored: 5, deadLettered: 0, refused: 0 })
  assert.deepEqual(state.points, { decoded: 7, stored: 7, filtered: 0, deadLettered: 0, pending: 0 })
  assert.deepEqual(state.devices, { seen: 1, active: 1 })
  assert.deepEqual(state.sinks, views.sinkStatuses)
  assert.equal(state.children, undefined)
})

test('an update follows a change, with the next sequence number and the rates', async () => {
  await countsOf({})
  views.receive(1, 10)
  const first = await client.until((frame) => frame.type === 'update')
  assert.ok(first.type === 'update')
  assert.deepEqual([first.seq, first.skipped], [1, 0])
  const { messages, rates } = stateOf(first)
  assert.equal(messages.received, 10)
  assert.ok(rates.messagesReceived > 0 && rates.pointsStored === rates.messagesReceived)
})

test('rates come to rest when nothing arrives any more', async () => {
  await countsOf({})
  views.receive(1, 1000)
  const moving = stateOf(await client.next('update'))
  assert.ok(moving.rates.messagesReceived > 0)
  const resting = stateOf(await client.next('update'))
  assert.deepEqual([resting.messages.received, resting.rates.messagesReceived], [1000, 0])
})

test('a scope counts the devices at or below it and no name that merely starts alike', async () => {
  views.addDevice('ningbo-2/moulding/line1/imm-09')
  views.receive(1, 2)
  views.receive(2, 3)
  views.receive(5, 100)
  assert.equal((await countsOf({ scope: 'ningbo/moulding' })).messages.received, 5)
  client.send({ type: 'subscribe', id: 'b', topic: 'counts', scope: 'ningbo' })
  assert.equal(stateOf(await client.next('snapshot')).messages.received, 5)
  client.send({ type: 'subscribe', id: 'c', topic: 'counts', scope: 'nowhere' })
  assert.deepEqual(stateOf(await client.next('snapshot')).devices, { seen: 0, active: 0 })
})

test('depth brings the nodes below, each with counts that add up to its parent', async () => {
  views.receive(1, 2)
  views.receive(3, 4)
  views.receive(4, 8)
  const { children = [], messages } = await countsOf({ depth: 4 })
  assert.deepEqual(
    children.map((child) => [child.name, child.messages.received, child.device]),
    [
      ['hangzhou', 8, false],
      ['ningbo', 6, false],
    ],
  )
  assert.equal(messages.received, 14)
  const [moulding, smt] = children[1]!.children!
  assert.deepEqual([moulding!.messages.received, smt!.messages.received], [2, 4])
  const [imm01] = moulding!.children![0]!.children!
  assert.deepEqual([imm01!.name, imm01!.device, imm01!.messages.received], ['imm-01', true, 2])
  assert.equal(imm01!.children, undefined)
})

test('each node says how much of it is connected; a change of that alone makes an update', async () => {
  const figures = { ...NO_FIGURES, registered: 1, fresh: 1, networkingRate: 1, sessionRate: 0 }
  views.figures[4] = figures
  const scope = 'hangzhou/cnc/line1'
  const { networking, children = [] } = await countsOf({ scope, depth: 1 })
  assert.deepEqual(networking, NO_FIGURES)
  assert.deepEqual(children[0]?.networking, figures)
  views.figures[4] = { ...figures, fresh: 0, stale: 1, networkingRate: 0 }
  views.networking.revision++
  const changed = stateOf(await client.until((frame) => frame.type === 'update'))
  assert.deepEqual(changed.children?.[0]?.networking, views.figures[4])
})

test('nodes say what they made, where something is counted; a change of that alone makes an update', async () => {
  const made = { ...NOTHING_MADE, devices: 1, good: 12, bad: 3, qualityRatio: 0.8 }
  views.made[4] = made
  const { production, children = [] } = await countsOf({ scope: 'hangzhou/cnc/line1', depth: 1 })
  assert.equal(production, undefined)
  const { good, bad, cycles, availability, effectiveness, qualityRatio, oee } = made
  const live = { shift: null, good, bad, cycles, availability, effectiveness, qualityRatio, oee }
  assert.deepEqual(children[0]?.production, live)
  const shift = { name: 'early', day: '2026-11-21', startMs: 0, endMs: 1, plannedBreaksMs: 0 }
  views.made[4] = { ...made, good: 13, shift }
  views.production.revision++
  const changed = stateOf(await client.until((frame) => frame.type === 'update'))
  const named = { name: 'early', day: '2026-11-21' }
  assert.deepEqual(changed.children?.[0]?.production, { ...live, good: 13, shift: named })
})

test('a device that appears later joins the tree', async () => {
  await countsOf({ depth: 2 })
  const slot = views.addDevice('hangzhou/press/line9/press-01')
  views.receive(slot, 3)
  const { children = [] } = stateOf(await client.until((frame) => frame.type === 'update'))
  const names = children[0]!.children!.map(({ name }) => name)
  assert.deepEqual(names, ['cnc', 'press'])
})

test('while nothing changes no count is read, and heartbeats say that the connection lives', async () => {
  await countsOf({ depth: 1 })
  const { reads } = views.ledger
  for (let i = 0; i < 4; i++) await client.next('heartbeat')
  assert.equal(views.ledger.reads, reads)
  assert.deepEqual(
    client.frames.map(({ type }) => type).filter((type) => type === 'update'),
    [],
  )
})

test('a device that falls silent turns inactive without any change of the ledger', async () => {
  views.receive(1)
  const { devices } = await countsOf({})
  assert.equal(devices.active, 1)
  const later = await client.until((frame) => frame.type === 'update' && stateOf(frame).devices.active === 0)
  assert.equal(stateOf(later).messages.received, 1)
})

test('a sink that goes down is told although no message arrives', async () => {
  views.sinkStatuses = [sinkStatus()]
  await countsOf({})
  views.sinkStatuses = [sinkStatus({ state: 'retrying', lagMs: 2000, lastError: 'connection refused' })]
  const { sinks } = stateOf(await client.until((frame) => frame.type === 'update'))
  assert.deepEqual([sinks[0]!.state, sinks[0]!.lastError], ['retrying', 'connection refused'])
})

test('a snapshot states the interval in effect: clamped, and a multiple of the smallest', async () => {
  const effective = async (id: string, intervalMs: number) => {
    client.send({ type: 'subscribe', id, topic: 'counts', intervalMs })
    return (await client.next('snapshot')).intervalMs
  }
  assert.equal(await effective('a', 0), 20)
  assert.equal(await effective('b', 31), 40)
  assert.equal(await effective('c', 1e9), 60_000)
})
