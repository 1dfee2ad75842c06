import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  born,
  DDATA,
  DDEATH,
  DEVICE_BIRTH,
  DEVICE_DATA,
  NDATA,
  NDEATH,
} from '../../support/sparkplug-births.js'
import { cNode, pythonNode } from '../../support/sparkplug-captures.js'
import { Decoding, fieldsOf } from '../../support/sparkplug-decoding.js'

describe('deaths', () => {
  test('of an edge node name all its devices, and make its births void', () => {
    const decoding = born()
    assert.deepEqual(decoding.take(NDEATH, { timestamp: 1, bdSeq: 3 }), [])
    assert.deepEqual(decoding.events(), ['death G/N: G/N G/N/D'])
    assert.equal(decoding.take(DDATA, DEVICE_DATA), 'awaiting_birth')
    assert.equal(decoding.take(NDATA, { seq: 9, metrics: [{ alias: 1, value: 1.5 }] }), 'awaiting_birth')
  })

  test('of an earlier connection of the edge node are passed over', () => {
    const decoding = born()
    assert.deepEqual(decoding.take(NDEATH, { bdSeq: 2 }), [])
    assert.deepEqual(decoding.events(), ['stale death G/N'])
    assert.deepEqual(fieldsOf(decoding.take(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
  })

  test('without a bdSeq count, as those of edge nodes that send none', () => {
    const decoding = born()
    decoding.take(NDEATH, {})
    assert.deepEqual(decoding.events(), ['death G/N: G/N G/N/D'])
  })

  test('of a device leave its edge node and the other devices as they are', () => {
    const decoding = born()
    decoding.take('spBv1.0/G/DBIRTH/N/E', { ...DEVICE_BIRTH, seq: 2 })
    decoding.events()
    assert.deepEqual(decoding.take(DDEATH, { timestamp: 1_700_000_000_500, seq: 3 }), [])
    assert.deepEqual(decoding.events(), ['death G/N: G/N/D at 1700000000500'])
    assert.equal(decoding.take(DDATA, { ...DEVICE_DATA, seq: 4 }), 'awaiting_birth')
    const other = decoding.take('spBv1.0/G/DDATA/N/E', { ...DEVICE_DATA, seq: 5 })
    assert.deepEqual(fieldsOf(other), ['temperature=21.25 running=false'])
  })

  test('that are replayed are no news', () => {
    const decoding = born()
    decoding.replay(NDEATH, { bdSeq: 3 })
    decoding.replay(DDEATH, { timestamp: 5, seq: 3 })
    assert.deepEqual(decoding.events(), [])
    assert.deepEqual(fieldsOf(decoding.take(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
  })
})

describe('the official edge nodes', () => {
  for (const [name, node] of Object.entries({ C: cNode, Python: pythonNode })) {
    test(`the ${name} node: births, data by alias, death`, () => {
      const decoding = new Decoding()
      for (const { topic, payload } of [node.nbirth, node.dbirth, node.ddata]) {
        const taken = decoding.take(topic, payload)
        assert.ok(typeof taken !== 'string' && taken.length > 0, `${topic}: ${taken}`)
        for (const field of taken.flatMap(({ fields }) => fields))
          assert.doesNotMatch(field[0], /alias|^$|bdSeq|Control/)
      }
      decoding.events()
      assert.deepEqual(decoding.take(node.ndeath.topic, node.ndeath.payload), [])
      assert.deepEqual(decoding.events().length, 1)
    })
  }

  test('data of the Python node with aliases that its birth does not have is held', () => {
    const decoding = new Decoding()
    for (const { topic, payload } of [pythonNode.nbirth, pythonNode.dbirth]) decoding.take(topic, payload)
    decoding.events()
    assert.equal(decoding.take(pythonNode.ndata.topic, pythonNode.ndata.payload), 'awaiting_birth')
    assert.deepEqual(
      decoding.events().at(-1),
      'wanted Sparkplug B Devices/Python Edge Node 1: metric_unknown',
    )
  })
})
