import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { bytes, integer } from '../../support/protobuf.js'
import { Decoding, type DecodingParts, fieldsOf } from '../../support/sparkplug-decoding.js'
import { payloadOf, type TestMetric } from '../../support/sparkplug-messages.js'

const NDATA = 'spBv1.0/G/NDATA/N'

function born(options: DecodingParts['options'] = {}): Decoding {
  const decoding = new Decoding({ options })
  const metrics = ['a', 'b', 'c'].map((name, i): TestMetric => ({ name, alias: i, type: 'Int64', value: 0 }))
  decoding.take('spBv1.0/G/NBIRTH/N', { timestamp: 1, seq: 0, bdSeq: 0, metrics })
  return decoding
}

describe('points', () => {
  test('metrics of one time are fields of one point, in their order', () => {
    const taken = born().take(NDATA, {
      timestamp: 9,
      metrics: [
        { name: 'a', timestamp: 1_000, value: 1 },
        { name: 'b', timestamp: 2_000, value: 2 },
        { name: 'c', timestamp: 1_000, value: 3 },
      ],
    })
    assert.deepEqual(fieldsOf(taken), ['a=1 c=3', 'b=2'])
    assert.deepEqual(typeof taken !== 'string' && taken.map(({ time }) => time), ['1000000000', '2000000000'])
  })

  test('metrics without a time have that of the message, and without that none', () => {
    const decoding = born()
    const metrics = [{ name: 'a', value: 1 }]
    const timed = decoding.take(NDATA, { timestamp: 5_000, metrics })
    const untimed = decoding.take(NDATA, { metrics })
    assert.deepEqual(
      [timed, untimed].map((taken) => typeof taken !== 'string' && taken[0]!.time),
      ['5000000000', ''],
    )
  })

  test('a name that comes again begins another point of the same time', () => {
    const metrics = [1, 2, 3].map((value) => ({ name: 'a', timestamp: 1_000, value }))
    const taken = born().take(NDATA, { metrics: [...metrics, { name: 'b', timestamp: 1_000, value: 4 }] })
    assert.deepEqual(fieldsOf(taken), ['a=1', 'a=2', 'a=3 b=4'])
  })

  test('historical metrics are points of their own, and marked', () => {
    const decoding = born()
    const taken = decoding.take(NDATA, {
      metrics: [
        { name: 'a', timestamp: 1_000, value: 1 },
        { name: 'b', timestamp: 1_000, value: 2, historical: true },
        { name: 'c', timestamp: 1_000, value: 3 },
      ],
    })
    assert.deepEqual(fieldsOf(taken), ['a=1 c=3', 'b=2'])
    assert.deepEqual(decoding.batch.historical.slice(0, 2), [false, true])
  })

  test('a metric that is null is no field, and a message of nulls has no points', () => {
    const decoding = born()
    const metrics: TestMetric[] = [
      { name: 'a', value: null },
      { name: 'b', value: 2 },
    ]
    assert.deepEqual(fieldsOf(decoding.take(NDATA, { metrics })), ['b=2'])
    assert.deepEqual(decoding.take(NDATA, { metrics: metrics.slice(0, 1) }), [])
  })

  test('bdSeq, Node Control and Device Control are no fields', () => {
    const names = ['bdSeq', 'Node Control/Rebirth', 'Device Control/Reboot']
    const metrics = names.map((name): TestMetric => ({ name, type: 'Int64', value: 1 }))
    assert.deepEqual(born().take(NDATA, { metrics }), [])
  })
})

describe('the property Quality', () => {
  const metrics: readonly TestMetric[] = [
    { name: 'a', timestamp: 1_000, value: 1, quality: 192 },
    { name: 'b', timestamp: 1_000, value: 2, quality: 0 },
    { name: 'c', timestamp: 1_000, value: 3, quality: 500 },
  ]

  test('that is bad or stale leaves the value out by default, under its reason', () => {
    const decoding = born()
    assert.deepEqual(fieldsOf(decoding.take(NDATA, { metrics })), ['a=1', 'b=2 c=3'])
    assert.deepEqual(decoding.batch.judgements.slice(0, 2), [
      'keep',
      { kind: 'filter', reason: 'bad_quality' },
    ])
  })

  test('can make dead letters that say which metric it is', () => {
    const decoding = born({ badQuality: 'dead-letter' })
    assert.deepEqual(fieldsOf(decoding.take(NDATA, { metrics })), ['a=1', 'b=2 c=3'])
    assert.deepEqual(decoding.batch.judgements[1], {
      kind: 'refuse',
      reason: 'bad_quality',
      message: 'metric b has quality 0',
    })
  })

  test('can be passed over', () => {
    assert.deepEqual(fieldsOf(born({ badQuality: 'keep' }).take(NDATA, { metrics })), ['a=1 b=2 c=3'])
  })
})

describe('compressed payloads', () => {
  const inner = payloadOf({ timestamp: 1_000, seq: 1, metrics: [{ name: 'a', value: 7 }] })

  for (const [name, compress] of Object.entries({ gzip: gzipSync, deflate: deflateSync })) {
    test(`of ${name} are read as what they hold`, () => {
      const outer = Buffer.concat([bytes(4, 'SPBV1.0_COMPRESSED'), bytes(5, compress(inner))])
      assert.deepEqual(fieldsOf(born().take(NDATA, outer)), ['a=7'])
    })
  }

  test('that cannot be read, or are far larger than they seem, are refused', () => {
    const mark = bytes(4, 'SPBV1.0_COMPRESSED')
    assert.equal(born().take(NDATA, Buffer.concat([mark, bytes(5, Buffer.from('nothing'))])), 'malformed')
    const bomb = gzipSync(Buffer.alloc(64 * 1_048_576))
    assert.equal(born().take(NDATA, Buffer.concat([mark, bytes(5, bomb)])), 'too_large')
  })
})

test('a payload that is no protobuf is malformed, whatever its type, and changes nothing', () => {
  const decoding = born()
  decoding.events()
  const junk = Buffer.concat([integer(1, 5), Buffer.from([0xff, 0xff])])
  for (const topic of ['NBIRTH/N', 'DBIRTH/N/D', 'NDATA/N', 'DDATA/N/D', 'NDEATH/N', 'DDEATH/N/D'])
    assert.equal(decoding.take(`spBv1.0/G/${topic}`, junk), 'malformed', topic)
  assert.deepEqual(decoding.events(), [])
  assert.deepEqual(fieldsOf(decoding.take(NDATA, { seq: 1, metrics: [{ alias: 0, value: 7 }] })), ['a=7'])
})
