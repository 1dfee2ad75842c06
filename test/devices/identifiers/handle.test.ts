import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addressOf } from '../../../src/devices/identifiers/allowed-addresses.js'
import { identifierFault, isUnder, parseIdentifier } from '../../../src/devices/identifiers/handle.js'

const GOOD = {
  'a Handle of the national system': '88.608.8889/87654321',
  'a Handle with a slash in its suffix': '88.608.8889/lot/7',
  'a Handle with Chinese and spaces in its suffix': '88.608.8889/批次 7',
  'a Handle of another system': '20.500.12357/BIG-ID',
  'a Handle with letters in its prefix': '20.Plant_1.a-b/x',
  'a Handle of 255 characters': `88.608.8889/${'x'.repeat(243)}`,
  'a Handle of 255 characters of four bytes each': `88.608.8889/${'𠮷'.repeat(243)}`,
  'a Handle that is all dots': '88.1.2/..',
  'an OID': '1.2.156.3001.1',
  'a DID': 'did:bid:efJgt44mNDewKK1VEN454R17cjso3mSG',
  'a DID with a port': 'did:web:example.com%3A3000:user',
}

const BAD = {
  nothing: '',
  'a suffix without a prefix': '/87654321',
  'a prefix without a suffix': '88.608.8889/',
  'a prefix alone': '88.608.8889.x',
  'a prefix of the national system with two parts': '88.608/87654321',
  'a prefix of the national system with four parts': '88.608.8889.1/87654321',
  'an empty part of a prefix': '88..8889/1',
  'a prefix that begins with a dot': '.88.608/1',
  'a space in a prefix': '88.608.88 89/1',
  'a percent sign in a prefix': '88%2E608.8889/1',
  'an @ in a prefix': 'user@88.608.8889/1',
  'a space at the end': '88.608.8889/1 ',
  'a line end': '88.608.8889/1\n2',
  'the character NUL': '88.608.8889/\0',
  'a mark without width': '88.608.8889/1\u200b',
  'half a character': '88.608.8889/\ud842',
  '256 characters': `88.608.8889/${'x'.repeat(244)}`,
  'an OID with a leading zero': '1.2.0156',
  'an OID that begins with 3': '3.1',
  'a DID without a method': 'did::x',
  'a DID with an upper-case method': 'did:BID:x',
  'a DID that ends with a colon': 'did:bid:x:',
  words: 'machine 7',
}

describe('identifiers', () => {
  for (const [name, text] of Object.entries(GOOD)) {
    test(`${name} is one`, () => {
      assert.equal(identifierFault(text), undefined)
      assert.equal(parseIdentifier(text)?.text, text)
    })
  }

  for (const [name, text] of Object.entries(BAD)) {
    test(`${name} is none`, () => {
      assert.match(identifierFault(text) ?? '', /^(is|has|begins) /)
      assert.equal(parseIdentifier(text), undefined)
    })
  }

  test('have a form', () => {
    const forms = Object.values(GOOD).map((text) => parseIdentifier(text)?.form)
    assert.deepEqual(forms, [...Array(8).fill('handle'), 'oid', 'did', 'did'])
  })

  test('are the same whatever the case of their prefix, and not that of their suffix', () => {
    const key = (text: string) => parseIdentifier(text)?.key
    assert.equal(key('20.Plant.A/Lot-7'), key('20.plant.a/Lot-7'))
    assert.notEqual(key('20.plant.a/Lot-7'), key('20.plant.a/lot-7'))
    assert.notEqual(key('did:bid:abc'), key('did:bid:ABC'))
  })

  test('are under a prefix part by part', () => {
    assert.ok(isUnder('88.608.8889', '88.608'))
    assert.ok(isUnder('20.PLANT', '20.plant'))
    assert.ok(!isUnder('88.6081.1', '88.608'))
    assert.ok(!isUnder('88.608', '88.608.8889'))
  })
})

describe('the address of a resolver', () => {
  const at = (text: string, url = 'http://10.0.0.6:8080') => addressOf(url, parseIdentifier(text)!).href

  test('has the handle in its path', () => {
    assert.equal(at('88.608.8889/87654321'), 'http://10.0.0.6:8080/api/handles/88.608.8889/87654321')
    assert.equal(
      at('88.608.8889/批次 7?a#b', 'https://x.example/linegate/'),
      'https://x.example/linegate/api/handles/88.608.8889/%E6%89%B9%E6%AC%A1%207%3Fa%23b',
    )
  })

  for (const suffix of [
    '..',
    '.',
    '../../admin',
    '..\\..\\admin',
    '%2e%2e/%2e%2e',
    '@10.0.0.1/',
    '//10.0.0.1',
  ]) {
    test(`stays where it is for the suffix ${suffix}`, () => {
      const { origin, pathname } = new URL(at(`88.608.8889/${suffix}`))
      assert.equal(origin, 'http://10.0.0.6:8080')
      const [, api, handles, ...rest] = pathname.split('/')
      assert.deepEqual([api, handles], ['api', 'handles'])
      assert.equal(decodeURIComponent(rest.join('/')), `88.608.8889/${suffix}`)
    })
  }

  test('stays where it is for every suffix, and says which', () => {
    const suffix = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(suffix, (text) => {
        const identifier = parseIdentifier(`88.608.8889/${text}`)
        if (identifier === undefined) return
        const { href, pathname } = addressOf('http://gateway.example/a', identifier)
        assert.ok(href.startsWith('http://gateway.example/a/api/handles/88.608.8889'))
        assert.equal(decodeURIComponent(pathname.slice('/a/api/handles/'.length)), identifier.text)
      }),
      { numRuns: 2_000 },
    )
  })
})
