import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Waiting } from '../../src/spool/waiting.js'

test('callbacks are called as often and in the order in which they were added', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3)), (added) => {
      const called: number[] = []
      const callbacks = [0, 1, 2, 3].map((n) => () => {
        called.push(n)
      })
      const waiting = new Waiting()
      for (const n of added) waiting.add(callbacks[n]!)
      assert.equal(waiting.isEmpty, added.length === 0)
      waiting.settle()
      assert.deepEqual(called, added)
    }),
  )
})
