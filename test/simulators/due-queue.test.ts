import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DueQueue } from '../../simulators/due-queue.js'

test('items leave by due time, then by number, whatever the order they came in', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 200 }), (dues) => {
      const queue = new DueQueue(dues.length)
      dues.forEach((due, item) => {
        queue.push(item, due)
      })
      const expected = dues.map((due, item) => ({ due, item }))
      expected.sort((a, b) => a.due - b.due || a.item - b.item)
      for (const { due, item } of expected) {
        assert.equal(queue.nextDueMs, due)
        assert.equal(queue.pop(), item)
      }
      assert.equal(queue.nextDueMs, Number.POSITIVE_INFINITY)
    }),
  )
})

test('an item that comes back while others wait takes its place among them', () => {
  const queue = new DueQueue(3)
  queue.push(0, 10)
  queue.push(1, 20)
  queue.push(2, 30)
  assert.equal(queue.pop(), 0)
  queue.push(0, 25)
  assert.deepEqual([queue.pop(), queue.pop(), queue.pop()], [1, 0, 2])
})
