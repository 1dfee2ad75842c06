import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { PresenceRig } from './presence-rig.js'

let rig: PresenceRig

beforeEach(() => {
  rig = PresenceRig.started()
})

afterEach(() => rig.remove())

function addConnected(name: string): number {
  const slot = rig.registry.add(`ningbo/moulding/line1/${name}`)
  rig.presence.sessionOpened(`client of ${name}`)
  rig.presence.linked(slot, `client of ${name}`)
  rig.hear(slot)
  return slot
}

test('nothing flaps when the gateway restarts and all its clients come back', async () => {
  const slots = ['a', 'b', 'c'].map(addConnected)
  const before = slots.map((slot) => rig.presence.of(slot))
  await rig.flush()
  await rig.restart(3_600_000)
  assert.deepEqual(rig.sumsAt('').connected, 3)
  assert.deepEqual(rig.sumsAt('').fresh, 3)
  const stripped = ({ reason: _, ...record }: (typeof before)[0]) => record
  assert.deepEqual(
    slots.map((slot) => stripped(rig.presence.of(slot))),
    before.map(stripped),
  )
  rig.pass(59_000)
  for (const name of ['a', 'b', 'c']) rig.presence.sessionOpened(`client of ${name}`)
  for (const slot of slots) rig.hear(slot)
  rig.pass(10_000)
  assert.deepEqual(rig.transitions, [])
})

test('who is not back when the time is over is offline, with the restart as its reason', async () => {
  const [back, silent, away] = ['back', 'silent', 'away'].map(addConnected) as [number, number, number]
  await rig.flush()
  await rig.restart(3_600_000)
  rig.presence.sessionOpened('client of back')
  rig.presence.sessionOpened('client of silent')
  rig.pass(40_000)
  rig.hear(back)
  rig.pass(19_900)
  assert.deepEqual(rig.transitions, [], 'not before the time is over')
  rig.pass(300)
  assert.deepEqual(
    [back, silent, away].map((slot) => rig.presence.of(slot).state),
    ['online', 'stale', 'offline'],
  )
  assert.equal(rig.presence.isConnected(away), false)
  assert.equal(rig.presence.of(away).reason.code, 'not_back')
  assert.equal(
    rig.presence.of(away).reason.en,
    "offline since 11:01:00: client client of away did not come back after the gateway's restart 11:00:00",
  )
})

test('a device that was stale or offline is still so, with the same reason, and its client is known', async () => {
  const [stale, offline, dead] = ['stale', 'offline', 'dead'].map(addConnected) as [number, number, number]
  rig.presence.sessionClosed('client of offline', 'disconnected')
  rig.pass(31_000)
  rig.hear(dead)
  rig.presence.died(dead, rig.wallMs)
  const before = [stale, offline, dead].map((slot) => rig.presence.of(slot))
  await rig.flush()
  await rig.restart(1_000)
  assert.deepEqual(
    [stale, offline, dead].map((slot) => rig.presence.of(slot)),
    before,
  )
  rig.presence.sessionOpened('client of offline')
  assert.equal(rig.presence.of(offline).state, 'stale')
  rig.presence.sessionOpened('client of dead')
  assert.equal(rig.presence.of(dead).state, 'offline')
})

test('a client that says DISCONNECT right after the restart takes its devices offline', async () => {
  const slot = addConnected('a')
  await rig.flush()
  await rig.restart()
  rig.presence.sessionOpened('client of a')
  rig.presence.sessionClosed('client of a', 'disconnected')
  assert.equal(rig.presence.of(slot).reason.code, 'disconnected')
  rig.pass(100_000)
  assert.deepEqual(rig.steps(), ['online>offline'])
})

test('transitions go on being numbered, also when the devices of the last ones are gone', async () => {
  const first = addConnected('first')
  const second = addConnected('second')
  rig.presence.sessionClosed('client of second', 'lost')
  rig.registry.remove(second)
  assert.equal(rig.presence.totalTransitions, 3)
  await rig.flush()
  await rig.restart()
  assert.equal(rig.presence.totalTransitions, 3)
  assert.deepEqual(rig.presence.transitionsAfter(0, 10), [])
  rig.presence.died(first, rig.wallMs)
  assert.deepEqual(
    rig.presence.transitionsAfter(0, 10).map(({ id }) => id),
    [4],
  )
})

test('what was not on disk when the process was killed did not happen', async () => {
  const slot = addConnected('a')
  await rig.flush()
  rig.presence.sessionClosed('client of a', 'lost')
  await rig.restart()
  assert.deepEqual([rig.presence.of(slot).state, rig.presence.totalTransitions], ['online', 1])
  rig.pass(60_200)
  assert.deepEqual(rig.steps(), ['online>offline'])
})

test('a device whose first transition did not reach the disk, as its message did, comes now', async () => {
  const [recent, silent, never] = ['recent', 'silent', 'never'].map((name) =>
    rig.registry.add(`ningbo/moulding/line1/${name}`),
  ) as [number, number, number]
  rig.lastHeardMs[recent] = rig.wallMs - 5_000
  rig.lastHeardMs[silent] = rig.wallMs - 31_000
  await rig.restart()
  assert.deepEqual(
    [recent, silent, never].map((slot) => rig.presence.of(slot).state),
    ['online', 'stale', 'unknown'],
  )
  assert.equal(rig.presence.of(silent).sinceMs, rig.wallMs - 1_000)
  assert.deepEqual(rig.steps(recent), ['unknown>online'])
  assert.deepEqual(rig.steps(silent), ['unknown>online', 'online>stale'])
  assert.deepEqual(
    rig.transitions.map(({ atMs }) => atMs - rig.wallMs),
    [-5_000, -31_000, -1_000],
  )
  assert.equal(rig.sumsAt('').fresh, 1)
  await rig.flush()
  await rig.restart()
  assert.deepEqual(rig.steps(), [], 'only once')
  rig.pass(61_000)
  assert.deepEqual(rig.steps(), ['online>stale'])
})

test('a device that is removed leaves no row behind', async () => {
  const slot = addConnected('a')
  rig.registry.remove(slot)
  await rig.flush()
  await rig.restart()
  assert.equal(rig.presence.of(slot).clientId, '')
  assert.equal(rig.sumsAt('').registered, 0)
})

test('thousands of clients that do not come back are offline in slices, all of them', async () => {
  for (let i = 0; i < 2_000; i++) addConnected(`d${i}`)
  await rig.flush()
  await rig.restart()
  rig.pass(60_000)
  while (rig.sumsAt('').offline! < 2_000) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(rig.transitions.length, 2_000)
  assert.equal(rig.sumsAt('').connected, 0)
})
