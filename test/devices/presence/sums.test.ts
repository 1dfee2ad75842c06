import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { TreeNode } from '../../../src/core/registry.js'
import { PresenceRig } from './presence-rig.js'

let rig: PresenceRig

beforeEach(() => {
  rig = PresenceRig.started()
})

afterEach(() => rig.remove())

test('of 100 registered devices with 80 connected and 5 of them silent, 80 are connected and 75 fresh', () => {
  const slots = Array.from({ length: 100 }, (_, i) => rig.registry.add(`ningbo/moulding/line${i % 4}/d${i}`))
  for (let i = 0; i < 80; i++) rig.presence.sessionOpened(`d${i}`)
  for (let i = 0; i < 75; i++) rig.hear(slots[i]!)
  const now = { registered: 100, connected: 80, fresh: 75, discovered: 0 }
  assert.deepEqual(rig.sumsAt(''), { ...now, stale: 0, offline: 0, unknown: 25 })
  rig.pass(29_000)
  for (let i = 0; i < 75; i++) rig.hear(slots[i]!)
  rig.pass(2_000)
  assert.deepEqual(rig.sumsAt(''), { ...now, stale: 5, offline: 0, unknown: 20 })
  assert.equal(rig.sumsAt('ningbo/moulding/line1').registered, 25)
})

test('discovered devices count as nothing else until they are confirmed', () => {
  const slot = rig.registry.add('ningbo/moulding/line1/new', { status: 'discovered' })
  rig.presence.sessionOpened('c')
  rig.presence.linked(slot, 'c')
  rig.hear(slot)
  const none = { registered: 0, connected: 0, fresh: 0, stale: 0, offline: 0, unknown: 0 }
  assert.deepEqual(rig.sumsAt('ningbo'), { ...none, discovered: 1 })
  rig.registry.change(slot, { status: 'confirmed' })
  assert.deepEqual(rig.sumsAt('ningbo'), { ...none, registered: 1, connected: 1, fresh: 1, discovered: 0 })
  rig.registry.change(slot, { status: 'rejected' })
  assert.deepEqual(rig.sumsAt('ningbo'), { ...none, discovered: 0 })
  rig.hear(slot)
  rig.presence.linked(slot, 'c')
  assert.equal(rig.presence.of(slot).state, 'unknown')
  rig.registry.change(slot, { status: 'confirmed' })
  assert.deepEqual(rig.sumsAt('ningbo'), { ...none, registered: 1, unknown: 1, discovered: 0 })
})

test('the revision rises with every change of a sum, and tells which devices changed', () => {
  const slot = rig.registry.add('ningbo/moulding/line1/a')
  const other = rig.registry.add('ningbo/moulding/line1/b')
  let seen = rig.presence.revision
  const changed = () => {
    const slots = rig.presence.changedAfter(seen)
    seen = rig.presence.revision
    return [...slots!]
  }
  rig.presence.sessionOpened('a')
  assert.deepEqual(changed(), [slot])
  rig.hear(other)
  assert.deepEqual(changed(), [other])
  rig.hear(other)
  assert.deepEqual(changed(), [], 'a message of an online device changes nothing')
  rig.registry.change(other, { line: 'line2' })
  assert.deepEqual(changed(), [other])
  rig.registry.remove(other)
  assert.deepEqual(changed(), [other])
  for (let i = 0; i < 70_000; i++) rig.registry.change(slot, {})
  assert.equal(rig.presence.changedAfter(seen), undefined)
})

/** A generator of numbers below `n` that is the same in every run (mulberry32). */
function seeded(seed: number): (n: number) => number {
  let a = seed
  return (n) => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const STATUSES = ['confirmed', 'discovered', 'rejected'] as const

/** One event out of everything that can happen. */
function happen(below: (n: number) => number): void {
  const slot = 1 + below(Math.max(1, rig.registry.size))
  const record = rig.registry.record(slot)
  const client = `c${below(12)}`
  const actions = [
    () => rig.registry.add(`s${below(2)}/a${below(2)}/l${below(2)}/d${rig.registry.size}`),
    () => rig.hear(slot),
    () => rig.hear(slot),
    () => rig.presence.linked(slot, client),
    () => rig.presence.sessionOpened(client),
    () => rig.presence.sessionClosed(client, below(2) === 0 ? 'lost' : 'disconnected'),
    () => rig.presence.died(slot, rig.wallMs),
    () => rig.pass(below(20) * 1_000),
    () => record && rig.registry.change(slot, { status: STATUSES[below(3)]! }),
    () => record && rig.registry.change(slot, { line: `l${below(3)}`, site: `s${below(2)}` }),
    () => record && rig.registry.change(slot, { expectedIntervalMs: 1_000 * below(20) }),
    () => record && below(4) === 0 && rig.registry.remove(slot),
  ]
  actions[below(actions.length)]!()
}

function slotsUnder(node: TreeNode): number[] {
  return [...node.slots, ...node.children.flatMap(slotsUnder)]
}

function recount(node: TreeNode): Record<string, number> {
  const count = { registered: 0, discovered: 0, connected: 0, fresh: 0, stale: 0, offline: 0, unknown: 0 }
  for (const slot of slotsUnder(node)) {
    if (rig.registry.record(slot)!.status === 'discovered') {
      count.discovered++
      continue
    }
    const { state, connected } = rig.presence.of(slot)
    count.registered++
    count[state === 'online' ? 'fresh' : state]++
    if (connected) count.connected++
  }
  return count
}

function assertSumsEqualRecount(node: TreeNode): void {
  const sums = rig.sumsAt(node.path)
  assert.deepEqual(sums, recount(node), node.path)
  const { registered, fresh, stale, offline, unknown } = sums as Record<string, number>
  assert.equal(registered, fresh! + stale! + offline! + unknown!)
  for (const child of node.children) assertSumsEqualRecount(child)
}

for (const seed of [1, 2, 3, 4]) {
  test(`whatever happens (${seed}), the sums at every node equal a recount, also after a restart`, async () => {
    const below = seeded(seed)
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 150; i++) {
        happen(below)
        if (i % 10 === 0) assertSumsEqualRecount(rig.registry.tree.root)
      }
      assertSumsEqualRecount(rig.registry.tree.root)
      await rig.flush()
      if (round % 3 === 2) await rig.restart(below(100_000))
    }
    assert.ok(rig.presence.totalTransitions > 100, 'something happened')
  })
}
