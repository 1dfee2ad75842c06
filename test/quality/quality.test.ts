import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passThrough } from '../../src/quality/quality.js'
import { batchOf, pointsOf } from '../support/points.js'

test('the pass-through keeps every point as it is', () => {
  const points = [
    { measurement: 'm', tags: [{ name: 'k', value: 'v' }], time: '5', fields: [['a', 'float', '1']] },
    { measurement: '', tags: [], time: '', fields: [['b', 'string', 'x']] },
  ] as const
  const batch = batchOf(points)
  const device = { slot: 1, path: 'd', site: '', area: '', line: '', device: 'd' }
  assert.deepEqual(
    [0, 1].map((p) => passThrough.judge(batch, p, device)),
    ['keep', 'keep'],
  )
  assert.deepEqual(pointsOf(batch), points)
})
