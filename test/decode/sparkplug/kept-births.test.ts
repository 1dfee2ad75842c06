import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PointBatch } from '../../../src/core/point-batch.js'
import { newTopicMemory } from '../../../src/decode/decoder.js'
import { SparkplugDecoder } from '../../../src/decode/sparkplug/decoder.js'
import { MemoryStore } from '../../support/memory-store.js'
import { pointsOf } from '../../support/points.js'
import {
  born,
  DBIRTH,
  DDATA,
  DEVICE_BIRTH,
  DEVICE_DATA,
  NBIRTH,
  NDATA,
  NDEATH,
  NODE_BIRTH,
} from '../../support/sparkplug-births.js'
import { cNode } from '../../support/sparkplug-captures.js'
import { Decoding, fieldsOf } from '../../support/sparkplug-decoding.js'
import { payloadOf, type TestPayload } from '../../support/sparkplug-messages.js'

describe('a decoder that is made anew over the same store', () => {
  test('decodes data by alias, and wants the births once', () => {
    const { store } = born()
    const decoding = new Decoding({ store })
    assert.deepEqual(fieldsOf(decoding.take(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
    assert.deepEqual(decoding.batch.units.slice(0, 2), ['Cel', ''])
    assert.deepEqual(fieldsOf(decoding.take(NDATA, { seq: 3, metrics: [{ alias: 1, value: 0.75 }] })), [
      'cpu=0.75',
    ])
    assert.deepEqual(decoding.events(), ['wanted G/N: restored'])
  })

  test('knows the members of templates', () => {
    const first = new Decoding()
    first.take(cNode.nbirth.topic, cNode.nbirth.payload)
    first.take(cNode.dbirth.topic, cNode.dbirth.payload)
    const again = new Decoding({ store: first.store })
    for (const { topic, payload } of [cNode.ddata, cNode.ndata])
      assert.deepEqual(again.take(topic, payload), first.take(topic, payload))
  })

  test('knows which births were void, and which sessions are over', () => {
    const first = born()
    first.take(NBIRTH, { ...NODE_BIRTH, timestamp: 1_700_000_000_009, bdSeq: 4 })
    const again = new Decoding({ store: first.store })
    assert.equal(again.take(DDATA, DEVICE_DATA), 'awaiting_birth')
    again.events()
    again.take(NDEATH, { bdSeq: 3 })
    assert.deepEqual(again.events(), ['stale death G/N'])
  })

  test('passes over records that it cannot read, and waits for the next birth', () => {
    const { store } = born()
    for (const { key, value } of [...store.entries('sparkplug/birth/')])
      store.put(key, key.endsWith('/D') ? value.subarray(0, 20) : Buffer.from([99, 1, 2, 3]))
    const decoding = new Decoding({ store })
    assert.equal(decoding.take(DDATA, DEVICE_DATA), 'awaiting_birth')
    assert.equal(decoding.take(NDATA, { seq: 3, metrics: [{ alias: 1, value: 1.5 }] }), 'awaiting_birth')
    decoding.take(NBIRTH, NODE_BIRTH)
    decoding.take(DBIRTH, DEVICE_BIRTH)
    assert.deepEqual(fieldsOf(decoding.take(DDATA, DEVICE_DATA)), ['temperature=21.25 running=false'])
  })
})

test('a decoder without events, as in a trial, decodes alike and tells nobody', () => {
  const { store } = born()
  const decoder = new SparkplugDecoder(
    { timestampUnit: 'auto', fieldTypes: {} },
    { store, release: () => undefined, now: Date.now },
  )
  const batch = new PointBatch()
  const decode = (topic: string, payload: TestPayload) => {
    batch.clear()
    decoder.decode(payloadOf(payload), newTopicMemory(topic), batch)
    return pointsOf(batch).flatMap(({ fields }) => fields.map(([name]) => name))
  }
  assert.deepEqual(decode(DDATA, DEVICE_DATA), ['temperature', 'running'])
  assert.throws(() => decode('spBv1.0/G/NDATA/other', DEVICE_DATA), { code: 'awaiting_birth' })
  assert.deepEqual(decode(NDATA, { seq: 9, metrics: [{ alias: 1, value: 0.5 }] }), ['cpu'])
  assert.deepEqual(decode(NDEATH, { bdSeq: 3 }), [])
  assert.throws(() => decode(DDATA, DEVICE_DATA), { code: 'awaiting_birth' })
})

describe('births on disk', () => {
  test('past their bound, those kept longest ago go, and their data waits for the next birth', () => {
    const store = new MemoryStore()
    let nowMs = 1_000
    const decoding = new Decoding({ store, options: { maxBirthBytes: 2_000 }, now: () => nowMs++ })
    for (let n = 0; n < 200; n++) decoding.take(`spBv1.0/G/NBIRTH/N${n}`, NODE_BIRTH)
    assert.ok(store.bytes < 3_000, `${store.bytes} bytes are kept`)
    const data = { seq: 1, metrics: [{ alias: 1, value: 1.5 }] }
    assert.equal(decoding.take('spBv1.0/G/NDATA/N0', data), 'awaiting_birth')
    assert.deepEqual(fieldsOf(decoding.take('spBv1.0/G/NDATA/N199', data)), ['cpu=1.5'])
    const again = new Decoding({ store, options: { maxBirthBytes: 2_000 }, now: () => nowMs++ })
    again.take('spBv1.0/G/NBIRTH/N200', NODE_BIRTH)
    assert.deepEqual(fieldsOf(again.take('spBv1.0/G/NDATA/N199', data)), ['cpu=1.5'])
    assert.ok(store.bytes < 3_000, `${store.bytes} bytes are kept`)
  })

  test('ids too long for a key of the store are refused', () => {
    const decoding = new Decoding()
    assert.equal(decoding.take(`spBv1.0/G/NBIRTH/${'N'.repeat(2_000)}`, NODE_BIRTH), 'bad_name')
  })
})
