import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PendingEvent } from '../../../src/security/audit/record.js'
import { RefusalThrottle } from '../../../src/security/audit/throttle.js'
import { refusal } from '../../support/audit-rig.js'

const OPTIONS = { windowMs: 10_000, maxKinds: 100, targetsPerSource: 30 }

function counted(records: readonly (PendingEvent | undefined)[]): number {
  return records.reduce((sum, record) => sum + (record === undefined ? 0 : 1 + record.suppressed), 0)
}

test('one refusal of a kind is on record in each window, with the count of the others', () => {
  const throttle = new RefusalThrottle(OPTIONS)
  assert.equal(throttle.admit(refusal('a'), 0)?.suppressed, 0)
  for (let n = 0; n < 5; n++) assert.equal(throttle.admit(refusal('a'), 100), undefined)
  assert.deepEqual(throttle.sweep(9_999), [])
  const [summary, ...others] = throttle.sweep(10_000)
  assert.deepEqual(
    [summary?.target, summary?.suppressed, summary?.timeMs, others.length],
    ['a', 4, 10_000, 0],
  )
  assert.equal(throttle.admit(refusal('a'), 10_001), undefined)
  assert.equal(throttle.sweep(20_000).length, 1)
  assert.deepEqual(throttle.sweep(30_000), [])
  assert.equal(throttle.kinds, 0)
  assert.equal(throttle.admit(refusal('a'), 30_001)?.suppressed, 0)
})

test('a clock that is set back holds no window open', () => {
  const throttle = new RefusalThrottle(OPTIONS)
  throttle.admit(refusal('a'), 1_000_000)
  throttle.admit(refusal('a'), 1_000_000)
  assert.equal(throttle.sweep(500_000).length, 1)
})

test('many targets of one client become one kind, and hide nobody else', () => {
  const throttle = new RefusalThrottle(OPTIONS)
  const records = Array.from({ length: 10_000 }, (_, n) => throttle.admit(refusal(`t/${n}`), n))
  const written = records.filter((record) => record !== undefined)
  assert.equal(written.length, 31)
  assert.equal(written.at(-1)?.target, '*')
  assert.equal(throttle.admit(refusal('a', 'device:other', '10.0.0.10'), 0)?.target, 'a')
  assert.equal(counted(records) + counted(throttle.sweep(0, true)), 10_000)
})

test('what is remembered is bounded, whatever names clients give themselves', () => {
  const throttle = new RefusalThrottle(OPTIONS)
  const records = Array.from({ length: 10_000 }, (_, n) =>
    throttle.admit(refusal(`t/${n}`, `anonymous-${n}`, `10.0.${n >> 8}.${n & 255}`), 0),
  )
  assert.equal(throttle.kinds, 101)
  assert.equal(records.findLast((record) => record !== undefined)?.actor, '*')
  assert.equal(counted(records) + counted(throttle.sweep(0, true)), 10_000)
})

test('a long topic is cut before it is remembered', () => {
  const throttle = new RefusalThrottle(OPTIONS)
  assert.equal(throttle.admit(refusal('x'.repeat(65_000)), 0)?.target.length, 512)
})
