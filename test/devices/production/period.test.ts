import assert from 'node:assert/strict'
import { test } from 'node:test'
import { periodAt, plannedMs } from '../../../src/devices/production/period.js'
import { EIGHT_HOURS, HOUR_MS, START_MS } from './rig.js'

const shift = EIGHT_HOURS.at(START_MS)!

test('planned time leaves out breaks, and what lies outside of the shift', () => {
  assert.equal(plannedMs(shift, START_MS - HOUR_MS, START_MS + HOUR_MS), HOUR_MS)
  assert.equal(plannedMs(shift, START_MS, shift.endMs + HOUR_MS), 7.5 * HOUR_MS)
  assert.equal(plannedMs(shift, START_MS + 4.25 * HOUR_MS, START_MS + 5 * HOUR_MS), 0.5 * HOUR_MS)
  assert.equal(plannedMs(shift, shift.endMs, shift.endMs + 1), 0)
})

test('breaks of which only the length is known are spread over the shift', () => {
  const { breaks: _, ...without } = shift
  assert.equal(plannedMs(without, START_MS, START_MS + 4 * HOUR_MS), 3.75 * HOUR_MS)
  assert.equal(plannedMs(without, START_MS, without.endMs), 7.5 * HOUR_MS)
})

test('the time between two shifts is a period of its own, the same one all through', () => {
  const calendar = {
    at: (ms: number) => (ms >= START_MS && ms < shift.endMs ? shift : undefined),
    next: (ms: number) => (ms < START_MS ? shift : undefined),
  }
  const early = periodAt(calendar, START_MS - 2 * HOUR_MS)
  assert.deepEqual(early, periodAt(calendar, START_MS - 1))
  assert.deepEqual([early.shift, early.endMs], [undefined, START_MS])
  assert.equal(periodAt(calendar, START_MS).shift, shift)
  assert.notEqual(periodAt(calendar, shift.endMs).key, early.key)
})
