import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuplicatesStage } from '../../../src/quality/duplicates/duplicates-stage.js'
import { PointMemory } from '../../../src/quality/duplicates/point-memory.js'
import type { PlainPoint } from '../../support/points.js'
import { pointAt, TestContext } from '../../support/quality-context.js'

const MS = '1772600767089'
const T = `${MS}000000`

function rig(window = 64) {
  const memory = new PointMemory()
  const stage = new DuplicatesStage(window, memory)
  const context = new TestContext()
  return {
    memory,
    stage,
    context,
    /** The time at which the point is stored, or the reason for which it is not. */
    send(point: PlainPoint): string {
      const { judgement, batch } = context.judgeOne(stage, point)
      return judgement === 'keep' ? batch.times[0]! : judgement.reason
    },
  }
}

function reading(time: string, value: number | string): PlainPoint {
  return pointAt(time, ['a', 'float', String(value)], ['b', 'integer', '7'])
}

test('a point that comes again is a duplicate, however often', () => {
  const { send, context } = rig()
  assert.deepEqual(
    [send(reading(T, 1)), send(reading(T, 1)), send(reading(T, 1))],
    [T, 'duplicate', 'duplicate'],
  )
  assert.deepEqual(context.notes, [])
})

test('different points of one time are moved on by a nanosecond each, and counted', () => {
  const { send, context } = rig()
  const times = [1, 2, 3].map((value) => send(reading(T, value)))
  assert.deepEqual(times, [T, `${MS}000001`, `${MS}000002`])
  assert.deepEqual(context.notes, ['time_moved', 'time_moved'])
})

test('a moved point that comes again, with the time that it had, is a duplicate', () => {
  const { send } = rig()
  for (const value of [1, 2, 3]) send(reading(T, value))
  assert.deepEqual(
    [1, 2, 3].map((value) => send(reading(T, value))),
    ['duplicate', 'duplicate', 'duplicate'],
  )
})

test('a point that has the time and the content of one that was moved there is another point', () => {
  const { send } = rig()
  send(reading(T, 1))
  send(reading(T, 2))
  assert.equal(send(reading(`${MS}000001`, 2)), `${MS}000002`)
})

test('a time is moved over the end of a second', () => {
  const { send } = rig()
  const last = '1772600767999999999'
  assert.deepEqual([send(reading(last, 1)), send(reading(last, 2))], [last, '1772600768000000000'])
})

test('names, types, texts and their order all make a difference', () => {
  const { send } = rig()
  const points = [
    pointAt(T, ['a', 'float', '1']),
    pointAt(T, ['b', 'float', '1']),
    pointAt(T, ['a', 'integer', '1']),
    pointAt(T, ['a', 'string', '1']),
    pointAt(T, ['a', 'float', '1.0']),
    pointAt(T, ['a', 'string', '']),
    pointAt(T, ['a', 'string', '\0']),
    pointAt(T, ['a', 'float', '1'], ['b', 'float', '2']),
    pointAt(T, ['a', 'float', '2'], ['b', 'float', '1']),
    pointAt(T, ['b', 'float', '2'], ['a', 'float', '1']),
  ]
  assert.equal(new Set(points.map(send)).size, points.length)
  assert.deepEqual(new Set(points.map(send)), new Set(['duplicate']))
})

test('a point that comes late, with a time of its own, is kept at its time', () => {
  const { send, context } = rig()
  send(reading(T, 1))
  assert.equal(send(reading('1772600000000000000', 1)), '1772600000000000000')
  assert.deepEqual(context.notes, [])
})

test('a clock that stands still never gives a time twice, however many points come', () => {
  const { send } = rig(8)
  const times = Array.from({ length: 1_000 }, (_, value) => send(reading(T, value)))
  assert.equal(new Set(times).size, 1_000)
  assert.equal(times[999], `${MS}000999`)
})

test('what is older than the window is forgotten, what is in it is not', () => {
  for (const window of [1, 4, 5, 10, 64]) {
    const { send } = rig(window)
    for (let i = 0; i <= window; i++) send(reading(String(BigInt(T) + BigInt(i)), i))
    const again = Array.from({ length: window }, (_, i) =>
      send(reading(String(BigInt(T) + BigInt(i + 1)), i + 1)),
    )
    assert.deepEqual(new Set(again), new Set(['duplicate']), `window ${window}`)
    assert.equal(send(reading(T, 0)), T, `window ${window}`)
  }
})

test('a window of 0 lets everything pass', () => {
  const { send } = rig(0)
  assert.deepEqual([send(reading(T, 1)), send(reading(T, 1)), send(reading(T, 2))], [T, T, T])
})

test('points without a time are not remembered in a series that has none with one', () => {
  const { send, memory } = rig()
  assert.equal(send(reading('', 1)), '')
  assert.equal(send(reading('', 1)), '')
  assert.equal(memory.bytes, 0)
})

test('a point with the time at which one without arrived is moved', () => {
  const { send, context } = rig()
  send(reading('1772600000000000000', 1))
  const arrival = send(reading('', 2))
  assert.equal(arrival, `${context.arrivalMs}000000`)
  assert.equal(send(reading(arrival, 3)), `${context.arrivalMs}000001`)
})

test('a moved point that is refused in the end becomes a dead letter with the time that it had', () => {
  const { stage, context, send } = rig()
  send(reading(T, 1))
  const { batch } = context.judgeOne(stage, reading(T, 2))
  assert.equal(batch.times[0], `${MS}000001`)
  batch.restore(0)
  assert.equal(batch.times[0], T)
})

test('series do not know of each other', () => {
  const { memory, stage } = rig()
  const [one, other] = [new TestContext(), new TestContext()]
  assert.equal(one.judgeOne(stage, reading(T, 1)).judgement, 'keep')
  assert.equal(other.judgeOne(stage, reading(T, 1)).judgement, 'keep')
  assert.ok(memory.bytes > 0)
})

test('memory grows with the points of a series, and is used again when a series is forgotten', () => {
  const memory = new PointMemory()
  const stage = new DuplicatesStage(64, memory)
  const contexts = Array.from({ length: 1_000 }, () => new TestContext())
  const sendAll = (from: number, until: number) => {
    for (const context of contexts)
      for (let i = from; i < until; i++) context.judgeOne(stage, reading(String(BigInt(T) + BigInt(i)), i))
  }
  sendAll(0, 4)
  assert.ok(memory.bytes < 1_100 * 68, `${memory.bytes} bytes for 4 points`)
  sendAll(4, 64)
  assert.ok(memory.bytes < 1_200 * 788, `${memory.bytes} bytes for 64 points`)
  for (const { series } of contexts) series.recent?.release()
  for (const { series } of contexts) series.recent = undefined
  const before = memory.bytes
  assert.ok(before < 200 * 788, `${before} bytes when all are forgotten`)
})
