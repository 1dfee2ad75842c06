import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { encode } from 'cbor-x'
import type { Compression } from '../../../src/decode/documents/index.js'
import { bytes, document, fault } from '../../support/documents.js'

const TEXT = '{"temperature":213.4}'
const VALUE = { temperature: 213.4 }

function options(compression: Compression, maxInflatedBytes = 1_000) {
  return { compression, maxInflatedBytes }
}

describe('a compressed payload', () => {
  test('is known by its first bytes', () => {
    assert.deepEqual(document('json', gzipSync(TEXT), options('auto')), VALUE)
    for (const level of [1, 5, 6, 9])
      assert.deepEqual(document('json', deflateSync(TEXT, { level }), options('auto')), VALUE)
    assert.deepEqual(document('cbor', gzipSync(encode(VALUE)), options('auto')), VALUE)
  })

  test('may be called what it is', () => {
    assert.deepEqual(document('json', gzipSync(TEXT), options('gzip')), VALUE)
    assert.deepEqual(document('cbor', deflateSync(encode(VALUE)), options('zlib')), VALUE)
    assert.equal(fault('json', gzipSync(TEXT), options('zlib')).code, 'malformed')
    assert.equal(fault('json', TEXT, options('gzip')).code, 'malformed')
    assert.equal(fault('json', '', options('gzip')).code, 'malformed')
    assert.equal(fault('json', deflateRawSync(TEXT), options('zlib')).code, 'malformed')
  })

  test('is not looked for where the route says none', () => {
    assert.equal(fault('json', gzipSync(TEXT), options('none')).code, 'not_utf8')
  })

  test('may begin like a CBOR text, which is not taken for zlib', () => {
    const text = `78 5e ${'61'.repeat(0x5e)}`
    assert.equal(document('cbor', bytes(text), options('auto')), 'a'.repeat(0x5e))
  })

  test('may be of several gzip members', () => {
    const halves = Buffer.concat([gzipSync(TEXT.slice(0, 7)), gzipSync(TEXT.slice(7))])
    assert.deepEqual(document('json', halves, options('auto')), VALUE)
  })

  test('is inflated up to its limit and no further', () => {
    for (const pack of [gzipSync, deflateSync]) {
      assert.equal(document('json', pack(`"${'x'.repeat(998)}"`), options('auto')), 'x'.repeat(998))
      const error = fault('json', pack(`"${'x'.repeat(999)}"`), options('auto'))
      assert.equal(error.code, 'too_large')
      assert.match(error.message, /more than 1000 bytes/)
    }
    assert.equal(fault('json', gzipSync(Buffer.alloc(50_000_000)), options('auto')).code, 'too_large')
  })

  test('that is cut off, changed or followed by other bytes is malformed', () => {
    for (const pack of [gzipSync, deflateSync]) {
      const whole = pack(TEXT)
      for (let end = 2; end < whole.length; end++)
        assert.equal(fault('json', whole.subarray(0, end), options('auto')).code, 'malformed')
      assert.equal(fault('json', Buffer.concat([whole, Buffer.from([0])]), options('auto')).code, 'malformed')
      const changed = Buffer.from(whole)
      changed[changed.length - 2]! ^= 1
      assert.equal(fault('json', changed, options('auto')).code, 'malformed')
    }
  })
})
