import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PointBatch } from '../../../src/core/point-batch.js'
import type { DeadbandSettings } from '../../../src/quality/settings.js'
import { DeadbandStage } from '../../../src/quality/values/deadband-stage.js'
import { FieldNumbers } from '../../../src/quality/values/field-numbers.js'
import { FieldRules } from '../../../src/quality/values/field-rules.js'
import type { PlainPoint } from '../../support/points.js'
import { floats, QualityStream, START_MS } from '../../support/quality-stream.js'

type Deadbands = Readonly<Record<string, DeadbandSettings>>

function stageOf(deadbands: Deadbands): DeadbandStage {
  const fields = Object.entries(deadbands).map(([name, deadband]) => [name, { deadband }] as const)
  return new DeadbandStage(new FieldRules(Object.fromEntries(fields)), new FieldNumbers())
}

/** Sends values of `x` a second apart; returns those that are stored. */
function storedOf(deadband: DeadbandSettings, ...values: readonly number[]): number[] {
  const stream = new QualityStream(stageOf({ x: deadband }))
  for (const [at, value] of values.entries()) stream.send(floats(at * 1000, { x: value }))
  assert.equal(stream.stored.length + stream.filtered, values.length)
  return stream.stored.map((line) => Number(/x=(\S+) /.exec(line)?.[1]))
}

function typed(atMs: number, type: 'integer' | 'boolean' | 'string', text: string): PlainPoint {
  return { measurement: '', tags: [], time: `${START_MS + atMs}000000`, fields: [['x', type, text]] }
}

describe('an absolute deadband', () => {
  test('leaves out what differs from the value last stored by no more', () => {
    assert.deepEqual(
      storedOf({ absolute: 0.5 }, 20, 20.5, 20.25, 19.5, 20.75, 21.25, 21.5),
      [20, 20.75, 21.5],
    )
  })

  test('of 0 leaves out only what is equal', () => {
    assert.deepEqual(storedOf({ absolute: 0 }, 1, 1, 1.000001, 1.000001, 1), [1, 1.000001, 1])
  })

  test('does not lose a slow drift', () => {
    const drift = Array.from({ length: 101 }, (_, n) => n / 8)
    assert.deepEqual(
      storedOf({ absolute: 1 }, ...drift),
      drift.filter((_, n) => n % 9 === 0),
    )
  })
})

describe('a deadband in percent', () => {
  test('is that of the value last stored, whatever its sign', () => {
    assert.deepEqual(storedOf({ percent: 10 }, 100, 110, 90, 111, 122, 123), [100, 111, 123])
    assert.deepEqual(storedOf({ percent: 10 }, -100, -110, -111), [-100, -111])
  })

  test('of 0 is left by any other value', () => {
    assert.deepEqual(storedOf({ percent: 10 }, 0, 0, 0.001, 0), [0, 0.001, 0])
  })
})

describe('integers, booleans and texts', () => {
  test('are news when they change, whatever the width', () => {
    const stream = new QualityStream(stageOf({ x: { absolute: 100 } }))
    const texts = ['9007199254740992', '9007199254740992', '9007199254740993', '5']
    for (const [at, text] of texts.entries()) stream.send(typed(at, 'integer', text))
    stream.send(typed(10, 'string', 'RUN'))
    stream.send(typed(11, 'string', 'RUN'))
    stream.send(typed(12, 'boolean', 'true'))
    stream.send(typed(13, 'boolean', 'true'))
    stream.send(typed(14, 'string', 'true'))
    assert.deepEqual(stream.outcomes, [
      'keep',
      'deadband',
      'keep',
      'keep',
      'keep',
      'deadband',
      'keep',
      'deadband',
      'keep',
    ])
  })

  test('end a line that a swinging door draws', () => {
    const stream = new QualityStream(stageOf({ x: { swingingDoor: 1 } }))
    stream.send(floats(0, { x: 1 }))
    stream.send(floats(1000, { x: 1 }))
    stream.send(typed(2000, 'string', 'broken'))
    assert.deepEqual(stream.outcomes, ['keep', 'deadband', 'keep'])
    assert.equal(stream.stored.length, 3)
    assert.equal(stream.filtered, 0)
  })
})

describe('a maximum silence', () => {
  test('lets a point pass when the one stored last is that old, by the time of the device', () => {
    const stream = new QualityStream(stageOf({ x: { absolute: 1, maxSilenceMs: 3000 } }))
    for (const at of [0, 1000, 2999, 3000, 4000, 9000, 9001]) stream.send(floats(at, { x: 5 }))
    assert.deepEqual(stream.outcomes, [
      'keep',
      'deadband',
      'deadband',
      'keep',
      'deadband',
      'keep',
      'deadband',
    ])
  })

  test('holds for a swinging door too', () => {
    const stream = new QualityStream(stageOf({ x: { swingingDoor: 1, maxSilenceMs: 3000 } }))
    for (const at of [0, 1000, 2000, 3000, 4000]) stream.send(floats(at, { x: 5 }))
    assert.deepEqual(stream.outcomes, ['keep', 'deadband', 'deadband', 'keep', 'deadband'])
  })
})

describe('a point', () => {
  test('is left out only if each of its fields is', () => {
    const stream = new QualityStream(stageOf({ a: { absolute: 1 }, b: { percent: 50 } }))
    stream.send(floats(0, { a: 1, b: 10 }))
    stream.send(floats(1, { a: 2, b: 15 }))
    stream.send(floats(2, { a: 1, b: 16 }))
    stream.send(floats(3, { a: 3, b: 16 }))
    stream.send(floats(4, { b: 20 }))
    stream.send(floats(5, { a: 3, b: 16, c: 0 }))
    assert.deepEqual(stream.outcomes, ['keep', 'deadband', 'keep', 'keep', 'deadband', 'keep'])
  })

  test('without any field that has a deadband passes', () => {
    const stream = new QualityStream(stageOf({ a: { absolute: 1 } }))
    for (const at of [0, 1, 2]) stream.send(floats(at, { z: 1 }))
    assert.deepEqual(stream.outcomes, ['keep', 'keep', 'keep'])
  })

  test('that is late passes as it is, and changes nothing', () => {
    const stream = new QualityStream(stageOf({ x: { absolute: 1 } }))
    stream.send(floats(5000, { x: 1 }))
    stream.send(floats(4000, { x: 100 }))
    stream.send(floats(5000, { x: 1 }))
    stream.send(floats(6000, { x: 2 }))
    assert.deepEqual(stream.outcomes, ['keep', 'keep', 'keep', 'deadband'])
  })

  test('that is historical passes', () => {
    const stream = new QualityStream(stageOf({ x: { absolute: 1 } }))
    stream.send(floats(0, { x: 1 }))
    const batch = new PointBatch()
    batch.field('x', 0, '1')
    batch.point('', [], `${START_MS + 1000}000000`)
    batch.historical[0] = true
    stream.sendBatch(batch)
    assert.deepEqual(stream.outcomes, ['keep', 'keep'])
  })

  test('without a time of its own is taken at that of its arrival', () => {
    const stream = new QualityStream(stageOf({ x: { swingingDoor: 0.5 } }))
    for (const value of ['1', '1', '9']) {
      stream.arrivalMs += 1000
      stream.send({ measurement: '', tags: [], time: '', fields: [['x', 'float', value]] })
    }
    assert.equal(stream.stored.length, 2)
    assert.match(stream.stored[1]!, / 1767225602000\d{6}\n$/)
  })

  test('before 1970 or long after has a time like any other', () => {
    const stream = new QualityStream(stageOf({ x: { absolute: 1 } }))
    for (const time of ['-5000000000', '-1', '0', '5', '4102444800000000000']) {
      stream.send({ measurement: '', tags: [], time, fields: [['x', 'float', '1']] })
    }
    stream.send({ measurement: '', tags: [], time: '3', fields: [['x', 'float', '1']] })
    assert.deepEqual(stream.outcomes, ['keep', 'deadband', 'deadband', 'deadband', 'deadband', 'keep'])
  })
})

describe('a swinging door', () => {
  test('keeps the ends of a straight line', () => {
    assert.deepEqual(storedOf({ swingingDoor: 0.1 }, 0, 1, 2, 3, 4, 3, 2, 1, 0, 5), [0, 4, 0])
  })

  test('follows a noisy level with few points', () => {
    const values = Array.from({ length: 100 }, (_, n) => 20 + ((n * 7) % 5) / 10)
    assert.equal(storedOf({ swingingDoor: 0.5 }, ...values).length, 1)
    assert.ok(storedOf({ swingingDoor: 0.05 }, ...values).length > 50)
  })

  test('gives back the point before the one that closes it, ahead of it', () => {
    const stream = new QualityStream(stageOf({ x: { swingingDoor: 0.5 } }))
    for (const [at, value] of [1, 1, 1, 9, 9].entries()) stream.send(floats(at * 1000, { x: value }))
    assert.deepEqual(stream.stored, [
      `m x=1 ${START_MS}000000\n`,
      `m x=1 ${START_MS + 2000}000000\n`,
      `m x=9 ${START_MS + 3000}000000\n`,
    ])
    assert.equal(stream.filtered, 2)
  })

  test('gives back a held point that not every later point can stand for', () => {
    const stream = new QualityStream(stageOf({ '*': { swingingDoor: 1 } }))
    stream.send(floats(0, { a: 1, b: 1 }))
    stream.send(floats(1000, { a: 1, b: 1 }))
    stream.send(floats(2000, { a: 1 }))
    assert.equal(stream.stored.length, 2)
    stream.send(floats(3000, { b: 1 }))
    stream.send(floats(4000, { a: 1 }))
    stream.send(floats(5000, { b: 1 }))
    assert.equal(stream.stored.length, 2)
    assert.equal(stream.filtered, 4)
  })

  test('compares the other fields with the point that it gave back', () => {
    const stream = new QualityStream(stageOf({ a: { swingingDoor: 1 }, b: { absolute: 1 } }))
    stream.send(floats(0, { a: 0, b: 0 }))
    stream.send(floats(1000, { a: 0, b: 1 }))
    // Closes the door of a; b is one from what was stored first, but two from what is stored now.
    stream.send(floats(2000, { a: 50, b: -1 }))
    assert.deepEqual(stream.stored.length, 3)
    assert.equal(stream.filtered, 0)
  })

  test('that is configured anew gives back what it holds', () => {
    const stream = new QualityStream(stageOf({ x: { swingingDoor: 1 } }))
    stream.send(floats(0, { x: 1 }))
    stream.send(floats(1000, { x: 1.5 }))
    stream.use(stageOf({ x: { swingingDoor: 2 } }))
    stream.send(floats(2000, { x: 1 }))
    assert.deepEqual(
      stream.stored.map((line) => line.split(' ')[1]),
      ['x=1', 'x=1.5', 'x=1'],
    )
    assert.equal(stream.filtered, 0)
  })
})
