import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TreeNode } from '../../../src/core/registry.js'
import type { NetworkingFigures } from '../../../src/devices/networking/figures.js'
import { NetworkingRig } from './networking-rig.js'

const COUNTS = ['registered', 'discovered', 'connected', 'fresh', 'stale', 'offline', 'unknown'] as const
const STATUSES = ['confirmed', 'confirmed', 'discovered', 'rejected'] as const
/** Divisors of whole seconds, so that what is expected can be told exactly from the figures. */
const INTERVALS_MS = [undefined, 500, 1_000, 2_000, 5_000]
const PLACES = ['a/b/1', 'a/b/2', 'a/c/1', 'd/b/1', 'd', '']

interface Event {
  readonly kind: number
  readonly slot: number
  readonly pick: number
}

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.nat(11),
  slot: fc.integer({ min: 1, max: 12 }),
  pick: fc.nat(1_000),
})

test('a node is the sum of what is below it, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 120 }), async (events) => {
      const rig = new NetworkingRig().start()
      try {
        for (const each of events) {
          happen(rig, each)
          checkNode(rig, rig.records.tree.root)
        }
        rig.pass(1_000)
        checkNode(rig, rig.records.tree.root)
      } finally {
        await rig.remove()
      }
    }),
    { numRuns: 40 },
  )
})

function happen(rig: NetworkingRig, { kind, slot, pick }: Event): void {
  const { records, presence } = rig
  if (kind <= 2) return add(rig, pick)
  if (records.record(slot) === undefined) return
  if (kind <= 4) rig.receive(slot, 1 + (pick % 5))
  else if (kind === 5) rig.pass((1 + (pick % 90)) * 1_000)
  else if (kind === 6) records.change(slot, place(pick))
  else if (kind === 7) records.change(slot, { status: STATUSES[pick % STATUSES.length]! })
  else if (kind === 8) records.change(slot, interval(pick))
  else if (kind === 9) records.remove(slot)
  else if (kind === 10) presence.sessionOpened(`d${slot}`)
  else presence.sessionClosed(`d${slot}`, pick % 2 === 0 ? 'lost' : 'disconnected')
}

function add({ records }: NetworkingRig, pick: number): void {
  const name = `d${records.size + 1}`
  const status = STATUSES[pick % STATUSES.length]!
  records.add(name, { ...place(pick), id: name, device: name, status, ...interval(pick) })
}

function place(pick: number): { site: string; area: string; line: string } {
  const [site = '', area = '', line = ''] = PLACES[pick % PLACES.length]!.split('/')
  return { site, area, line }
}

function interval(pick: number): { expectedIntervalMs?: number } {
  const expectedIntervalMs = INTERVALS_MS[pick % INTERVALS_MS.length]
  return expectedIntervalMs === undefined ? {} : { expectedIntervalMs }
}

/** By counting each device, without any sum; recursive, so that each node is also that of its children. */
function checkNode(rig: NetworkingRig, node: TreeNode): number[] {
  const slots = [...node.slots]
  for (const child of node.children) slots.push(...checkNode(rig, child))
  const figures = rig.networking.figures(node)
  const own = slots.map((slot) => rig.networking.figures(slot))
  for (const kind of COUNTS) assert.equal(figures[kind], total(own, kind), `${kind} of ${node.path}`)
  const { registered, fresh, stale, offline, unknown } = figures
  assert.equal(registered, fresh + stale + offline + unknown)
  checkDelivery(rig, node, slots)
  return slots
}

function total(figures: readonly NetworkingFigures[], kind: (typeof COUNTS)[number]): number {
  return figures.reduce((sum, each) => sum + each[kind], 0)
}

/** A device that counts alone below the node has the rate of the node; none has none. */
function checkDelivery(rig: NetworkingRig, node: TreeNode, slots: readonly number[]): void {
  const counted = slots.filter((slot) => {
    const record = rig.records.record(slot)
    return record?.status === 'confirmed' && record.expectedIntervalMs !== undefined
  })
  const rates = rig.networking.figures(node).deliveryRate
  if (counted.length === 0) assert.deepEqual(rates, { minute: null, hour: null, shift: null })
  if (counted.length === 1) assert.deepEqual(rates, rig.networking.figures(counted[0]!).deliveryRate)
  const own = counted.map((slot) => rig.networking.figures(slot).deliveryRate.shift)
  const known = own.filter((rate) => rate !== null)
  if (rates.shift === null || known.length < counted.length) return
  assert.ok(rates.shift >= Math.min(...known) - 1e-9 && rates.shift <= Math.max(...known) + 1e-9)
}
