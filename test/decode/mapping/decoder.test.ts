import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { encode as encodeCbor } from 'cbor-x'
import { pack } from 'msgpackr'
import { ExpressionWorker } from '../../../src/decode/expression/index.js'
import { createDecoder } from '../../../src/decode/index.js'
import type { MappingConfig } from '../../../src/decode/mapping/index.js'
import { newDecoderContext } from '../../support/decoder-context.js'
import { fault, lines, mapped, mappingDecoder } from '../../support/mapped.js'
import { accepted, refused } from '../../support/points.js'

const MAPPING: MappingConfig = { at: 'values[*]', field: 'n', value: 'v', time: { from: '$.t', unit: 'ms' } }
const DOCUMENT = {
  t: 1700000000000,
  values: [
    { n: 'a', v: 1.5 },
    { n: 'b', v: true },
  ],
}
const POINTS = ['a=1.5 b=true@1700000000000000000']

describe('a document is mapped alike', () => {
  const json = Buffer.from(JSON.stringify(DOCUMENT))
  for (const [title, format, payload] of [
    ['as JSON', 'json', json],
    ['as CBOR', 'cbor', Buffer.from(encodeCbor(DOCUMENT))],
    ['as MessagePack', 'msgpack', Buffer.from(pack(DOCUMENT))],
    ['as JSON under gzip', 'json', gzipSync(json)],
    ['as JSON under zlib', 'json', deflateSync(json)],
    ['as CBOR under gzip', 'cbor', gzipSync(encodeCbor(DOCUMENT))],
  ] as const) {
    test(title, () => assert.deepEqual(lines(mapped(MAPPING, payload, { format })), POINTS))
  }

  test('with bytes as base64', () => {
    const payload = Buffer.from(encodeCbor({ raw: Buffer.from([1, 2, 255]) }))
    assert.deepEqual(mapped({ at: '' }, payload, { format: 'cbor' })[0]!.fields, [['raw', 'string', 'AQL/']])
  })
})

describe('plain JSON', () => {
  const text = Buffer.from('{"ts":1700000000000,"a":1.50}')

  test('is read compressed as it is read uncompressed', () => {
    const decoder = createDecoder('json', { timestampUnit: 'auto', fieldTypes: {} }, newDecoderContext())
    const [point] = accepted(decoder, text)
    assert.deepEqual(point!.fields, [['a', 'float', '1.50']])
    for (const payload of [gzipSync(text), deflateSync(text)]) {
      const [same] = accepted(decoder, payload)
      assert.equal(same!.time, point!.time)
      assert.deepEqual(same!.fields, [['a', 'float', '1.5']])
    }
  })

  test('is not inflated where the route says so, and only so far', () => {
    const options = { timestampUnit: 'auto', fieldTypes: {} } as const
    const none = createDecoder('json', { ...options, compression: 'none' }, newDecoderContext())
    assert.match(refused(none, gzipSync(text)), /not_utf8|malformed/)
    const bounded = createDecoder('json', { ...options, maxInflatedBytes: 1_024 }, newDecoderContext())
    assert.equal(refused(bounded, gzipSync(JSON.stringify({ a: 'x'.repeat(2_000) }))), 'too_large')
  })
})

describe('an expression', () => {
  const expressions = new ExpressionWorker()
  after(() => expressions.close())
  const context = { ...newDecoderContext(), expressions }

  test('makes another document, that the mapping reads', () => {
    const expression = '{ "t": t, "values": [values.{ "n": n & "2", "v": v }] }'
    const expected = ['a2=1.5 b2=true@1700000000000000000']
    assert.deepEqual(lines(mapped(MAPPING, DOCUMENT, { expression, context })), expected)
  })

  test('that makes nothing of a document leaves no record', () => {
    assert.equal(fault(MAPPING, DOCUMENT, { expression: 'missing', context }), 'no_records')
  })

  test('needs somebody who evaluates it', () => {
    assert.throws(() => mappingDecoder(MAPPING, { expression: '$' }), /needs a context that has expressions/)
  })
})
