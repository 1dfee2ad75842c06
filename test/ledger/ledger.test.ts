import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Counts } from '../../src/core/counts.js'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { Column, NO_REASONS, Tally } from '../../src/core/tally.js'
import { Ledger, type LedgerBlock } from '../../src/ledger/ledger.js'
import { temporaryDirectory } from '../support/spool-rig.js'

function openState(t: TestContext, at?: string): StateStore {
  const directory = at ?? temporaryDirectory()
  const state = StateStore.open({
    directory: join(directory, 'state'),
    mapBytes: 1 << 26,
    logger: silentLogger,
  })
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return state
}

/** One message of the device with `points` points, one of them filtered. */
function tallyOf(...slots: number[]): Int32Array {
  const tally = new Tally()
  for (const slot of slots) {
    tally.add(slot, Column.received, 1)
    tally.add(slot, Column.decoded, 1)
    tally.add(slot, Column.pointsDecoded, 4)
    tally.add(slot, Column.pointsFiltered, 1)
  }
  return tally.take().tallies
}

function blockOf(
  sequence: number,
  createdAtMs: number,
  tallies: Int32Array,
  reasons = NO_REASONS,
): LedgerBlock {
  return { sequence, createdAtMs, tallies, reasons }
}

function counts(messages: number, points: Partial<Counts['points']>): Counts {
  return {
    messages: { received: messages, decoded: messages, ignored: 0, deadLettered: 0, refused: 0 },
    points: { decoded: 0, stored: 0, filtered: 0, deadLettered: 0, pending: 0, ...points },
  }
}

test('points are pending from their block until it is settled', async (t) => {
  const state = openState(t)
  t.after(() => state.close())
  const ledger = new Ledger(state)
  ledger.apply(blockOf(1, 5_000, tallyOf(3, 3, 700)))
  assert.deepEqual(ledger.counts(3), counts(2, { decoded: 8, filtered: 2, pending: 6 }))
  assert.deepEqual(ledger.counts(700), counts(1, { decoded: 4, filtered: 1, pending: 3 }))
  assert.equal(ledger.lastReceivedMs(3), 5_000)
  ledger.settle(1, tallyOf(3, 3, 700))
  assert.deepEqual(ledger.counts(3), counts(2, { decoded: 8, filtered: 2, stored: 6 }))
  ledger.reject(3, 2, 'sink_rejected')
  assert.deepEqual(ledger.counts(3), counts(2, { decoded: 8, filtered: 2, stored: 4, deadLettered: 2 }))
  assert.deepEqual(ledger.totals(), counts(3, { decoded: 12, filtered: 3, stored: 7, deadLettered: 2 }))
  assert.deepEqual(ledger.sum([3, 700, 9_999]), ledger.totals())
})

test('devices that were never heard of have empty counts', async (t) => {
  const state = openState(t)
  t.after(() => state.close())
  const ledger = new Ledger(state)
  assert.deepEqual(ledger.counts(12), counts(0, {}))
  assert.equal(ledger.lastReceivedMs(12), 0)
})

test('a block counts once, however often it is applied and settled', async (t) => {
  const state = openState(t)
  t.after(() => state.close())
  const ledger = new Ledger(state)
  for (let i = 0; i < 2; i++) ledger.apply(blockOf(1, 1, tallyOf(1)))
  for (let i = 0; i < 2; i++) ledger.settle(1, tallyOf(1))
  assert.deepEqual(ledger.totals(), counts(1, { decoded: 4, filtered: 1, stored: 3 }))
})

test('every change changes the revision, and nothing else does', async (t) => {
  const state = openState(t)
  t.after(() => state.close())
  const ledger = new Ledger(state)
  const revisions = [ledger.revision]
  const note = () => revisions.push(ledger.revision)
  ledger.apply(blockOf(1, 1, tallyOf(1)))
  note()
  ledger.settle(1, tallyOf(1))
  note()
  ledger.reject(1, 1, 'sink_rejected')
  note()
  assert.equal(new Set(revisions).size, 4)
  ledger.apply(blockOf(1, 1, tallyOf(1)))
  ledger.settle(1, tallyOf(1))
  ledger.totals()
  assert.equal(ledger.revision, revisions.at(-1))
})

test('a checkpoint holds the counts of all pages and how far they go', async (t) => {
  const directory = temporaryDirectory()
  const state = openState(t, directory)
  const ledger = new Ledger(state)
  ledger.apply(blockOf(1, 10, tallyOf(0, 255, 256, 1_000)))
  ledger.settle(1, tallyOf(0, 255, 256, 1_000))
  await state.commit(() => ledger.write())
  ledger.apply(blockOf(2, 20, tallyOf(256)))
  await state.commit(() => ledger.write())
  const before = [0, 255, 256, 1_000].map((slot) => ledger.counts(slot))
  await state.close()
  const again = openState(t, directory)
  t.after(() => again.close())
  const read = new Ledger(again)
  assert.deepEqual(read.checkpoint, { appliedThrough: 2, settledThrough: 1 })
  assert.deepEqual(
    [0, 255, 256, 1_000].map((slot) => read.counts(slot)),
    before,
  )
  assert.deepEqual(read.totals(), ledger.totals())
  assert.equal(read.lastReceivedMs(256), 20)
})

test('a checkpoint writes what the counts were when it was made', async (t) => {
  const directory = temporaryDirectory()
  const state = openState(t, directory)
  const ledger = new Ledger(state)
  ledger.apply(blockOf(1, 10, tallyOf(1)))
  const committed = state.commit(() => ledger.write())
  ledger.apply(blockOf(2, 20, tallyOf(1)))
  await committed
  await state.close()
  const again = openState(t, directory)
  t.after(() => again.close())
  assert.deepEqual(new Ledger(again).counts(1), counts(1, { decoded: 4, filtered: 1, pending: 3 }))
})

test('pages of the format before, whose rows lack a column, are read', async (t) => {
  const directory = temporaryDirectory()
  const state = openState(t, directory)
  const page = new Float64Array(256 * 10)
  page.set([5, 4, 0, 1, 0, 9, 2, 1, 6, 77_000], 10)
  await state.commit(() => state.table('ledger').put(0, Buffer.from(page.buffer)))
  await state.close()
  const again = openState(t, directory)
  t.after(() => again.close())
  const ledger = new Ledger(again)
  assert.deepEqual(ledger.counts(1).messages, {
    received: 5,
    decoded: 4,
    ignored: 0,
    deadLettered: 1,
    refused: 0,
  })
  assert.deepEqual(ledger.counts(1).points, {
    decoded: 9,
    stored: 6,
    filtered: 2,
    deadLettered: 1,
    pending: 0,
  })
  assert.equal(ledger.lastReceivedMs(1), 77_000)
  assert.deepEqual(ledger.totals(), ledger.counts(1))
})
