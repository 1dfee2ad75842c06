import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RangeSettings } from '../../../src/quality/settings.js'
import { FieldNumbers } from '../../../src/quality/values/field-numbers.js'
import { FieldRules } from '../../../src/quality/values/field-rules.js'
import { RangeStage } from '../../../src/quality/values/range-stage.js'
import type { PlainPoint, TypeName } from '../../support/points.js'
import { QualityStream } from '../../support/quality-stream.js'

function streamOf(range: RangeSettings): QualityStream {
  return new QualityStream(new RangeStage(new FieldRules({ x: { range } }), new FieldNumbers()))
}

function point(text: string, type: TypeName = 'float'): PlainPoint {
  return { measurement: '', tags: [], time: '1', fields: [['x', type, text]] }
}

describe('a value within its range', () => {
  test('passes, the bounds included, and so does one that is no number', () => {
    const stream = streamOf({ min: -1.5, max: 2, otherwise: 'dead-letter' })
    for (const text of ['-1.5', '0', '2', '2.0']) stream.send(point(text))
    stream.send(point('2', 'integer'))
    stream.send(point('3', 'string'))
    stream.send(point('true', 'boolean'))
    assert.deepEqual(new Set(stream.outcomes), new Set(['keep']))
  })

  test('may be bound on one side only', () => {
    const stream = streamOf({ min: 0, otherwise: 'filter' })
    for (const text of ['-1e-9', '1e308']) stream.send(point(text))
    assert.deepEqual(stream.outcomes, ['out_of_bounds', 'keep'])
  })
})

describe('a value out of its range', () => {
  test('makes a dead letter that says what it was and what it may be', () => {
    const stream = streamOf({ min: 0, max: 100, otherwise: 'dead-letter' })
    stream.send(point('100.5'))
    assert.deepEqual(stream.judgements, [
      {
        kind: 'refuse',
        reason: 'value_out_of_bounds',
        message: 'field x: 100.5 is out of bounds: at least 0 and at most 100',
      },
    ])
  })

  test('is left out', () => {
    const stream = streamOf({ min: 0, otherwise: 'filter' })
    stream.send(point('-3', 'integer'))
    assert.deepEqual(stream.judgements, [{ kind: 'filter', reason: 'out_of_bounds' }])
  })

  test('becomes the nearest limit, and is noted once a point', () => {
    const stream = new QualityStream(
      new RangeStage(
        new FieldRules({ '*': { range: { min: -0.5, max: 10.5, otherwise: 'clamp' } } }),
        new FieldNumbers(),
      ),
    )
    const fields = [
      ['a', 'float', '-7'],
      ['b', 'float', '1e9'],
      ['c', 'integer', '-7'],
      ['d', 'integer', '99'],
      ['e', 'integer', '3'],
    ] as const
    const sent = stream.send({ measurement: '', tags: [], time: '1', fields })
    assert.deepEqual(sent.fields, [
      ['a', 'float', '-0.5'],
      ['b', 'float', '10.5'],
      ['c', 'integer', '0'],
      ['d', 'integer', '10'],
      ['e', 'integer', '3'],
    ])
    assert.deepEqual(stream.notes, ['value_clamped'])
    assert.deepEqual(stream.outcomes, ['keep'])
  })
})
