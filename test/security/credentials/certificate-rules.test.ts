import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { describe, it } from 'node:test'
import { CertificateRules } from '../../../src/security/credentials/certificate-rules.js'
import { placeFault, placeOf, placeText } from '../../../src/security/credentials/place.js'

const LEVELS = ['site', 'area', 'line', 'device'] as const

function reading(pattern: string, commonName: string) {
  const rules = new CertificateRules([{ from: 'commonName', pattern, profile: 'device' }])
  return rules.read({ commonName, subject: '', alternativeNames: [], fingerprint: '', serialNumber: '' })
}

function word(characters: string): string {
  return Array.from({ length: 1 + randomInt(6) }, () => characters[randomInt(characters.length)]).join('')
}

describe('a rule for certificates', () => {
  it('reads back what was put in the place of its placeholders', () => {
    for (let i = 0; i < 500; i++) {
      const between = Array.from({ length: 5 }, () => word('.:|()[]*^$?\\-'))
      const values = Object.fromEntries(LEVELS.map((level) => [level, word('abc0 _注塑é')]))
      const fill = (part: (level: (typeof LEVELS)[number]) => string) =>
        LEVELS.map((level, at) => between[at] + part(level)).join('') + between[4]
      const pattern = fill((level) => `{${level}}`)
      const name = fill((level) => values[level]!)
      assert.deepEqual(reading(pattern, name)?.place, values, `${pattern} of ${name}`)
      assert.equal(reading(pattern, `x${name}`), undefined)
      assert.equal(reading(pattern, `${name}x`), undefined)
    }
  })

  it('takes a placeholder that stands twice for the same twice', () => {
    assert.equal(reading('{device}-{device}', 'a-b'), undefined)
    assert.equal(reading('{device}-{device}', 'a-a')?.place?.device, 'a')
  })

  it('without placeholders is for one name, which is no device', () => {
    assert.deepEqual(reading('scada', 'scada'), { profile: 'device', place: undefined, attributes: {} })
    assert.equal(reading('scada', 'scadaX'), undefined)
    assert.equal(reading('sc.da', 'scada'), undefined, 'a dot is a dot')
  })
})

describe('a place', () => {
  it('is read as it is written', () => {
    for (const text of ['a', 'a/b', 'a/b/c/d', 'a///d', '/b', '///d', '宁波/注塑/一线/imm 01']) {
      assert.equal(placeFault(text), undefined, text)
      assert.equal(placeText(placeOf(text)), text)
    }
    for (const text of ['', '/', '///', 'a/b/c/d/e', 'a/+', '#']) assert.ok(placeFault(text), text)
  })
})
