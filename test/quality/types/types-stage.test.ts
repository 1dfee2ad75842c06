import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pointsOf } from '../../support/points.js'
import { deviceOf, pointAt } from '../../support/quality-context.js'
import { SeriesRig } from '../../support/quality-series.js'

const ONE = deviceOf(1)
const OTHER = deviceOf(2)

test('a field keeps the type that it came with first, and what fits is converted', () => {
  const rig = new SeriesRig()
  rig.send(ONE, pointAt('1', ['a', 'float', '1.5'], ['b', 'integer', '2'], ['c', 'string', 'x']))
  const { judgement, batch, context } = rig.send(
    ONE,
    pointAt('2', ['a', 'integer', '3'], ['b', 'float', '4.0'], ['c', 'boolean', 'true']),
  )
  assert.equal(judgement, 'keep')
  assert.deepEqual(pointsOf(batch)[0]?.fields, [
    ['a', 'float', '3'],
    ['b', 'integer', '4'],
    ['c', 'string', 'true'],
  ])
  assert.deepEqual(context.notes, ['type_coerced'])
})

test('a value that would not fit is refused, with the field, its type and the value', () => {
  const rig = new SeriesRig()
  rig.send(ONE, pointAt('1', ['state', 'integer', '1'], ['load', 'float', '1.5']))
  const { judgement, batch, context } = rig.send(
    ONE,
    pointAt('2', ['load', 'integer', '2'], ['state', 'string', 'RUN']),
  )
  assert.deepEqual(judgement, {
    kind: 'refuse',
    reason: 'type_changed',
    message: 'field state is of type integer; it came as string "RUN"',
  })
  assert.deepEqual(context.notes, [])
  batch.restore(0)
  assert.deepEqual(pointsOf(batch)[0]?.fields, [
    ['load', 'integer', '2'],
    ['state', 'string', 'RUN'],
  ])
})

test('nothing is converted where that is configured', () => {
  const rig = new SeriesRig({ onChange: 'dead-letter' })
  rig.send(ONE, pointAt('1', ['a', 'float', '1.5']))
  assert.equal(rig.reason(ONE, pointAt('2', ['a', 'integer', '3'])), 'type_changed')
  assert.equal(rig.reason(ONE, pointAt('3', ['a', 'float', '3'])), '')
})

test('the type holds for all devices of the measurement, and for no other measurement', () => {
  const rig = new SeriesRig()
  rig.send(ONE, pointAt('1', ['a', 'boolean', 'true']))
  assert.equal(rig.reason(OTHER, pointAt('1', ['a', 'float', '0.5'])), 'type_changed')
  assert.equal(rig.reason(OTHER, { ...pointAt('1', ['a', 'float', '0.5']), measurement: 'n' }), '')
})

test('fields may come in any order, some of them, and new ones among them', () => {
  const rig = new SeriesRig()
  const names = Array.from({ length: 40 }, (_, i) => `f${i}`)
  rig.send(ONE, pointAt('1', ...names.map((name) => [name, 'float', '1.5'] as const)))
  const some = ['f39', 'new', 'f0', 'f17'].map((name) => [name, 'integer', '7'] as const)
  const { judgement, batch } = rig.send(ONE, pointAt('2', ...some))
  assert.equal(judgement, 'keep')
  assert.deepEqual(pointsOf(batch)[0]?.fields, [
    ['f39', 'float', '7'],
    ['new', 'integer', '7'],
    ['f0', 'float', '7'],
    ['f17', 'float', '7'],
  ])
})

test('types are known after a restart, to devices that are new as well', () => {
  const before = new SeriesRig()
  before.send(ONE, pointAt('1', ['a', 'integer', '1'], ['b', 'float', '1.5']))
  for (const device of [ONE, OTHER]) {
    const after = before.restart()
    assert.equal(
      after.reason(device, pointAt('2', ['b', 'string', 'x'], ['a', 'integer', '1'])),
      'type_changed',
    )
    assert.equal(after.reason(device, pointAt('2', ['a', 'float', '2.0'], ['b', 'integer', '1'])), '')
  }
})

test('a field that the budget refuses leaves no type behind', () => {
  const rig = new SeriesRig({ seriesPerDevice: 1 })
  rig.send(ONE, pointAt('1', ['a', 'float', '1']))
  assert.equal(rig.reason(ONE, pointAt('2', ['invented', 'float', '1'])), 'series_budget')
  assert.equal(rig.reason(OTHER, pointAt('2', ['invented', 'string', 'x'])), '')
})
