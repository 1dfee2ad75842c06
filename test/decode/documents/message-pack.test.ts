import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FLOAT32_OPTIONS, Packr } from 'msgpackr'
import { DocumentReader } from '../../../src/decode/documents/index.js'
import { bytes, document, fault, PLAIN } from '../../support/documents.js'
import { documents } from '../../support/random-documents.js'

const packer = new Packr({ useRecords: false, mapsAsObjects: true })
const singlePacker = new Packr({ useRecords: false, useFloat32: FLOAT32_OPTIONS.ALWAYS })
const msgpack = (hex: string) => document('msgpack', bytes(hex))
const refused = (hex: string) => fault('msgpack', bytes(hex))

describe('a MessagePack document', () => {
  test('is what another implementation wrote', () => {
    const reader = new DocumentReader('msgpack', PLAIN)
    fc.assert(
      fc.property(documents, (value) => {
        assert.deepEqual(reader.read(packer.pack(value)), value)
      }),
      { seed: 9, numRuns: 1_000 },
    )
  })

  const examples: readonly (readonly [hex: string, value: unknown])[] = [
    ['00', 0],
    ['7f', 127],
    ['ff', -1],
    ['e0', -32],
    ['cc 80', 128],
    ['cd 0100', 256],
    ['ce 00010000', 65536],
    ['cf ffffffffffffffff', 18446744073709551615n],
    ['cf 001fffffffffffff', 9007199254740991],
    ['d0 80', -128],
    ['d1 8000', -32768],
    ['d2 80000000', -2147483648],
    ['d3 8000000000000000', -9223372036854775808n],
    ['d3 ffffffffffffffff', -1],
    ['ca 3dcccccd', 0.1],
    ['cb 3fb999999999999a', 0.1],
    ['ca 7fc00000', null],
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['a1 61', 'a'],
    ['d9 01 61', 'a'],
    ['da 0001 61', 'a'],
    ['db 00000001 61', 'a'],
    ['c4 01 ff', new Uint8Array([255])],
    ['c5 0001 ff', new Uint8Array([255])],
    ['c6 00000001 ff', new Uint8Array([255])],
    ['dc 0001 c0', [null]],
    ['dd 00000001 c0', [null]],
    ['de 0001 a161 01', { a: 1 }],
    ['df 00000001 d90161 01', { a: 1 }],
    ['82 01 02 c3 03', { 1: 2, true: 3 }],
    ['d4 05 ff', new Uint8Array([255])],
    ['c7 02 05 0102', new Uint8Array([1, 2])],
    ['d6 ff 00000000', '1970-01-01T00:00:00Z'],
    ['d7 ff 773594006553f100', '2023-11-14T22:13:20.5Z'],
    ['c7 0c ff 00000001 000000006553f100', '2023-11-14T22:13:20.000000001Z'],
    ['c7 0c ff 3b9ac9ff ffffffffffffffff', '1969-12-31T23:59:59.999999999Z'],
  ]
  for (const [hex, value] of examples) {
    test(`${hex} is ${typeof value === 'bigint' ? value : JSON.stringify(value)}`, () => {
      assert.deepEqual(msgpack(hex), value)
    })
  }

  test('has the decimal that a single-precision float was made of', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9_999_999, max: 9_999_999 }),
        fc.integer({ min: 0, max: 5 }),
        (digits, places) => {
          const value = Number((digits / 10 ** places).toPrecision(6))
          assert.deepEqual(document('msgpack', singlePacker.pack([value])), [value === 0 ? 0 : value])
        },
      ),
      { seed: 10, numRuns: 1_000 },
    )
  })

  test('has dates as texts', () => {
    const at = new Date('2024-02-29T12:00:00.123Z')
    assert.deepEqual(document('msgpack', packer.pack({ at })), { at: '2024-02-29T12:00:00.123Z' })
  })

  test('refuses a key that stands twice', () => {
    assert.match(refused('82 a161 01 a161 02').message, /key "a" stands twice in one map at byte 5/)
  })

  test('names the value that is at fault', () => {
    const error = refused('81 a161 92 01 ca7f800000')
    assert.equal(error.code, 'out_of_range')
    assert.deepEqual(error.path, ['a', 1])
  })

  const broken: Readonly<Record<string, string>> = {
    'no bytes': '',
    'bytes after the document': '01 02',
    'the byte that has no meaning': 'c1',
    'an array that announces 2^32 - 1 elements': 'dd ffffffff 00',
    'a map that announces 2^31 members': 'df 80000000 00 00',
    'a text that announces 2^32 - 1 bytes': 'db ffffffff 61',
    'bytes that announce 2^32 - 1': 'c6 ffffffff 61',
    'an extension that announces 2^32 - 1 bytes': 'c9 ffffffff 05 61',
    'a timestamp of 2 bytes': 'd5 ff 0000',
    'a timestamp of 10^9 nanoseconds': 'd7 ff ee6b280000000000',
    'a map that ends after a key': '81 a161',
  }
  for (const [what, hex] of Object.entries(broken)) {
    test(`refuses ${what}`, () => assert.equal(refused(hex).code, 'malformed'))
  }

  test('refuses what cannot be stored, and texts that are none', () => {
    assert.equal(refused('ca ff800000').code, 'out_of_range')
    assert.equal(refused('c7 0c ff 00000000 7fffffffffffffff').code, 'out_of_range')
    assert.equal(refused('a1 ff').code, 'not_utf8')
    assert.equal(refused('81 90 01').code, 'bad_name')
  })

  test('has at most 32 levels', () => {
    assert.ok(msgpack(`${'91'.repeat(32)}01`))
    for (const level of ['91', '81 a1 61', 'dc 0001']) {
      assert.equal(refused(`${level.repeat(33)}01`).code, 'too_deep')
      assert.equal(refused(level.repeat(100_000)).code, 'too_deep')
    }
  })
})
