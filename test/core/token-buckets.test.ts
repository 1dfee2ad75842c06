import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TokenBucket } from '../../src/core/token-bucket.js'
import { TokenBuckets } from '../../src/core/token-buckets.js'

describe('a token bucket', () => {
  test('gives its burst at once, and then its rate', () => {
    const bucket = new TokenBucket(10, 3, 0)
    const taken = [0, 0, 0, 0, 99, 100, 100, 200].map((nowMs) => bucket.take(1, nowMs))
    assert.deepEqual(taken, [true, true, true, false, false, true, false, true])
  })

  test('never holds more than its burst', () => {
    const bucket = new TokenBucket(10, 3, 0)
    bucket.spend(-5, 0)
    assert.equal(bucket.take(4, 60_000), false)
    assert.equal(bucket.take(3, 60_000), true)
  })

  test('that is overspent says how long to pause, and has nothing until then', () => {
    const bucket = new TokenBucket(1_000, 500, 0)
    assert.equal(bucket.spend(500, 0), 0)
    assert.equal(bucket.spend(250, 0), 250)
    assert.equal(bucket.take(1, 250), false)
    assert.equal(bucket.take(1, 251), true)
    assert.equal(bucket.isFull(251), false)
    assert.equal(bucket.isFull(10_000), true)
  })
})

describe('token buckets by key', () => {
  test('are apart, and take back what was not used', () => {
    const buckets = new TokenBuckets({ rate: 1, burst: 2 }, 10)
    assert.deepEqual(
      ['a', 'a', 'a', 'b'].map((key) => buckets.take(key, 0)),
      [true, true, false, true],
    )
    buckets.giveBack('a', 0)
    assert.equal(buckets.take('a', 0), true)
    buckets.giveBack('nobody', 0)
    assert.equal(buckets.size, 2)
  })

  test('are bounded: those that are full again go first, and then the oldest', () => {
    const buckets = new TokenBuckets({ rate: 1, burst: 1 }, 3)
    for (const key of ['a', 'b', 'c']) buckets.take(key, 0)
    assert.equal(buckets.take('d', 10), true)
    assert.equal(buckets.size, 3)
    assert.equal(buckets.take('b', 10), false, 'it is remembered')
    assert.equal(buckets.take('e', 5_000), true)
    assert.equal(buckets.size, 1)
  })
})
