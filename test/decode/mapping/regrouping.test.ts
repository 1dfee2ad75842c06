import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MappingConfig } from '../../../src/decode/mapping/index.js'
import { decodeWith, lines, mapped, mappingDecoder } from '../../support/mapped.js'

const T1 = 1700000001
const T2 = 1700000002
const NS = '000000000'
const NAMED: MappingConfig = { field: 'n', value: 'v', time: { from: 't' } }

/** Records as [name, value, time]. */
function readings(...records: readonly (readonly [n: string, v: unknown, t: number | null])[]) {
  return records.map(([n, v, t]) => ({ n, v, t }))
}

describe('records of one time that stand apart', () => {
  test('are one point, in the place of the first', () => {
    const payload = readings(['a', 1, T1], ['a', 2, T2], ['b', 3, T1], ['b', 4, T2])
    assert.deepEqual(lines(mapped(NAMED, payload)), [`a=1 b=3@${T1}${NS}`, `a=2 b=4@${T2}${NS}`])
  })

  test('are one point in whatever order the times come', () => {
    const payload = readings(['a', 1, T2], ['a', 2, T1], ['b', 3, T2], ['c', 4, T1 - 1], ['b', 5, T1])
    assert.deepEqual(lines(mapped(NAMED, payload)), [
      `a=1 b=3@${T2}${NS}`,
      `a=2 b=5@${T1}${NS}`,
      `c=4@${T1 - 1}${NS}`,
    ])
  })

  test('begin another point where a field repeats, which later ones then join', () => {
    const payload = readings(['a', 1, T1], ['x', 0, T2], ['a', 2, T1], ['y', 0, T2], ['b', 3, T1])
    assert.deepEqual(lines(mapped(NAMED, payload)), [
      `a=1@${T1}${NS}`,
      `x=0 y=0@${T2}${NS}`,
      `a=2 b=3@${T1}${NS}`,
    ])
  })

  test('are judged one by one, although they follow one another', () => {
    const payload = readings(['a', 1, T1], ['x', 0, T2], ['b', 2, T1], ['a', 3, T1], ['c', 4, T1])
    assert.deepEqual(lines(mapped(NAMED, payload)), [
      `a=1 b=2@${T1}${NS}`,
      `x=0@${T2}${NS}`,
      `a=3 c=4@${T1}${NS}`,
    ])
  })

  test('repeat a field that is stored under the same name', () => {
    const payload = readings(['time', 1, T1], ['x', 0, T2], ['time_', 2, T1])
    assert.deepEqual(lines(mapped(NAMED, payload)).length, 3)
  })

  test('stay apart if they have the time of arrival', () => {
    const payload = readings(['a', 1, null], ['x', 0, T2], ['b', 2, null], ['c', 3, null])
    assert.deepEqual(lines(mapped(NAMED, payload)), ['a=1@', `x=0@${T2}${NS}`, 'b=2 c=3@'])
  })

  test('stay apart if their device, their tags or their measurement differ', () => {
    for (const place of [{ device: { device: 'p' } }, { tags: { p: 'p' } }, { measurement: 'p' }]) {
      const payload = ['x', 'y', 'x', 'y'].map((p, i) => ({ n: `f${i}`, v: i, t: T1, p }))
      assert.deepEqual(lines(mapped({ ...NAMED, ...place }, payload)), [
        `f0=0 f2=2@${T1}${NS}`,
        `f1=1 f3=3@${T1}${NS}`,
      ])
    }
  })

  test('are one point even if they are of several sections', () => {
    const mapping: MappingConfig = {
      ...NAMED,
      tags: { line: '$.line' },
      device: { device: '$.id' },
      records: [{ at: 'a[*]' }, { at: 'b[*]', tags: { line: '=L' } }],
    }
    const payload = {
      line: 'L',
      id: 'press',
      a: readings(['a', 1, T1], ['a', 2, T2]),
      b: readings(['b', 3, T1], ['b', 4, T2]),
    }
    assert.deepEqual(lines(mapped(mapping, payload)), [`a=1 b=3@${T1}${NS}`, `a=2 b=4@${T2}${NS}`])
  })

  test('keep their types and units, and what was skipped stays what it is', () => {
    const mapping: MappingConfig = { ...NAMED, unit: 'u', skip: [{ when: 'bad', exists: true }] }
    const payload = [
      { n: 'a', v: 1, t: T1 },
      { n: 's', v: 'text', t: T2 },
      { n: 'a', v: 9, t: T1, bad: 1 },
      { n: 'b', v: true, t: T1, u: 'Cel' },
    ]
    const points = mapped(mapping, payload)
    assert.deepEqual(lines(points), [`a=1 b=true@${T1}${NS}`, `s=text@${T2}${NS}`, `!a=9@${T1}${NS}`])
    assert.deepEqual(points[0]!.units, ['', 'Cel'])
    assert.deepEqual(points[0]!.fields[1], ['b', 'boolean', 'true'])
  })

  test('of one message do not join those of the message before', () => {
    const decoder = mappingDecoder(NAMED)
    decodeWith(decoder, readings(['a', 1, T1], ['a', 2, T2], ['b', 3, T1]))
    assert.deepEqual(lines(decodeWith(decoder, readings(['c', 1, T2], ['d', 2, T1]))), [
      `c=1@${T2}${NS}`,
      `d=2@${T1}${NS}`,
    ])
  })
})
