import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PointBatch } from '../../../src/core/point-batch.js'
import { DecodeError, newTopicMemory } from '../../../src/decode/decoder.js'
import { type MappingConfig, topicsWaitingFor } from '../../../src/decode/mapping/index.js'
import { NameTables } from '../../../src/decode/mapping/names.js'
import { newDecoderContext } from '../../support/decoder-context.js'
import { decodeWith, fault, lines, mappingDecoder } from '../../support/mapped.js'

const LEARN: MappingConfig = {
  units: { degC: 'Cel' },
  learn: {
    at: 'points[*]',
    table: 't',
    key: 'id',
    name: 'name',
    unit: 'unit',
    type: { from: 'type', default: 'auto' },
  },
}
const READ: MappingConfig = { field: { from: 'id', lookup: 't' }, value: 'v' }

function pair() {
  const context = newDecoderContext()
  const learner = mappingDecoder(LEARN, { context, waitingForNames: ['a/+/data', 'b/#'] })
  const reader = mappingDecoder(READ, { context })
  const learn = (...points: object[]) => assert.deepEqual(decodeWith(learner, { points }), [])
  return { context, learn, read: (...records: object[]) => lines(decodeWith(reader, records)), reader }
}

describe('names of one message', () => {
  test('are those of fields in others, with their units and types', () => {
    const { learn, reader } = pair()
    learn({ id: 101, name: 'Temp', unit: 'degC' }, { id: '102', name: 'Count', type: 'integer' })
    const [point] = decodeWith(reader, [
      { id: '101', v: 21.5 },
      { id: 102, v: 7 },
      { id: '101', v: 22 },
    ])
    assert.deepEqual(point!.fields, [
      ['Temp', 'float', '21.5'],
      ['Count', 'integer', '7'],
    ])
    assert.deepEqual(point!.units, ['Cel', ''])
  })

  test('are waited for: nothing of the message is read before', () => {
    const { context, learn, read } = pair()
    assert.equal(fault(READ, [{ id: 'x', v: 1 }], { context }), 'awaiting_names 0/id')
    learn({ id: 'x', name: 'oil' })
    assert.deepEqual(read({ id: 'x', v: 1 }), ['oil=1@'])
    assert.throws(() => read({ id: 'x', v: 1 }, { id: 'y', v: 1 }), { code: 'awaiting_names' })
  })

  test('release what waits for them, if any is new', () => {
    const { context, learn } = pair()
    learn({ id: 'x', name: 'oil' })
    const once = [
      ['awaiting_names', 'a/+/data'],
      ['awaiting_names', 'b/#'],
    ]
    assert.deepEqual(context.released, once)
    learn({ id: 'x', name: 'oil' })
    assert.deepEqual(context.released, once)
    learn({ id: 'x', name: 'water' })
    assert.equal(context.released.length, 4)
  })

  test('can change, and are read from the disk by another gateway', () => {
    const { context, learn, read } = pair()
    learn({ id: 'x', name: 'oil' })
    assert.deepEqual(read({ id: 'x', v: 1 }), ['oil=1@'])
    learn({ id: 'x', name: 'water' })
    assert.deepEqual(read({ id: 'x', v: 1 }), ['water=1@'])
    const restarted = mappingDecoder(READ, { context: newDecoderContext(context.store) })
    assert.deepEqual(lines(decodeWith(restarted, [{ id: 'x', v: 1 }])), ['water=1@'])
  })

  test('without a key or a name are left out; without any, the message explains nothing', () => {
    const { context, learn } = pair()
    learn({ id: 'x' }, { name: 'y' }, { id: 'z', name: 'zone' })
    assert.deepEqual([...context.store.entries('')].length, 2)
    assert.equal(fault(LEARN, { points: [] }, { context }), 'no_records')
    assert.equal(fault(LEARN, { points: [{ id: 'x', name: '' }] }, { context }), 'bad_name')
    assert.equal(
      fault(LEARN, { points: [{ id: 'x', name: 'y', type: 'z' }] }, { context }),
      'unknown_type points/0/type',
    )
  })

  test('may have keys of any length', () => {
    const { learn, read } = pair()
    const id = 'k'.repeat(5_000)
    learn({ id, name: 'long' }, { id: '__proto__', name: 'odd' })
    assert.deepEqual(read({ id, v: 1 }, { id: '__proto__', v: 2 }), ['long=1 odd=2@'])
    assert.throws(() => read({ id: `${id}x`, v: 1 }), { code: 'awaiting_names' })
  })

  test('add no point and no field to the batch', () => {
    const batch = new PointBatch()
    const payload = Buffer.from('{"points":[{"id":1,"name":"a"}]}')
    mappingDecoder(LEARN).decode(payload, newTopicMemory('a'), batch)
    assert.deepEqual([batch.points, batch.fields], [0, 0])
  })
})

test('a table takes no more names than it has room for, and none of a message that brings too many', () => {
  const tables = new NameTables(newDecoderContext().store, 3)
  const names = (...keys: string[]) =>
    new Map(keys.map((key) => [key, { name: key, unit: '', type: undefined }]))
  assert.equal(tables.learn('t', names('a', 'b')), true)
  assert.throws(
    () => tables.learn('t', names('c', 'd')),
    (error) => error instanceof DecodeError && error.code === 'too_large',
  )
  assert.equal(tables.find('t', 'c'), undefined)
  assert.equal(tables.learn('t', names('a', 'c')), true)
  assert.equal(tables.learn('other', names('x', 'y', 'z')), true)
  assert.equal(tables.find('t', 'c')!.name, 'c')
})

test('the topics that wait for a table are those of the routes that look it up', () => {
  const routes = [
    { topic: 'a/{site}/x/{device}', mapping: READ },
    { topic: 'b/#', mapping: { records: [{ at: 'x' }, { tags: { n: { from: 'id', lookup: 't' } } }] } },
    { topic: 'c/#', mapping: { field: { from: 'id', lookup: 'other' } } },
    { topic: 'd/#' },
  ]
  assert.deepEqual(topicsWaitingFor(LEARN, routes), ['a/+/x/+', 'b/#'])
  assert.deepEqual(topicsWaitingFor(READ, routes), [])
})
