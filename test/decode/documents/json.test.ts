import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Document, type DocumentObject, memberOf } from '../../../src/decode/documents/index.js'
import { document, fault } from '../../support/documents.js'

const json = (payload: string | Uint8Array) => document('json', payload)
const refused = (payload: string | Uint8Array) => fault('json', payload)

/** JSON without integers that JSON.parse rounds. */
const smallNumbers = fc.json().filter((text) => !/\d{16}|e\+/.test(text))

describe('a JSON document', () => {
  test('is what JSON.parse says, where that is exact', () => {
    fc.assert(
      fc.property(smallNumbers, (text) => {
        assert.deepEqual(json(text), JSON.parse(text))
      }),
      { seed: 5, numRuns: 500 },
    )
  })

  test('keeps integers beyond 2^53 as bigints', () => {
    assert.deepEqual(json('[9007199254740991,9007199254740992,-9007199254740993,18446744073709551616]'), [
      9007199254740991,
      9007199254740992n,
      -9007199254740993n,
      18446744073709551616n,
    ])
    assert.equal(json('9223372036854775807'), 9223372036854775807n)
  })

  test('has a double for a large number that is written with a point or an exponent', () => {
    assert.deepEqual(json('[9007199254740993.0,1e20]'), [9007199254740992, 1e20])
  })

  test('has integers of hundreds of digits, up to the range of a double', () => {
    const digits = `1${'0'.repeat(308)}`
    assert.equal(json(digits), 10n ** 308n)
    assert.equal(refused(`${digits}0`).code, 'out_of_range')
  })

  test('keeps every integer, whatever stands around it', () => {
    const integer = fc.bigInt(-(2n ** 70n), 2n ** 70n)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), integer), { minLength: 1 }), (members) => {
        const distinct = [...new Map(members)]
        const text = distinct.map(([key, value]) => `${JSON.stringify(key)} : ${value}`).join(',')
        const read = json(`{${text}}`) as DocumentObject
        for (const [key, value] of distinct) assert.equal(BigInt(memberOf(read, key) as bigint), value)
      }),
      { seed: 6, numRuns: 300 },
    )
  })

  test('has members called like those of every object', () => {
    const read = json(
      '{"__proto__":{"a":1},"constructor":2,"toString":3,"n":9007199254740993}',
    ) as DocumentObject
    assert.deepEqual(Object.keys(read), ['__proto__', 'constructor', 'toString', 'n'])
    assert.deepEqual(memberOf(read, '__proto__'), { a: 1 })
    assert.equal(memberOf(json('{}') as DocumentObject, 'constructor'), undefined)
    assert.equal(({} as Record<string, Document>).a, undefined)
  })

  test('refuses a key that stands twice, and says where', () => {
    const error = refused('{"a": {"b" : 1,\n "b":2}}')
    assert.equal(error.code, 'bad_name')
    assert.match(error.message, /key "b" stands twice in one object at character 18 \(line 2, column 2\)/)
    assert.deepEqual(error.path, ['a', 'b'])
  })

  test('sees a key that stands twice, however it is written, and texts that look like keys', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a" \n:1,"\\u0061"\t:2}',
      '{"x":"\\":","a":1,"a":2}',
      '[{"a":1},{"a":1,"a":1}]',
    ])
      assert.equal(refused(text).code, 'bad_name', text)
    for (const text of ['{"a":": \\":","b":"\\" : "}', '{"time":"10:20:30","b":" : "}'])
      assert.deepEqual(json(text), JSON.parse(text))
  })

  test('says at which line and column it is broken', () => {
    const error = refused('{\r\n  "a": 1,\n  b: 2\n}')
    assert.equal(error.code, 'malformed')
    assert.match(error.message, /key expected at character 16, found "b" \(line 3, column 3\)/)
    assert.match(refused('{"a":1').message, /found the end \(line 1, column 7\)/)
  })

  test('says which number is beyond a double', () => {
    const error = refused('{"a":[1,{"b":1e400}]}')
    assert.equal(error.code, 'out_of_range')
    assert.deepEqual(error.path, ['a', 1, 'b'])
    assert.match(error.message, /1e400 .* at character 14/)
  })

  test('ends where it ends', () => {
    assert.match(refused('{"a":1} x').message, /text after the value/)
    assert.equal(refused('').code, 'malformed')
  })

  test('has at most 32 levels', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    assert.ok(json(nested(32)))
    assert.equal(refused(nested(33)).code, 'too_deep')
    assert.equal(refused(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`).code, 'too_deep')
  })

  test('has no halves of surrogate pairs', () => {
    assert.deepEqual(json('{"a":"\\ud83d","b":"\\ud83d\\ude00"}'), { a: '\ufffd', b: '😀' })
  })

  test('is UTF-8', () => {
    assert.equal(refused(Buffer.from('{"a":"\xff"}', 'latin1')).code, 'not_utf8')
    assert.equal(json('"\ufffd"'), '\ufffd')
  })
})
