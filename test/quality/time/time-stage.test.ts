import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimeSettings } from '../../../src/quality/settings.js'
import { ClockSkews } from '../../../src/quality/time/clock-skew.js'
import { TimeStage } from '../../../src/quality/time/time-stage.js'
import { batchOf } from '../../support/points.js'
import { ARRIVAL_MS, pointAt, TestContext } from '../../support/quality-context.js'

const SHIPPED: TimeSettings = {
  unset: 'arrival',
  unsetBefore: '2000-01-01',
  maxBehindMs: 0,
  maxAheadMs: 86_400_000,
  beyond: 'arrival',
}
const ARRIVAL_NS = `${ARRIVAL_MS}000000`

function nsAt(ms: number): string {
  return `${ms}000000`
}

function judge(settings: Partial<TimeSettings>, time: string, isHistorical = false, isReplay = false) {
  const skews = new ClockSkews()
  const context = new TestContext()
  context.isReplay = isReplay
  const batch = batchOf([pointAt(time, ['a', 'float', '1'])])
  batch.historical[0] = isHistorical
  const judgement = context.judge(new TimeStage({ ...SHIPPED, ...settings }, skews), batch, 0)
  return { judgement, time: batch.times[0], fault: batch.clockFaults[0], notes: context.notes, batch, skews }
}

test('a point without a time, or with one near its arrival, passes as it is', () => {
  for (const time of ['', ARRIVAL_NS, nsAt(ARRIVAL_MS - 3_600_000), nsAt(ARRIVAL_MS + 86_400_000)]) {
    const { judgement, time: after, fault, notes } = judge({}, time)
    assert.deepEqual([judgement, after, fault, notes], ['keep', time, '', []])
  }
})

test('the time of a clock that was never set is replaced by that of the arrival, and flagged', () => {
  // 1970, the uptime in milliseconds, and the last nanosecond before the limit.
  for (const time of ['0', '5', '86400123000000', '946684799999999999']) {
    const { judgement, time: after, fault, notes } = judge({}, time)
    assert.deepEqual([judgement, after, fault, notes], ['keep', ARRIVAL_NS, 'unset', ['time_replaced']], time)
  }
  assert.equal(judge({}, '946684800000000000').fault, '')
})

test('from when on a clock counts as set can be chosen', () => {
  assert.equal(judge({ unsetBefore: '2020-06-01T12:00Z' }, '1591012799999000000').fault, 'unset')
  assert.equal(judge({ unsetBefore: '2020-06-01T12:00Z' }, '1591012800000000000').fault, '')
})

test('a time beyond the limits is replaced and flagged by which way it is off', () => {
  const ahead = judge({ maxAheadMs: 1_000 }, nsAt(ARRIVAL_MS + 1_001))
  assert.deepEqual([ahead.judgement, ahead.time, ahead.fault], ['keep', ARRIVAL_NS, 'ahead'])
  const behind = judge({ maxBehindMs: 1_000 }, nsAt(ARRIVAL_MS - 1_001))
  assert.deepEqual([behind.judgement, behind.time, behind.fault], ['keep', ARRIVAL_NS, 'behind'])
  assert.equal(judge({ maxAheadMs: 1_000 }, nsAt(ARRIVAL_MS + 1_000)).fault, '')
  assert.equal(judge({ maxBehindMs: 1_000 }, nsAt(ARRIVAL_MS - 1_000)).fault, '')
})

test('a limit of 0 is none', () => {
  assert.equal(judge({ maxAheadMs: 0 }, '9223372036854775806').fault, '')
  assert.equal(judge({ maxBehindMs: 0 }, '946684800000000000').fault, '')
})

test('a point with an impossible time is refused where that is configured, and keeps the time in its letter', () => {
  const unset = judge({ unset: 'dead-letter' }, '1000000')
  assert.deepEqual(unset.judgement, {
    kind: 'refuse',
    reason: 'clock_unset',
    message: 'time 1970-01-01T00:00:00.001Z: the clock of the device was never set',
  })
  assert.deepEqual([unset.time, unset.fault, unset.notes], ['1000000', '', []])
  const ahead = judge({ beyond: 'dead-letter', maxAheadMs: 1_000 }, nsAt(ARRIVAL_MS + 2_500))
  assert.deepEqual(ahead.judgement, {
    kind: 'refuse',
    reason: 'clock_beyond',
    message: 'time 2026-03-04T05:06:09.589Z is 2.5 s ahead of the arrival at 2026-03-04T05:06:07.089Z',
  })
})

test('a time beyond the limits passes where that is configured', () => {
  const { judgement, time, fault } = judge({ beyond: 'keep', maxAheadMs: 1_000 }, nsAt(ARRIVAL_MS + 5_000))
  assert.deepEqual([judgement, time, fault], ['keep', nsAt(ARRIVAL_MS + 5_000), ''])
})

test('a historical point may be as old as it is, but not of a clock that was never set', () => {
  const old = nsAt(ARRIVAL_MS - 900_000_000)
  assert.equal(judge({ maxBehindMs: 1_000 }, old, true).fault, '')
  assert.equal(judge({ maxBehindMs: 1_000 }, '1000', true).fault, 'unset')
  assert.equal(judge({ maxAheadMs: 1_000 }, nsAt(ARRIVAL_MS + 5_000), true).fault, 'ahead')
})

test('a point whose time was replaced and that is refused later has its own time again', () => {
  const { batch } = judge({}, '5')
  batch.restore(0)
  assert.deepEqual([batch.times[0], batch.clockFaults[0]], ['5', ''])
})

test('what the stage sees tells of the clock: times, but neither arrivals nor historical or replayed points', () => {
  assert.equal(judge({}, ARRIVAL_NS).skews.of(1).samples, 1)
  assert.equal(judge({}, '5').skews.of(1).state, 'unset')
  assert.equal(judge({}, '').skews.of(1).samples, 0)
  assert.equal(judge({}, ARRIVAL_NS, true).skews.of(1).samples, 0)
  assert.equal(judge({}, ARRIVAL_NS, false, true).skews.of(1).samples, 0)
  assert.equal(judge({}, '5', false, true).skews.of(1).samples, 0)
})
