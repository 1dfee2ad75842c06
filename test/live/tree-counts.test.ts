import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { StateStore } from '../../src/core/state.js'
import { Column, Tally } from '../../src/core/tally.js'
import { Ledger } from '../../src/ledger/ledger.js'
import { TreeCounts } from '../../src/live/tree-counts.js'
import { Records } from '../devices/networking/records.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'

const ACTIVE_WITHIN_MS = 60_000

let directory: string
let state: StateStore
let ledger: Ledger
let records: Records
let counts: TreeCounts
let sequence = 0

beforeEach(() => {
  directory = temporaryDirectory()
  state = openState(directory)
  ledger = new Ledger(state)
  records = new Records()
  counts = new TreeCounts(ledger, records.tree, ACTIVE_WITHIN_MS)
  sequence = 0
})

afterEach(async () => {
  await state.close()
  removeDirectory(directory)
})

/** A block with messages of devices, of two points each; the first point of each message is stored, the other refused. */
function block(slots: readonly number[], createdAtMs: number): void {
  const tally = new Tally()
  for (const slot of slots) {
    tally.add(slot, Column.received, 1)
    tally.add(slot, Column.decoded, 1)
    tally.add(slot, Column.pointsDecoded, 2)
  }
  const rows = tally.take()
  sequence++
  ledger.apply({ sequence, createdAtMs, ...rows })
  ledger.settle(sequence, rows.tallies)
  for (const slot of slots) ledger.reject(slot, 1, 'sink_rejected')
}

function slotsUnder(path: string): number[] {
  const slots = Array.from({ length: records.size }, (_, i) => i + 1)
  return slots.filter((slot) => `${records.get(slot)?.path}/`.startsWith(`${path}/`))
}

function checkAll(): void {
  for (const path of ['ningbo', 'ningbo/moulding', 'ningbo/moulding/line1', 'hangzhou']) {
    const node = records.tree.node(path)
    if (node !== undefined) assert.deepEqual(counts.counts(node), ledger.sum(slotsUnder(path)), path)
  }
}

test('the counts of a node are those of its devices, before and after the sums began, and through moves', () => {
  const first = records.add('ningbo/moulding/line1/imm-01')
  const second = records.add('ningbo/moulding/line2/imm-02')
  block([0, first, second, second], 1_000)
  counts.begin(records.size)
  checkAll()
  const third = records.add('hangzhou/cnc/line1/cnc-01')
  block([third, first, 0], 2_000)
  checkAll()
  records.change(first, { site: 'hangzhou', area: 'cnc' })
  checkAll()
  block([first], 3_000)
  checkAll()
  records.remove(second)
  block([second, third], 4_000)
  checkAll()
  assert.equal(counts.counts(records.tree.node('hangzhou')!).messages.received, 5)
  assert.equal(records.tree.node('ningbo'), undefined)
})

test('a device is seen from its first message on, and active until it was silent for too long', () => {
  const first = records.add('ningbo/moulding/line1/imm-01')
  const second = records.add('ningbo/moulding/line1/imm-02')
  records.add('ningbo/moulding/line1/imm-03')
  const at = (nowMs: number) => {
    counts.age(nowMs)
    return counts.devices(records.tree.root)
  }
  block([first], 1_000)
  counts.begin(records.size)
  assert.deepEqual(at(1_000), { seen: 1, active: 1 })
  block([second], 31_000)
  assert.deepEqual(at(31_000), { seen: 2, active: 2 })
  assert.deepEqual(at(60_999), { seen: 2, active: 2 })
  assert.deepEqual(at(61_000), { seen: 2, active: 1 })
  assert.deepEqual(
    [counts.devices(first), counts.devices(second)],
    [
      { seen: 1, active: 0 },
      { seen: 1, active: 1 },
    ],
  )
  block([first], 90_000)
  assert.deepEqual(at(90_999), { seen: 2, active: 2 })
  assert.deepEqual(at(91_000), { seen: 2, active: 1 })
  assert.deepEqual(at(150_000), { seen: 2, active: 0 })
  assert.equal(counts.quietUntilMs, Number.POSITIVE_INFINITY)
})

test('devices that were silent since long before the sums began are seen, not active', () => {
  const slot = records.add('ningbo/moulding/line1/imm-01')
  block([slot], 1_000)
  counts.begin(records.size)
  counts.age(1_000_000)
  assert.deepEqual(counts.devices(records.tree.root), { seen: 1, active: 0 })
})
