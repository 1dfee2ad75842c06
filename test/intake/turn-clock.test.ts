import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { TurnClock } from '../../src/intake/turn-clock.js'

test('the time stands still within a turn of the event loop, and goes on in the next', async () => {
  const now = mock.method(Date, 'now', () => 1_000)
  try {
    const clock = new TurnClock()
    assert.equal(clock.nowMs, 1_000)
    now.mock.mockImplementation(() => 2_000)
    assert.equal(clock.nowMs, 1_000)
    await new Promise(setImmediate)
    assert.equal(clock.nowMs, 2_000)
  } finally {
    now.mock.restore()
  }
})
