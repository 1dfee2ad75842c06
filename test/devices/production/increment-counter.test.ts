import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MessageArrival } from '../../../src/devices/production/arrival.js'
import { IncrementCounter } from '../../../src/devices/production/increment-counter.js'
import { NOW_MS } from './true-machine.js'

function take(counter: IncrementCounter, value: number, second?: number, isRedelivered = false): number {
  const arrival = new MessageArrival()
  arrival.set(
    second === undefined ? '' : `${NOW_MS / 1_000 - 3_600 + second}000000000`,
    NOW_MS,
    isRedelivered,
  )
  return counter.take(value, arrival)
}

test('each increment counts, the first one too', () => {
  const counter = new IncrementCounter('good', 'parts')
  assert.deepEqual([take(counter, 2), take(counter, 2), take(counter, 0), take(counter, 3)], [2, 2, 0, 3])
})

test('without a stamp, the DUP flag tells a copy', () => {
  const counter = new IncrementCounter('good', 'parts')
  assert.deepEqual([take(counter, 2), take(counter, 2, undefined, true)], [2, 0])
})

test('with a stamp, a message counts once, whatever its flag says', () => {
  const counter = new IncrementCounter('good', 'parts')
  assert.equal(take(counter, 2, 5, true), 2)
  assert.equal(take(counter, 2, 5, false), 0)
  assert.equal(take(counter, 4, 3), 4)
})

test('a message older than all stamps remembered is not counted, since it may be a copy', () => {
  const counter = new IncrementCounter('good', 'parts')
  for (let second = 1; second <= 33; second++) take(counter, 1, second)
  assert.equal(take(counter, 1, 1), 0)
  assert.equal(take(counter, 1, 0), 0)
  assert.equal(take(counter, 1, 34), 1)
})

test('stamped messages count once each in any order, any number of times, also across a restart', () => {
  const messages = fc
    .shuffledSubarray(
      Array.from({ length: 24 }, (_, second) => second),
      { minLength: 24 },
    )
    .chain((all) => fc.tuple(fc.constant(all), fc.array(fc.constantFrom(...all), { maxLength: 40 })))
  fc.assert(
    fc.property(messages, fc.nat(24), ([all, again], restartAt) => {
      let counter = new IncrementCounter('good', 'parts')
      let units = 0
      ;[...all, ...again].forEach((second, i) => {
        if (i === restartAt) counter = new IncrementCounter('good', 'parts', counter.save())
        units += take(counter, second + 1, second, i % 2 === 0)
      })
      assert.equal(units, (24 * 25) / 2)
    }),
    { seed: 1, numRuns: 500 },
  )
})
