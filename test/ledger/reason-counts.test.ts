import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { REASONS } from '../../src/core/reasons.js'
import type { StateStore } from '../../src/core/state.js'
import { Column, Tally } from '../../src/core/tally.js'
import { Ledger, type LedgerBlock } from '../../src/ledger/ledger.js'
import { ReasonCounts } from '../../src/ledger/reason-counts.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'

describe('counts by reason', () => {
  const directories: string[] = []
  let open: StateStore | undefined
  afterEach(async () => {
    await open?.close()
    open = undefined
    for (const directory of directories.splice(0)) removeDirectory(directory)
  })

  function newState(): StateStore {
    const directory = temporaryDirectory()
    directories.push(directory)
    open = openState(directory)
    return open
  }

  async function reopened(): Promise<StateStore> {
    await open?.close()
    open = openState(directories.at(-1)!)
    return open
  }

  function changes(...rows: [slot: number, reason: keyof typeof REASONS, count: number][]): Int32Array {
    return Int32Array.from(rows.flatMap(([slot, reason, count]) => [slot, REASONS[reason], count]))
  }

  test('are sums of what blocks change, per device and in total', () => {
    const counts = new ReasonCounts(newState())
    counts.apply(changes([1, 'duplicate', 2], [1, 'deadband', 1], [300, 'duplicate', 5]))
    counts.apply(changes([1, 'duplicate', 1]))
    assert.deepEqual(counts.sum([1]), { duplicate: 3, deadband: 1 })
    assert.deepEqual(counts.sum([300, 1]), { duplicate: 8, deadband: 1 })
    assert.deepEqual(counts.sum([2, 9_999]), {})
    assert.deepEqual(counts.totals(), { duplicate: 8, deadband: 1 })
  })

  test('go down where something is counted another way from now on; what is 0 is not named', () => {
    const counts = new ReasonCounts(newState())
    counts.apply(changes([1, 'malformed', 3], [2, 'malformed', 1]))
    counts.apply(changes([1, 'malformed', -3], [1, 'awaiting_names', 1]))
    assert.deepEqual(counts.sum([1]), { awaiting_names: 1 })
    assert.deepEqual(counts.totals(), { malformed: 1, awaiting_names: 1 })
  })

  test('are on disk after a write, at both ends of a page, and not before', async () => {
    const state = newState()
    const counts = new ReasonCounts(state)
    const slots = [0, 255, 256, 1_000_000]
    for (const slot of slots) counts.apply(changes([slot, 'out_of_bounds', slot + 1]))
    await state.commit(() => counts.write())
    counts.apply(changes([255, 'out_of_bounds', 7]))
    const read = new ReasonCounts(await reopened())
    for (const slot of slots) assert.deepEqual(read.sum([slot]), { out_of_bounds: slot + 1 })
    assert.deepEqual(read.totals(), { out_of_bounds: slots.reduce((sum, slot) => sum + slot + 1, 0) })
  })

  test('that went back to 0 are gone from disk', async () => {
    const state = newState()
    const counts = new ReasonCounts(state)
    counts.apply(changes([1, 'malformed', 1]))
    await state.commit(() => counts.write())
    counts.apply(changes([1, 'malformed', -1]))
    await state.commit(() => counts.write())
    const again = await reopened()
    assert.equal(again.table('ledgerReasons').get(0)?.length, 0)
    assert.deepEqual(new ReasonCounts(again).totals(), {})
  })

  test('beyond 2^32 are exact', async () => {
    const state = newState()
    const counts = new ReasonCounts(state)
    for (let i = 0; i < 4; i++) counts.add(5, REASONS.duplicate, 2_147_483_647)
    await state.commit(() => counts.write())
    assert.deepEqual(new ReasonCounts(await reopened()).totals(), { duplicate: 4 * 2_147_483_647 })
  })

  test('of a reason that a later version gave are kept, though not named', async () => {
    const state = newState()
    const counts = new ReasonCounts(state)
    counts.add(1, 255, 4)
    await state.commit(() => counts.write())
    const again = await reopened()
    const read = new ReasonCounts(again)
    assert.deepEqual(read.totals(), {})
    read.apply(changes([2, 'malformed', 1]))
    await again.commit(() => read.write())
    const record = again.table('ledgerReasons').get(0)!
    assert.equal(record.length, 2 * 16)
  })

  test('of the ledger count a block once, and recover from the checkpoint and the blocks behind it', async () => {
    const state = newState()
    const ledger = new Ledger(state)
    const block = (sequence: number): LedgerBlock => ({ sequence, createdAtMs: 1, ...tallyOf(1, sequence) })
    ledger.apply(block(1))
    await state.commit(() => ledger.write())
    ledger.apply(block(2))
    ledger.apply(block(2))
    assert.deepEqual(ledger.reasons([1]), { duplicate: 3 })
    const recovered = new Ledger(await reopened())
    assert.deepEqual(recovered.reasons([1]), { duplicate: 1 })
    for (const sequence of [1, 2]) recovered.apply(block(sequence))
    assert.deepEqual(recovered.reasons([1]), { duplicate: 3 })
    assert.deepEqual(recovered.reasons([]), {})
  })
})

function tallyOf(slot: number, filtered: number): ReturnType<Tally['take']> {
  const tally = new Tally()
  tally.add(slot, Column.pointsDecoded, filtered)
  tally.add(slot, Column.pointsFiltered, filtered)
  tally.addReason(slot, 'duplicate', filtered)
  return tally.take()
}
