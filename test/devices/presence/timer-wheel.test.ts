import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TimerWheel } from '../../../src/devices/presence/timer-wheel.js'

const NEVER = Number.POSITIVE_INFINITY

/** A wheel of 8 buckets of 10 ms, and what came up, with the time. */
function newWheel(dueAgain: (slot: number) => number = () => NEVER) {
  const wheel = new TimerWheel(10, 8)
  const due: [nowMs: number, slot: number][] = []
  const advanceTo = (nowMs: number, budget = 1_000_000) =>
    wheel.advance(nowMs, budget, (slot) => {
      due.push([nowMs, slot])
      return dueAgain(slot)
    })
  return { wheel, due, advanceTo }
}

test('a slot comes up at the first tick past its deadline, once', () => {
  const { wheel, due, advanceTo } = newWheel()
  wheel.file(1, 25)
  wheel.file(2, 29.9)
  for (const nowMs of [10, 20, 29, 30, 40, 200]) advanceTo(nowMs)
  assert.deepEqual(due.map(([nowMs, slot]) => `${slot} at ${nowMs}`).sort(), ['1 at 30', '2 at 30'])
})

test('a deadline that moved back is found when the bucket comes up, and re-filed', () => {
  const deadline = [0, 15]
  const seen: number[] = []
  const { wheel, advanceTo } = newWheel((slot) => {
    seen.push(deadline[slot]!)
    return seen.length < 3 ? deadline[slot]! : NEVER
  })
  wheel.file(1, 15)
  deadline[1] = 45
  for (let nowMs = 0; nowMs <= 200; nowMs += 10) advanceTo(nowMs)
  assert.deepEqual(seen, [45, 45, 45])
})

test('a deadline that moved forward moves the slot to an earlier bucket', () => {
  const { wheel, due, advanceTo } = newWheel()
  wheel.file(1, 65)
  wheel.file(1, 15)
  wheel.file(1, 55)
  for (let nowMs = 0; nowMs <= 200; nowMs += 10) advanceTo(nowMs)
  assert.deepEqual(due, [[20, 1]])
})

test('a deadline past the last bucket is looked at once a turn, until it is due', () => {
  const { wheel, due, advanceTo } = newWheel(() => (due.length < 5 ? 255 : NEVER))
  wheel.file(1, 255)
  for (let nowMs = 0; nowMs <= 400; nowMs += 10) advanceTo(nowMs)
  assert.deepEqual(
    due.map(([nowMs]) => nowMs),
    [70, 130, 190, 250, 260],
  )
})

test('a removed slot does not come up, its neighbours in the bucket do', () => {
  const { wheel, due, advanceTo } = newWheel()
  for (const slot of [1, 2, 3, 5_000]) wheel.file(slot, 15)
  for (const slot of [2, 4, 9_000]) wheel.remove(slot)
  advanceTo(20)
  assert.deepEqual(due.map(([, slot]) => slot).sort(), [1, 3, 5_000])
})

test('past its budget a wheel goes on where it stopped, with what was filed meanwhile', () => {
  const { wheel, due, advanceTo } = newWheel()
  for (let slot = 1; slot <= 10; slot++) wheel.file(slot, 15)
  assert.equal(advanceTo(20, 4), 0)
  assert.equal(due.length, 4)
  wheel.file(11, 12)
  assert.equal(advanceTo(20, 100), 93)
  assert.deepEqual(
    due.map(([, slot]) => slot).sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  )
})

test('a slot that is due again at once comes up at the next tick, not in the same one', () => {
  const { wheel, due, advanceTo } = newWheel(() => 0)
  wheel.file(1, 5)
  advanceTo(10)
  assert.equal(due.length, 1)
  advanceTo(20)
  assert.equal(due.length, 2)
})
