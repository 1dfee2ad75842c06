import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineBuffer } from '../../src/spool/line-buffer.js'

/** Short and long, one byte a character and three. */
const line = fc
  .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom(1, 1, 1, 50, 5_000))
  .map(([text, times]) => text.repeat(times))

test('the bytes are those of all lines joined, however long they are and however often they are taken', () => {
  fc.assert(
    fc.property(fc.array(fc.array(line)), (blocks) => {
      const lines = new LineBuffer()
      for (const block of blocks) {
        for (const text of block) lines.append(text)
        assert.deepEqual(lines.take(), Buffer.from(block.join('')))
        assert.equal(lines.length, 0)
      }
    }),
    { numRuns: 200 },
  )
})

test('what was taken does not change with what comes later', () => {
  const lines = new LineBuffer()
  lines.append('first\n')
  const first = lines.take()
  lines.append('second\n')
  lines.take()
  assert.equal(String(first), 'first\n')
})
