import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MappingConfig } from '../../../src/decode/mapping/index.js'
import { fault, lines, mapped } from '../../support/mapped.js'

const NAMED: MappingConfig = { field: 'n', value: 'v' }

describe('records are found', () => {
  const values = { a: 1, b: 2 }
  for (const [at, payload, expected] of [
    ['', values, ['a=1 b=2@']],
    ['x.y', { x: { y: values } }, ['a=1 b=2@']],
    ["['x.y']['it\\'s']", { 'x.y': { "it's": values } }, ['a=1 b=2@']],
    ['x[1]', { x: [0, values] }, ['a=1 b=2@']],
    ['x[-1]', { x: [0, values] }, ['a=1 b=2@']],
    ['[*]', [values, { c: 3 }], ['a=1 b=2 c=3@']],
    ['[*]', values, ['a=1 b=2@']],
    ['x[*][*]', { x: [[{ a: 1 }], { b: 2 }] }, ['a=1 b=2@']],
    ['*', values, ['a=1 b=2@']],
    ['*.y.*', { x: { y: values }, z: { q: 1 } }, ['a=1 b=2@']],
    ['温度.*', { 温度: values }, ['a=1 b=2@']],
  ] as const) {
    test(`at ${at || 'the root'}`, () => assert.deepEqual(lines(mapped({ at }, payload)), expected))
  }

  test('in each section of a list, with the picks of the mapping where they have none', () => {
    const mapping: MappingConfig = {
      field: 'n',
      value: 'v',
      records: [{ at: 'a[*]' }, { at: 'b[*]', value: 'w' }],
    }
    const payload = { a: [{ n: 'x', v: 1, w: 2 }], b: [{ n: 'y', v: 1, w: 2 }] }
    assert.deepEqual(lines(mapped(mapping, payload)), ['x=1 y=2@'])
  })

  test('nowhere: that is a fault', () => {
    assert.equal(fault({ at: 'x[*]' }, { y: [] }), 'no_records')
    assert.equal(fault({ at: 'x[*]' }, { x: [] }), 'no_records')
    assert.equal(fault({ at: 'x.y' }, { x: null }), 'no_records')
    assert.equal(fault({ at: 'x[*]' }, { x: [{}, null] }), 'no_fields')
    assert.equal(fault({ records: [{ at: 'x' }, { at: 'y' }] }, { z: 1 }), 'no_records')
  })

  test('only where the document has them: names of JavaScript are nothing special', () => {
    for (const at of ['constructor', '__proto__', 'toString.name', "['x'].length", 'x.constructor'])
      assert.equal(fault({ at }, { x: [1] }), 'no_records', at)
    const payload = '{"__proto__":{"constructor":1},"constructor":{"a":2},"hasOwnProperty":3}'
    assert.deepEqual(lines(mapped({ at: '' }, payload)), [
      '__proto__.constructor=1 constructor.a=2 hasOwnProperty=3@',
    ])
    assert.deepEqual(lines(mapped({ at: '__proto__' }, payload)), ['constructor=1@'])
    const tagged = mapped(
      { at: '', tags: { x: 'valueOf', y: '__proto__.z' }, rename: { toString: 'q' } },
      { a: 1 },
    )
    assert.deepEqual(tagged[0]!.tags, [])
    const types = { fieldTypes: { constructor: 'string' } } as const
    assert.deepEqual(mapped({ at: '' }, { constructor: 1, valueOf: 2 }, types)[0]!.fields, [
      ['constructor', 'string', '1'],
      ['valueOf', 'float', '2'],
    ])
  })
})

describe('records one after the other', () => {
  const time = { from: 't' }
  const T1 = '1700000001000000000'
  const T2 = '1700000002000000000'

  test('of one time are one point, until a field repeats', () => {
    const payload = [
      { n: 'a', v: 1, t: 1700000001 },
      { n: 'b', v: 2, t: 1700000001 },
      { n: 'a', v: 3, t: 1700000001 },
      { n: 'c', v: 4, t: 1700000001 },
      { n: 'c', v: 5, t: 1700000002 },
    ]
    const found = lines(mapped({ ...NAMED, time }, payload))
    assert.deepEqual(found, [`a=1 b=2@${T1}`, `a=3 c=4@${T1}`, `c=5@${T2}`])
  })

  test('with several fields begin a new point as a whole', () => {
    const payload = [{ x: 1, b: 2 }, { a: 3, b: 4 }, { a: 5 }]
    assert.deepEqual(lines(mapped({}, payload)), ['x=1 b=2@', 'a=3 b=4@', 'a=5@'])
  })

  test('with other tags, devices or measurements are points of their own', () => {
    const payload = [
      { a: 1, tag: 'x' },
      { b: 2, tag: 'x' },
      { c: 3, tag: 'y' },
    ]
    for (const mapping of [
      { tags: { tag: 'tag' } },
      { device: { device: 'tag' } },
      { measurement: 'tag' },
    ] satisfies MappingConfig[])
      assert.deepEqual(lines(mapped(mapping, payload)), ['a=1 b=2@', 'c=3@'])
  })

  test('that do not pass leave the point whole and come behind it', () => {
    const payload = [{ a: 1 }, { b: 2, bad: true }, { c: 3 }]
    const mapping: MappingConfig = { skip: [{ when: 'bad', exists: true }], except: ['bad'] }
    assert.deepEqual(lines(mapped(mapping, payload)), ['a=1 c=3@', '!b=2@'])
  })

  test('a field that would be stored twice in one record is a fault', () => {
    assert.equal(fault({}, { 'a.b': 1, a: { b: 2 } }), 'bad_name a/b')
    assert.equal(fault({ rename: { x: 'y' } }, { x: 1, y: 2 }), 'bad_name y')
    assert.equal(fault({ except: ['t'] }, { time: 'late', time_: 2 }), 'bad_name time_')
    assert.equal(fault({}, { '': 1 }), 'bad_name')
  })
})

describe('fields', () => {
  test('are the members of an object but for those that are taken and excepted', () => {
    const mapping: MappingConfig = {
      time: { from: ['when', 'meta.at'] },
      tags: { order: 'meta.order', first: 'list[0]' },
      except: ['seq', 'motor.serial', 'a.b'],
    }
    const payload = {
      when: 1700000000,
      seq: 1,
      'a.b': 5,
      motor: { serial: 7, rpm: 9 },
      meta: { at: 3, order: 'A7', step: 2 },
      list: ['x', 8],
    }
    assert.deepEqual(lines(mapped(mapping, payload)), [
      'motor.rpm=9 meta.step=2 list.1=8@1700000000000000000',
    ])
  })

  test('of a document that is the record are without what is taken from the root', () => {
    const mapping: MappingConfig = {
      time: { from: '$.when' },
      tags: { order: '{$.order}', step: '$.meta.step' },
      skip: [{ when: '$.bad', exists: true }],
    }
    const payload = { when: 1700000000, order: 'A7', meta: { step: 2, of: 9 }, a: 1 }
    const expected = ['meta.of=9 a=1@1700000000000000000']
    for (const at of [undefined, '[*]', '[*][*]', ''])
      assert.deepEqual(lines(mapped(at === undefined ? mapping : { ...mapping, at }, payload)), expected)
  })

  test('of the elements of a list are not: they have their members for themselves', () => {
    const mapping: MappingConfig = { tags: { order: '$.order' } }
    assert.deepEqual(lines(mapped(mapping, [{ order: 'A7', a: 1 }])), ['order=A7 a=1@'])
    assert.deepEqual(lines(mapped({ ...mapping, at: 'x' }, { x: { order: 'A7' }, order: 'B' })), [
      'order=A7@',
    ])
  })

  test('are the members of the value, without the record beside it', () => {
    const mapping: MappingConfig = { value: 'data', time: { from: 'data.t' }, tags: { id: 'id' } }
    const payload = { id: 'x', other: 1, data: { t: 1700000000, a: 1, b: { c: 2 } } }
    assert.deepEqual(lines(mapped(mapping, payload)), ['a=1 b.c=2@1700000000000000000'])
  })

  test('are named by a pick, flattened, renamed', () => {
    const payload = [
      { n: 'axis', v: { x: 1, list: [2, 3] } },
      { n: 7, v: true },
      { n: 'axis2', v: null },
    ]
    const mapping: MappingConfig = { ...NAMED, rename: { 'axis.x': 'left', '7': 'seven' } }
    assert.deepEqual(lines(mapped(mapping, payload)), ['left=1 axis.list.0=2 axis.list.1=3 seven=true@'])
  })

  test('without a name of their own are called like their key, or the last level of the topic', () => {
    assert.deepEqual(lines(mapped({ at: 'temp' }, { temp: 5 })), ['temp=5@'])
    assert.deepEqual(lines(mapped({ at: '' }, 5)), ['press=5@'])
    assert.deepEqual(lines(mapped({ at: '[*]' }, [5, 6])), ['press=5@', 'press=6@'])
    assert.deepEqual(lines(mapped({ at: 'temp[*]' }, { temp: [5, 6] })), ['temp=5@', 'temp=6@'])
    assert.deepEqual(lines(mapped({ value: ['f', 'i'] }, { f: null, i: 3 })), ['press=3@'])
  })

  test('without the name that a pick should find are a fault, with its place', () => {
    assert.equal(fault({ at: 'x[*]', ...NAMED }, { x: [{ n: 'a', v: 1 }, { v: 2 }] }), 'bad_name x/1/n')
    assert.equal(fault(NAMED, { n: '', v: 2 }), 'bad_name n')
    assert.equal(fault(NAMED, { n: {}, v: 2 }), 'bad_type n')
  })
})

describe('values', () => {
  test('have the type of the route, else of the record, else their own', () => {
    const mapping: MappingConfig = { ...NAMED, type: { from: 'y', map: { INT: 'integer' }, default: 'auto' } }
    const payload =
      '[{"n":"a","v":5,"y":"INT"},{"n":"b","v":"6","y":"INT"},{"n":"c","v":7,"y":"WORD"},{"n":"d","v":9007199254740993}]'
    assert.deepEqual(mapped(mapping, payload, { fieldTypes: { b: 'string' } })[0]!.fields, [
      ['a', 'integer', '5'],
      ['b', 'string', '6'],
      ['c', 'float', '7'],
      ['d', 'float', '9007199254740993'],
    ])
    assert.equal(fault({ ...NAMED, type: 'y' }, { n: 'a', v: 1, y: 'REAL48' }), 'unknown_type y')
  })

  test('that do not fit are a fault, with their place', () => {
    const options = { fieldTypes: { 'a.0': 'integer' } } as const
    assert.equal(fault({ at: 'x[*]' }, { x: [{ a: [1.5] }] }, options), 'bad_type x/0/a/0')
    assert.equal(
      fault({ at: 'x[*]', ...NAMED, type: 'float' }, { x: [{ n: 'q', v: 'five' }] }),
      'bad_type x/0/v',
    )
    assert.equal(fault({ at: '', textNumbers: true }, { a: '1e999' }), 'out_of_range a')
  })

  test('in texts are numbers where the mapping says so, unless a type says otherwise', () => {
    const options = { fieldTypes: { serial: 'string' } } as const
    const payload = { serial: '021528603314', a: '021', b: '-1.50', c: 'x', d: '' }
    assert.deepEqual(mapped({ textNumbers: true }, payload, options)[0]!.fields, [
      ['serial', 'string', '021528603314'],
      ['a', 'float', '21'],
      ['b', 'float', '-1.50'],
      ['c', 'string', 'x'],
      ['d', 'string', ''],
    ])
    assert.equal(mapped({}, payload)[0]!.fields[1]![1], 'string')
  })

  test('of enumerations are what they stand for, then typed', () => {
    const mapping: MappingConfig = {
      rename: { st: 'state' },
      enums: { state: { RUN: 1, STOP: 0, '3': 'three' }, on: { true: 'yes' } },
    }
    const fields = (st: unknown, options = {}) => mapped(mapping, { st, on: true }, options)[0]!.fields
    assert.deepEqual(fields('RUN'), [
      ['state', 'float', '1'],
      ['on', 'string', 'yes'],
    ])
    assert.deepEqual(fields(3)[0], ['state', 'string', 'three'])
    assert.deepEqual(fields('IDLE')[0], ['state', 'string', 'IDLE'])
    assert.deepEqual(fields('STOP', { fieldTypes: { state: 'integer' } })[0], ['state', 'integer', '0'])
  })

  test('have units, translated', () => {
    const mapping: MappingConfig = { ...NAMED, unit: 'u', units: { degC: 'Cel' } }
    const [point] = mapped(mapping, [
      { n: 'a', v: 1, u: 'degC' },
      { n: 'b', v: 2 },
      { n: 'c', v: 3, u: 'bar' },
    ])
    assert.deepEqual(point!.units, ['Cel', '', 'bar'])
  })
})
