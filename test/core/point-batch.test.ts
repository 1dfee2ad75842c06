import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FieldType, NO_TAGS, PointBatch } from '../../src/core/point-batch.js'
import { pointsOf } from '../support/points.js'

test('a point takes the fields that were added since the last one', () => {
  const batch = new PointBatch()
  batch.field('a', FieldType.float, '1')
  batch.field('b', FieldType.boolean, 'true')
  batch.point('', NO_TAGS, '')
  batch.field('c', FieldType.string, 'x')
  batch.point('m', [{ name: 'k', value: 'v' }], '5')
  assert.deepEqual(pointsOf(batch), [
    {
      measurement: '',
      tags: [],
      time: '',
      fields: [
        ['a', 'float', '1'],
        ['b', 'boolean', 'true'],
      ],
    },
    { measurement: 'm', tags: [{ name: 'k', value: 'v' }], time: '5', fields: [['c', 'string', 'x']] },
  ])
})

test('there is no point without fields', () => {
  const batch = new PointBatch()
  batch.point('m', NO_TAGS, '1')
  assert.equal(batch.points, 0)
})

test('a batch that was cleared while a point was open holds nothing of it', () => {
  const batch = new PointBatch()
  batch.field('a', FieldType.float, '1')
  batch.point('m', NO_TAGS, '1')
  batch.field('left over', FieldType.float, '1')
  batch.clear()
  assert.equal(batch.openFields, 0)
  batch.field('b', FieldType.float, '2')
  batch.point('', NO_TAGS, '')
  assert.deepEqual(pointsOf(batch), [{ measurement: '', tags: [], time: '', fields: [['b', 'float', '2']] }])
})
