import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PointContext, passThrough } from '../../src/quality/quality.js'
import { batchOf, pointsOf } from '../support/points.js'

const NO_CONTEXT = {} as PointContext

test('the pass-through keeps every point as it is', () => {
  const points = [
    { measurement: 'm', tags: [{ name: 'k', value: 'v' }], time: '5', fields: [['a', 'float', '1']] },
    { measurement: '', tags: [], time: '', fields: [['b', 'string', 'x']] },
  ] as const
  const batch = batchOf(points)
  assert.deepEqual(
    [0, 1].map((p) => passThrough.judge(batch, p, NO_CONTEXT)),
    ['keep', 'keep'],
  )
  assert.deepEqual(pointsOf(batch), points)
})
