import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { PresenceRig, TEN_O_CLOCK } from './presence-rig.js'

let rig: PresenceRig

beforeEach(() => {
  rig = PresenceRig.started()
})

afterEach(() => rig.remove())

const PRESS = 'ningbo/moulding/line1/press-1'

test('a device that was never seen is unknown, and stays so without a session', () => {
  const slot = rig.registry.add(PRESS, { createdAtMs: TEN_O_CLOCK })
  rig.pass(200_000)
  const { state, connected, lastHeardMs, reason } = rig.presence.of(slot)
  assert.deepEqual([state, connected, lastHeardMs, reason.code], ['unknown', false, 0, 'never_seen'])
  assert.deepEqual(rig.steps(), [])
})

test('a device that falls silent is stale when interval and survival time have passed, and no earlier', () => {
  const slot = rig.registry.add(PRESS)
  rig.hear(slot)
  rig.pass(29_900)
  assert.equal(rig.presence.of(slot).state, 'online')
  rig.pass(300)
  const { state, sinceMs, lastHeardMs, reason } = rig.presence.of(slot)
  assert.deepEqual([state, sinceMs, lastHeardMs], ['stale', TEN_O_CLOCK + 30_000, TEN_O_CLOCK])
  assert.equal(reason.en, 'stale since 10:00:30: last message 10:00:00, expected every 10 s + 20 s')
  assert.equal(reason.zh, '自 10:00:30 起静默：最后一条消息 10:00:00，应每 10 秒 + 20 秒一条')
  rig.hear(slot)
  assert.equal(rig.presence.of(slot).state, 'online')
  assert.deepEqual(rig.steps(), ['unknown>online', 'online>stale', 'stale>online'])
  assert.deepEqual(rig.transitions[1]!.silentMs, 30_000)
})

test('a device that goes on speaking is never stale, however long', () => {
  const slot = rig.registry.add(PRESS, { expectedIntervalMs: 1_000, survivalTimeMs: 500 })
  for (let i = 0; i < 400; i++) {
    rig.hear(slot)
    rig.pass(1_400)
  }
  assert.deepEqual(rig.steps(), ['unknown>online'])
})

test('devices with allowed silences from a tenth of a second to hours are each found in time', () => {
  const allowed = [100, 1_000, 102_300, 102_400, 102_500, 600_000, 3_600_000]
  const slots = allowed.map((expectedIntervalMs, i) =>
    rig.registry.add(`${PRESS}${i}`, { expectedIntervalMs, survivalTimeMs: 0 }),
  )
  for (const slot of slots) rig.hear(slot)
  rig.pass(3_600_200)
  const late = rig.transitions.filter(({ to }) => to === 'stale').map(({ atMs }) => atMs - TEN_O_CLOCK)
  assert.deepEqual(late, allowed)
})

test('a shorter interval in the record makes a silent device stale at once, a longer one online again', () => {
  const slot = rig.registry.add(PRESS)
  rig.hear(slot)
  rig.pass(5_000)
  rig.registry.change(slot, { expectedIntervalMs: 1_000, survivalTimeMs: 1_000 })
  assert.equal(rig.presence.of(slot).state, 'stale')
  rig.registry.change(slot, { expectedIntervalMs: 1_000, survivalTimeMs: 6_000 })
  assert.equal(rig.presence.of(slot).state, 'online')
  rig.pass(1_900)
  assert.equal(rig.presence.of(slot).state, 'online')
  rig.pass(300)
  assert.deepEqual(rig.steps(), ['unknown>online', 'online>stale', 'stale>online', 'online>stale'])
})

test('a session that ends takes its devices offline, and says how it ended', () => {
  const first = rig.registry.add(PRESS)
  const second = rig.registry.add(`${PRESS}b`)
  rig.presence.sessionOpened('edge')
  for (const slot of [first, second]) {
    rig.presence.linked(slot, 'edge')
    rig.hear(slot)
  }
  rig.pass(1_000)
  rig.presence.sessionClosed('edge', 'disconnected')
  for (const slot of [first, second]) assert.equal(rig.presence.of(slot).state, 'offline')
  const { connected, clientId, reason } = rig.presence.of(first)
  assert.deepEqual([connected, clientId, reason.code], [false, 'edge', 'disconnected'])
  assert.equal(reason.en, 'offline since 10:00:01: client edge disconnected, last message 10:00:00')
  rig.presence.sessionOpened('edge')
  rig.pass(1_000)
  rig.presence.sessionClosed('edge', 'lost')
  assert.equal(rig.presence.of(first).reason.code, 'connection_lost')
  rig.pass(100_000)
  assert.deepEqual(rig.steps(first), ['unknown>online', 'online>offline', 'offline>online', 'online>offline'])
})

test('a device whose client is back is online if it was heard in time, else stale until it is heard', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.sessionOpened('c')
  rig.presence.linked(slot, 'c')
  rig.hear(slot)
  rig.presence.sessionClosed('c', 'lost')
  rig.pass(29_000)
  rig.presence.sessionOpened('c')
  assert.equal(rig.presence.of(slot).state, 'online')
  rig.presence.sessionClosed('c', 'lost')
  rig.pass(2_000)
  rig.presence.sessionOpened('c')
  assert.equal(rig.presence.of(slot).state, 'stale')
  assert.equal(rig.presence.of(slot).reason.code, 'reconnected')
  rig.hear(slot)
  assert.equal(rig.presence.of(slot).state, 'online')
})

test('a session that was taken over changes nothing', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.sessionOpened('c')
  rig.presence.linked(slot, 'c')
  rig.hear(slot)
  rig.presence.sessionClosed('c', 'taken-over')
  rig.presence.sessionOpened('c')
  assert.deepEqual(rig.steps(), ['unknown>online'])
  assert.equal(rig.presence.isConnected(slot), true)
})

test('last words that reach the disk when the session is gone do not bring the device back', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.sessionOpened('c')
  rig.presence.linked(slot, 'c')
  rig.hear(slot)
  rig.presence.sessionClosed('c', 'lost')
  rig.pass(100)
  rig.hear(slot)
  assert.equal(rig.presence.of(slot).state, 'offline')
  assert.equal(rig.presence.of(slot).lastHeardMs, TEN_O_CLOCK + 100)
})

test('a client called like a device is its client before the first message', () => {
  const byId = rig.registry.add(PRESS, { id: 'P-0001' })
  const byName = rig.registry.add('ningbo/moulding/line1/press-2', { id: 'P-0002' })
  const twins = ['line1', 'line2'].map((line) =>
    rig.registry.add(`ningbo/moulding/${line}/twin`, { id: `P-${line}` }),
  )
  for (const clientId of ['P-0001', 'press-2', 'twin']) rig.presence.sessionOpened(clientId)
  assert.deepEqual(
    [byId, byName, ...twins].map((slot) => rig.presence.isConnected(slot)),
    [true, true, false, false],
  )
  assert.equal(rig.presence.of(byId).state, 'unknown')
  rig.pass(30_200)
  const { state, reason } = rig.presence.of(byId)
  assert.deepEqual([state, reason.code], ['stale', 'no_message'])
  assert.equal(
    reason.en,
    'stale since 10:00:30: no message since its client connected 10:00:00, expected every 10 s + 20 s',
  )
  rig.presence.sessionClosed('press-2', 'disconnected')
  assert.equal(rig.presence.of(byName).state, 'offline')
})

test('a device that is registered while its client is there is connected at once', () => {
  rig.presence.sessionOpened('press-1')
  const slot = rig.registry.add(PRESS)
  assert.equal(rig.presence.isConnected(slot), true)
  assert.equal(rig.sumsAt('').connected, 1)
})

test('the client that spoke last is the one that counts', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.sessionOpened('old')
  rig.presence.linked(slot, 'old')
  rig.hear(slot)
  rig.presence.sessionOpened('new')
  rig.presence.linked(slot, 'new')
  rig.hear(slot)
  rig.presence.sessionClosed('old', 'lost')
  assert.equal(rig.presence.of(slot).state, 'online')
  rig.presence.sessionClosed('new', 'lost')
  assert.equal(rig.presence.of(slot).state, 'offline')
})

test('a device that another client speaks for goes straight from offline to online', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.sessionOpened('old')
  rig.presence.linked(slot, 'old')
  rig.hear(slot)
  rig.presence.sessionClosed('old', 'lost')
  rig.pass(60_000)
  rig.presence.sessionOpened('new')
  rig.presence.linked(slot, 'new')
  assert.equal(rig.presence.isConnected(slot), true)
  rig.hear(slot)
  assert.deepEqual(rig.steps(), ['unknown>online', 'online>offline', 'offline>online'])
})

test('a will of a client that is gone takes no device from the client that is there', () => {
  const slot = rig.registry.add(PRESS)
  const other = rig.registry.add(`${PRESS}b`)
  rig.presence.sessionOpened('gone')
  rig.presence.linked(slot, 'gone')
  rig.presence.linked(other, 'gone')
  rig.presence.sessionClosed('gone', 'lost')
  rig.presence.sessionOpened('there')
  rig.presence.linked(slot, 'there')
  rig.hear(slot)
  rig.presence.linked(slot, 'gone')
  assert.deepEqual([rig.presence.of(slot).clientId, rig.presence.of(slot).state], ['there', 'online'])
})

test('a source without sessions keeps a device online while it is heard', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.linked(slot, 'http')
  rig.hear(slot)
  assert.deepEqual([rig.presence.of(slot).state, rig.presence.isConnected(slot)], ['online', false])
  rig.pass(31_000)
  assert.equal(rig.presence.of(slot).state, 'stale')
})

test('a death certificate takes one device offline, its next message back, whatever its session does', () => {
  const slot = rig.registry.add(PRESS)
  const sibling = rig.registry.add(`${PRESS}b`)
  rig.presence.sessionOpened('edge')
  for (const device of [slot, sibling]) {
    rig.presence.linked(device, 'edge')
    rig.hear(device)
  }
  rig.presence.died(slot, rig.wallMs)
  assert.deepEqual([rig.presence.of(slot).state, rig.presence.isConnected(slot)], ['offline', true])
  assert.equal(rig.presence.of(slot).reason.code, 'death_certificate')
  assert.equal(rig.presence.of(sibling).state, 'online')
  rig.presence.sessionClosed('edge', 'taken-over')
  rig.presence.sessionOpened('edge')
  assert.equal(rig.presence.of(slot).state, 'offline')
  rig.pass(1_000)
  rig.hear(slot)
  assert.equal(rig.presence.of(slot).state, 'online')
})

test('a wall clock that is set forward or back by an hour makes nobody stale', () => {
  const slots = Array.from({ length: 10 }, (_, i) => rig.registry.add(`${PRESS}${i}`))
  for (const slot of slots) rig.hear(slot)
  const online = rig.transitions.length
  for (const step of [3_600_000, -7_200_000]) {
    rig.wallMs += step
    rig.pass(20_000)
    for (const slot of slots) rig.hear(slot)
  }
  assert.equal(rig.transitions.length, online)
  rig.pass(30_200)
  assert.equal(rig.transitions.length, online + 10)
})

test('a stretch in which the process stood still is no silence of the devices', () => {
  const slot = rig.registry.add(PRESS)
  rig.hear(slot)
  rig.sleep(600_000)
  assert.equal(rig.presence.of(slot).state, 'online')
  rig.pass(28_000)
  assert.equal(rig.presence.of(slot).state, 'online')
  rig.pass(1_500)
  assert.equal(rig.presence.of(slot).state, 'stale')
  assert.match(rig.presence.of(slot).reason.en, /^stale since 10:10:29: last message 10:00:00/)
})

test('transitions are numbered without gaps, and those of a device never share a millisecond', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.sessionOpened('c')
  rig.presence.linked(slot, 'c')
  rig.hear(slot)
  for (let i = 0; i < 5; i++) {
    rig.presence.sessionClosed('c', 'lost')
    rig.presence.sessionOpened('c')
  }
  assert.deepEqual(
    rig.transitions.map(({ id }) => id),
    Array.from({ length: 11 }, (_, i) => i + 1),
  )
  assert.equal(new Set(rig.transitions.map(({ atMs }) => atMs)).size, 11)
  assert.deepEqual(rig.presence.transitionsAfter(8, 2), rig.transitions.slice(8, 10))
  assert.deepEqual(rig.presence.transitionsAfter(11, 2), [])
})

test('the ring keeps the newest 10,000 transitions', () => {
  const slot = rig.registry.add(PRESS)
  rig.presence.sessionOpened('c')
  rig.presence.linked(slot, 'c')
  rig.hear(slot)
  while (rig.presence.totalTransitions < 10_501) {
    rig.presence.sessionClosed('c', 'lost')
    rig.presence.sessionOpened('c')
  }
  const kept = rig.presence.transitionsAfter(0, 20_000)
  assert.deepEqual([kept.length, kept[0]!.id, kept.at(-1)!.id], [10_000, 502, 10_501])
})

test('thousands that fall silent in one tick are found in slices, all of them', async () => {
  for (let i = 0; i < 3_000; i++) rig.hear(rig.registry.add(`${PRESS}-${i}`))
  rig.pass(29_900)
  rig.sleep(300)
  assert.ok(rig.sumsAt('').stale! < 3_000, 'one turn does not take them all')
  while (rig.sumsAt('').stale! < 3_000) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(rig.transitions.filter(({ to }) => to === 'stale').length, 3_000)
})
