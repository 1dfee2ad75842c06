import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Column, TALLY_STRIDE, Tally } from '../../src/core/tally.js'

interface Addition {
  readonly slot: number
  readonly column: Column
  readonly count: number
}

const addition = fc.record({
  slot: fc.oneof(fc.nat(5), fc.nat(5_000)),
  column: fc.constantFrom(...Object.values(Column)),
  count: fc.nat(1_000),
})

function expectedRows(additions: readonly Addition[]): number[] {
  const rows = new Map<number, number[]>()
  for (const { slot, column, count } of additions) {
    const row = rows.get(slot) ?? [slot, ...new Array<number>(TALLY_STRIDE - 1).fill(0)]
    row[1 + column]! += count
    rows.set(slot, row)
  }
  return [...rows.values()].flat()
}

test('a tally holds one row per device, in order of first touch, and starts anew when taken', () => {
  fc.assert(
    fc.property(fc.array(fc.array(addition, { maxLength: 300 }), { maxLength: 4 }), (blocks) => {
      const tally = new Tally()
      for (const additions of blocks) {
        for (const { slot, column, count } of additions) tally.add(slot, column, count)
        assert.deepEqual([...tally.take().tallies], expectedRows(additions))
        assert.equal(tally.length, 0)
      }
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('rows that were taken do not change with what is added later', () => {
  const tally = new Tally()
  tally.add(1, Column.received, 7)
  const taken = tally.take().tallies
  tally.add(1, Column.received, 9)
  assert.equal(taken[1 + Column.received], 7)
})
