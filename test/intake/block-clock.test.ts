import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { BlockClock } from '../../src/intake/block-clock.js'

test('the time stands still within a block, and goes on with the next', () => {
  const now = mock.method(Date, 'now', () => 1_000)
  try {
    const open = { number: 1 }
    const clock = new BlockClock(open)
    assert.equal(clock.nowMs, 1_000)
    now.mock.mockImplementation(() => 2_000)
    assert.equal(clock.nowMs, 1_000)
    open.number = 2
    assert.equal(clock.nowMs, 2_000)
  } finally {
    now.mock.restore()
  }
})
