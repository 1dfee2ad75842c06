import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  born,
  DBIRTH,
  DDATA,
  DEVICE_BIRTH,
  DEVICE_DATA,
  NBIRTH,
  NDATA,
  NODE_BIRTH,
} from '../../support/sparkplug-births.js'
import { Decoding, fieldsOf } from '../../support/sparkplug-decoding.js'

describe('births', () => {
  test('have points of their own, without bdSeq and Node Control', () => {
    const decoding = new Decoding()
    assert.deepEqual(fieldsOf(decoding.take(NBIRTH, NODE_BIRTH)), ['cpu=0.5'])
    assert.deepEqual(fieldsOf(decoding.take(DBIRTH, DEVICE_BIRTH)), ['temperature=20.5 running=true'])
    assert.deepEqual(decoding.events(), [`birth ${NBIRTH}`, `birth ${DBIRTH}`])
  })

  test('explain data that has aliases alone: name, type and unit', () => {
    const decoding = born()
    const [point] = decoding.take(DDATA, DEVICE_DATA)
    assert.deepEqual(point, {
      measurement: '',
      tags: [],
      time: '1700000000002000000',
      fields: [
        ['temperature', 'float', '21.25'],
        ['running', 'boolean', 'false'],
      ],
    })
    assert.deepEqual(decoding.batch.units.slice(0, 2), ['Cel', ''])
    assert.deepEqual(decoding.events(), [])
  })

  test('release what waited for them, the edge node and each device for itself', () => {
    const decoding = new Decoding()
    decoding.take(NBIRTH, NODE_BIRTH)
    assert.deepEqual(decoding.released, [`awaiting_birth ${NDATA}`])
    decoding.take(DBIRTH, DEVICE_BIRTH)
    assert.deepEqual(decoding.released, [`awaiting_birth ${NDATA}`, `awaiting_birth ${DDATA}`])
    assert.deepEqual(fieldsOf(decoding.replay(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
  })

  test('an alias of another device, or of the edge node, is not that of this device', () => {
    const decoding = born()
    assert.equal(decoding.take(DDATA, { seq: 2, metrics: [{ alias: 1, value: 1.5 }] }), 'awaiting_birth')
    assert.deepEqual(decoding.events(), ['wanted G/N: metric_unknown'])
  })

  test('that come again change what aliases mean', () => {
    const decoding = born()
    const renamed = [{ name: 'pressure', alias: 7, type: 'Double', value: 1.5 }] as const
    decoding.take(DBIRTH, { ...DEVICE_BIRTH, seq: 2, metrics: renamed })
    assert.deepEqual(fieldsOf(decoding.take(DDATA, { seq: 3, metrics: [{ alias: 7, value: 2.5 }] })), [
      'pressure=2.5',
    ])
  })

  test('of an edge node make those of its devices void', () => {
    const decoding = born()
    decoding.take(NBIRTH, { ...NODE_BIRTH, timestamp: 1_700_000_000_009 })
    assert.equal(decoding.take(DDATA, { ...DEVICE_DATA, seq: 1 }), 'awaiting_birth')
    assert.deepEqual(decoding.events(), [`birth ${NBIRTH}`, 'wanted G/N: device_unborn'])
  })

  test('that are redelivered leave those of the devices valid', () => {
    const decoding = born()
    decoding.take(NBIRTH, NODE_BIRTH)
    assert.deepEqual(fieldsOf(decoding.take(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
    assert.deepEqual(decoding.events(), [])
  })

  test('of a device whose edge node was not born are taken, and the edge node is asked', () => {
    const decoding = new Decoding()
    assert.deepEqual(fieldsOf(decoding.take(DBIRTH, DEVICE_BIRTH)), ['temperature=20.5 running=true'])
    assert.deepEqual(decoding.events(), ['wanted G/N: node_unborn', `birth ${DBIRTH}`])
    assert.deepEqual(fieldsOf(decoding.take(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
  })

  test('whose values cannot all be stored still say what aliases mean', () => {
    const decoding = new Decoding()
    const metrics = [
      { name: 'total', alias: 1, type: 'Int64', value: 5 },
      { name: 'broken', alias: 2, type: 'Boolean', value: 'a text' },
    ] as const
    assert.equal(decoding.take(NBIRTH, { ...NODE_BIRTH, metrics }), 'bad_type')
    assert.deepEqual(fieldsOf(decoding.take(NDATA, { seq: 1, metrics: [{ alias: 1, value: 6 }] })), [
      'total=6',
    ])
  })

  test('that have a metric without a name are refused', () => {
    const decoding = new Decoding()
    assert.equal(
      decoding.take(NBIRTH, { seq: 0, metrics: [{ alias: 1, type: 'Int64', value: 1 }] }),
      'bad_name',
    )
    assert.deepEqual(decoding.events(), [])
  })

  test('that are replayed do not take the place of those that came since', () => {
    const decoding = born()
    const old = [{ name: 'old name', alias: 7, type: 'Double', value: 1.5 }] as const
    assert.deepEqual(fieldsOf(decoding.replay(DBIRTH, { ...DEVICE_BIRTH, metrics: old })), ['old name=1.5'])
    decoding.replay(NBIRTH, { ...NODE_BIRTH, timestamp: 1 })
    assert.deepEqual(fieldsOf(decoding.take(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
    assert.deepEqual(decoding.events(), [])
  })
})

describe('data before a birth', () => {
  test('is held, and the edge node is asked', () => {
    const decoding = new Decoding()
    assert.equal(decoding.take(NDATA, { seq: 4, metrics: [{ alias: 1, value: 1.5 }] }), 'awaiting_birth')
    assert.equal(decoding.take(DDATA, DEVICE_DATA), 'awaiting_birth')
    assert.deepEqual(decoding.events(), ['wanted G/N: node_unborn', 'wanted G/N: node_unborn'])
  })

  test('is held even if it names its metrics: what else the edge node has is not known', () => {
    const decoding = new Decoding()
    const named = { seq: 4, metrics: [{ name: 'cpu', type: 'Double', value: 1.5 }] } as const
    assert.equal(decoding.take(NDATA, named), 'awaiting_birth')
  })

  test('that is replayed too early asks nobody again', () => {
    const decoding = new Decoding()
    assert.equal(decoding.replay(DDATA, DEVICE_DATA), 'awaiting_birth')
    assert.deepEqual(decoding.events(), [])
  })

  test('never gets a field named after an alias', () => {
    const decoding = born()
    const taken = decoding.take(DDATA, {
      seq: 2,
      metrics: [
        { alias: 7, value: 1.5 },
        { alias: 99, value: 2.5 },
      ],
    })
    assert.equal(taken, 'awaiting_birth')
  })

  test('with a name that the birth does not have is decoded if it says its type, and held if not', () => {
    const decoding = born()
    const typed = { seq: 2, metrics: [{ name: 'extra', type: 'Double', value: 1.5 }] } as const
    assert.deepEqual(fieldsOf(decoding.take(DDATA, typed)), ['extra=1.5'])
    const untyped = { seq: 3, metrics: [{ name: 'another', value: 1.5 }] }
    assert.equal(decoding.take(DDATA, untyped), 'awaiting_birth')
  })
})
