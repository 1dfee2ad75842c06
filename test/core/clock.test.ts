import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ArrivalClock } from '../../src/core/clock.js'

const NOW_MS = 1_700_000_000_000

test('the first time in a millisecond is that millisecond', () => {
  assert.equal(new ArrivalClock(() => NOW_MS).nextNs(), '1700000000000000000')
})

test('times given within one millisecond count up from it', () => {
  const clock = new ArrivalClock(() => NOW_MS)
  const times = Array.from({ length: 1_500 }, () => clock.nextNs())
  assert.deepEqual(
    times,
    times.map((_, i) => String(1_700_000_000_000_000_000n + BigInt(i))),
  )
})

test('a millisecond with a million times goes on in the next', () => {
  const clock = new ArrivalClock(() => NOW_MS)
  let last = ''
  for (let i = 0; i < 1_000_001; i++) last = clock.nextNs()
  assert.equal(last, '1700000000001000000')
})

test('a clock that steps back by less than five seconds is waited for', () => {
  let now = NOW_MS
  const clock = new ArrivalClock(() => now)
  clock.nextNs()
  now -= 4_999
  assert.equal(clock.nextNs(), '1700000000000000001')
})

test('a clock that steps back by more is followed', () => {
  let now = NOW_MS
  const clock = new ArrivalClock(() => now)
  clock.nextNs()
  now -= 3_600_000
  assert.equal(clock.nextNs().slice(0, 13), String(now))
})

test('no time is given twice, whichever way the wall clock moves', () => {
  // Few different steps, so that the same milliseconds are lived through again and again.
  const step = fc.oneof(
    fc.constantFrom(0, 1, -1, 6_000, -6_000, -5_001, 5_000),
    fc.integer({ min: -9_000, max: 9_000 }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      let now = NOW_MS
      const clock = new ArrivalClock(() => now)
      const given: string[] = []
      for (const ms of steps) {
        for (let i = 0; i < 3; i++) given.push(clock.nextNs())
        now += ms
      }
      assert.equal(new Set(given).size, given.length)
      assert.ok(given.every((time) => /^\d{19}$/.test(time)))
    }),
    { seed: 1, numRuns: 500 },
  )
})
