import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Encoder } from 'cbor-x'
import fc from 'fast-check'
import { DocumentReader } from '../../../src/decode/documents/index.js'
import { bytes, document, fault, PLAIN } from '../../support/documents.js'
import { documents } from '../../support/random-documents.js'

const encoder = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false })
const cbor = (hex: string) => document('cbor', bytes(hex))
const refused = (hex: string) => fault('cbor', bytes(hex))

describe('a CBOR document', () => {
  test('is what another implementation wrote', () => {
    const reader = new DocumentReader('cbor', PLAIN)
    fc.assert(
      fc.property(documents, (value) => {
        assert.deepEqual(reader.read(encoder.encode(value)), value)
      }),
      { seed: 7, numRuns: 1_000 },
    )
  })

  // RFC 8949, appendix A.
  const examples: readonly (readonly [hex: string, value: unknown])[] = [
    ['00', 0],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1000000],
    ['1b000000e8d4a51000', 1000000000000],
    ['1bffffffffffffffff', 18446744073709551615n],
    ['c249010000000000000000', 18446744073709551616n],
    ['3bffffffffffffffff', -18446744073709551616n],
    ['c349010000000000000000', -18446744073709551617n],
    ['20', -1],
    ['3903e7', -1000],
    ['f90000', 0],
    ['f93c00', 1],
    ['fb3ff199999999999a', 1.1],
    ['f93e00', 1.5],
    ['f97bff', 65504],
    ['fa47c35000', 100000],
    ['fb7e37e43c8800759c', 1e300],
    ['f90001', 6e-8],
    ['f90400', 0.00006104],
    ['f9c400', -4],
    ['fbc010666666666666', -4.1],
    ['f97e00', null],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', null],
    ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
    ['c11a514b67b0', '2013-03-21T20:04:00Z'],
    ['c1fb41d452d9ec200000', '2013-03-21T20:04:00.5Z'],
    ['d74401020304', new Uint8Array([1, 2, 3, 4])],
    ['d818456449455446', new Uint8Array([0x64, 0x49, 0x45, 0x54, 0x46])],
    ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', 'http://www.example.com'],
    ['40', new Uint8Array()],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['64f0908591', '𐅑'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a0', {}],
    ['a201020304', { 1: 2, 3: 4 }],
    ['826161a161626163', ['a', { b: 'c' }]],
    ['5f42010243030405ff', new Uint8Array([1, 2, 3, 4, 5])],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9fff', []],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
    ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
    ['d9d9f7a1616101', { a: 1 }],
    ['c48221196ab3', 273.15],
    ['c5822003', 1.5],
  ]
  for (const [hex, value] of examples) {
    test(`${hex} is ${typeof value === 'bigint' ? value : JSON.stringify(value)}`, () => {
      assert.deepEqual(cbor(hex), value)
    })
  }

  test('has the decimal that a single-precision float was made of', () => {
    assert.deepEqual(
      cbor('84 fa3dcccccd fac2c80000 fa46d4f3e7 fa7f7fffff'),
      [0.1, -100, 27257.951, 3.4028235e38],
    )
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (single) => {
        const encoded = Buffer.alloc(5, 0xfa)
        encoded.writeFloatBE(single, 1)
        const read = document('cbor', encoded) as number
        assert.equal(Math.fround(read), single)
        assert.ok(String(read).length <= String(single).length)
      }),
      { seed: 8, numRuns: 2_000 },
    )
  })

  test('has the decimal that a half-precision float was made of', () => {
    assert.deepEqual(cbor('84 f92e66 f957d8 f9bc01 f98001'), [0.1, 125.5, -1.001, -6e-8])
  })

  test('has texts for keys of other kinds', () => {
    assert.deepEqual(cbor('a4 f5 01 fb3ff8000000000000 02 42 0102 03 1b0020000000000001 04'), {
      true: 1,
      1.5: 2,
      'AQI=': 3,
      '9007199254740993': 4,
    })
    assert.equal(refused('a1 80 01').code, 'bad_name')
    assert.equal(refused('a1 f6 01').code, 'bad_name')
  })

  test('has a member called __proto__ like any other', () => {
    const read = cbor('a1 69 5f5f70726f746f5f5f 01') as object
    assert.deepEqual(Object.entries(read), [['__proto__', 1]])
    assert.equal(Object.getPrototypeOf(read), Object.prototype)
  })

  test('refuses a key that stands twice', () => {
    const error = refused('a1 6161 a2 6162 01 6162 02')
    assert.equal(error.code, 'bad_name')
    assert.match(error.message, /key "b" stands twice in one map at byte 8/)
    assert.equal(refused('a2 01 01 6131 02').code, 'bad_name')
  })

  test('has bytes of its own', () => {
    const payload = bytes('42 0102')
    const read = document('cbor', payload)
    payload.fill(9)
    assert.deepEqual(read, new Uint8Array([1, 2]))
    assert.equal((read as Uint8Array).buffer.byteLength, 2)
  })

  test('says where it is broken', () => {
    assert.match(refused('a1 6161 19 01').message, /2 more bytes expected, found only 1 at byte 5/)
    assert.deepEqual(refused('a1 6161 82 01 19 01').path, ['a', 1])
    assert.equal(refused('82').path, undefined)
    assert.deepEqual(refused('a1 6161 82 01 fa7f800000').path, ['a', 1])
  })

  const broken: Readonly<Record<string, string>> = {
    'no bytes': '',
    'bytes after the document': '01 02',
    'a break without a beginning': 'ff',
    'a break inside an array of definite length': '82 01 ff',
    'a map that ends after a key': 'bf 6161 ff',
    'reserved additional information': '1c',
    'an integer of indefinite length': '1f',
    'a chunk of another kind': '7f 41 61 ff',
    'a chunk of indefinite length': '5f 5f 41 61 ff ff',
    'a simple value without a meaning': 'e0',
    'a time that is a text of another kind': 'c0 01',
    'a bignum that is no byte string': 'c2 01',
    'a decimal fraction of one number': 'c4 81 01',
    'an array that announces 2^64 - 1 elements': '9bffffffffffffffff',
    'an array that announces 2^32 - 1 elements': '9affffffff 00',
    'a map that announces 2^30 members': 'ba40000000 00 00',
    'a text that announces 2^62 bytes': '7b4000000000000000 61',
    'a byte string that announces 2^31 bytes': '5a80000000',
  }
  for (const [what, hex] of Object.entries(broken)) {
    test(`refuses ${what}`, () => assert.equal(refused(hex).code, 'malformed'))
  }

  test('refuses numbers that cannot be stored, and texts that are none', () => {
    for (const hex of [
      'f97c00',
      'faff800000',
      'fb7ff0000000000000',
      'c1fb7e37e43c8800759c',
      'c4821a00ffffff01',
    ])
      assert.equal(refused(hex).code, 'out_of_range', hex)
    assert.equal(refused(`c2 5881 ${'ff'.repeat(129)}`).code, 'out_of_range')
    assert.equal(refused('61ff').code, 'not_utf8')
    assert.equal(refused('a1 61ff 01').code, 'not_utf8')
  })

  test('has at most 32 levels, tags included', () => {
    assert.ok(cbor(`${'81'.repeat(32)}01`))
    for (const level of ['81', '9f', 'a1 61 61', 'bf 61 61', 'c6']) {
      assert.equal(refused(`${level.repeat(33)}01`).code, 'too_deep')
      assert.equal(refused(level.repeat(100_000)).code, 'too_deep')
    }
  })
})
