import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { detached } from '../../src/core/detached.js'

const MEBIBYTE = 2 ** 20
const COUNT = 100

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

/** A fresh text, flat in memory, as a payload becomes. */
function longText(n: number): string {
  return Buffer.alloc(MEBIBYTE, `${n} and then some more `).toString()
}

test('what is detached does not keep the text that it was cut out of', () => {
  const before = heapAfterCollection()
  const kept = Array.from({ length: COUNT }, (_, n) => detached(longText(n).slice(10, 60)))
  const grown = heapAfterCollection() - before
  assert.equal(kept.length, COUNT)
  assert.ok(grown < (COUNT * MEBIBYTE) / 4, `the heap grew by ${grown} bytes`)
})

test('what is detached has the same characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      assert.equal(detached(text), text)
    }),
    { seed: 1 },
  )
})
