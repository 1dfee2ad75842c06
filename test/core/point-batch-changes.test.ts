import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FieldType, NO_TAGS, PointBatch } from '../../src/core/point-batch.js'

const MADE_BY_HAND = { site: '', area: '', line: '', device: 'd2' } as const

/** Two points of two fields each. */
function batchOfTwo(): PointBatch {
  const batch = new PointBatch()
  for (const time of ['100', '200']) {
    batch.field('a', FieldType.float, '1')
    batch.field('b', FieldType.integer, '2')
    batch.point('', NO_TAGS, time)
  }
  return batch
}

const textsOf = ({ texts, fields }: PointBatch) => texts.slice(0, fields)
const typesOf = ({ types, fields }: PointBatch) => types.slice(0, fields)

describe('a point that stages of quality change', () => {
  test('is as changed until it is restored, then as it came, however often it was changed', () => {
    const batch = batchOfTwo()
    batch.settle()
    batch.change(0, FieldType.string, 'x')
    batch.change(0, FieldType.integer, '7')
    batch.change(1, FieldType.float, '2.0')
    batch.retime(0, '150')
    batch.retime(0, '160')
    batch.clockFaults[0] = 'ahead'
    assert.deepEqual([textsOf(batch), batch.times[0]], [['7', '2.0', '1', '2'], '160'])
    batch.restore(0)
    assert.deepEqual(textsOf(batch), ['1', '2', '1', '2'])
    assert.deepEqual(typesOf(batch), [FieldType.float, FieldType.integer, FieldType.float, FieldType.integer])
    assert.deepEqual([batch.times[0], batch.clockFaults[0]], ['100', ''])
  })

  test('keeps its changes when the next one is at hand, whatever becomes of that', () => {
    const batch = batchOfTwo()
    batch.settle()
    batch.change(0, FieldType.float, '9')
    batch.retime(0, '150')
    batch.settle()
    batch.change(2, FieldType.float, '8')
    batch.retime(1, '250')
    batch.restore(1)
    assert.deepEqual(textsOf(batch), ['9', '2', '1', '2'])
    assert.deepEqual(batch.times.slice(0, 2), ['150', '200'])
  })

  test('is not touched by a restore without changes', () => {
    const batch = batchOfTwo()
    batch.settle()
    batch.restore(1)
    assert.deepEqual(
      [textsOf(batch), batch.times.slice(0, 2)],
      [
        ['1', '2', '1', '2'],
        ['100', '200'],
      ],
    )
  })
})

describe('units', () => {
  test('are there from the first field that has one on, and empty for all that have none', () => {
    const batch = new PointBatch()
    batch.field('a', FieldType.float, '1')
    batch.unit('')
    assert.equal(batch.hasUnits, false)
    batch.field('b', FieldType.float, '1')
    batch.unit('Cel')
    batch.field('c', FieldType.float, '1')
    batch.field('d', FieldType.float, '1')
    batch.unit('bar')
    assert.equal(batch.hasUnits, true)
    assert.deepEqual(batch.units.slice(0, batch.fields), ['', 'Cel', '', 'bar'])
  })

  test('of one message are not those of the next', () => {
    const batch = new PointBatch()
    for (let f = 0; f < 3; f++) {
      batch.field('a', FieldType.float, '1')
      batch.unit('Cel')
    }
    batch.clear()
    assert.equal(batch.hasUnits, false)
    batch.field('a', FieldType.float, '1')
    batch.field('b', FieldType.float, '1')
    batch.unit('bar')
    batch.field('c', FieldType.float, '1')
    assert.deepEqual(batch.units.slice(0, 3), ['', 'bar', ''])
  })
})

test('what one message says of a point is not said of the same point of the next', () => {
  const batch = new PointBatch()
  batch.field('a', FieldType.float, '1')
  batch.point('', NO_TAGS, '1', MADE_BY_HAND, { kind: 'filter', reason: 'skipped' })
  batch.historical[0] = true
  batch.clockFaults[0] = 'unset'
  batch.clear()
  batch.field('a', FieldType.float, '1')
  batch.point('', NO_TAGS, '1')
  assert.deepEqual(
    [batch.devices[0], batch.judgements[0], batch.historical[0], batch.clockFaults[0]],
    [undefined, 'keep', false, ''],
  )
})
