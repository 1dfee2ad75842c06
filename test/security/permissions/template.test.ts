import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Template, templateFault } from '../../../src/security/permissions/template.js'

const values =
  (record: Record<string, string>) =>
  (name: string): string | undefined =>
    record[name]

describe('a template', () => {
  test('is filled with values, as whole levels and as parts of them', () => {
    const template = new Template('factory/{site}/line-{line}/{device}.{cell}/+/#')
    const filled = template.fill(values({ site: 'ningbo', line: '7', device: 'imm', cell: 'a' }))
    assert.equal(filled, 'factory/ningbo/line-7/imm.a/+/#')
  })

  test('matches nothing when a value is missing, empty, or would reach beyond its level', () => {
    for (const value of [undefined, '', 'a/b', '/', '+', '#', 'a#', 'a+', 'a\0b']) {
      assert.equal(
        new Template('factory/{device}/#').fill(() => value),
        undefined,
        String(value),
      )
    }
  })

  test('does not lead to the broker’s own topics by the value at its start', () => {
    assert.equal(new Template('{clientId}/#').fill(values({ clientId: '$SYS' })), undefined)
    assert.equal(new Template('{a}{b}/#').fill(values({ a: '$', b: 'SYS' })), undefined)
    assert.equal(new Template('$SYS/{a}').fill(values({ a: 'uptime' })), '$SYS/uptime')
    assert.equal(new Template('x/{a}').fill(values({ a: '$SYS' })), 'x/$SYS')
  })

  test('that denies stands for any level where a value is missing or unfit', () => {
    const template = new Template('commands/{clientId}/line-{line}/#')
    assert.equal(template.fillWidely(values({ clientId: 'a/b', line: '' })), 'commands/+/+/#')
    assert.equal(template.fillWidely(values({ clientId: 'a', line: '7' })), 'commands/a/line-7/#')
  })
})

describe('the configuration', () => {
  test('is told of nothing where a template is one', () => {
    for (const text of [
      '#',
      '+',
      'a',
      'a/+/{device}/#',
      '{site}-{line}/x',
      '$SYS/#',
      'a//b',
      '/',
      '{x_1-y}',
    ]) {
      assert.equal(templateFault(text), undefined, text)
    }
  })

  test('is told what a template has that it may not have', () => {
    const faults: [string, RegExp][] = [
      ['', /empty/],
      ['a\0', /U\+0000/],
      ['a/#/b', /end/],
      ['a#', /mixes/],
      ['a/b+', /mixes/],
      ['{device}+/b', /mixes/],
      ['a/{device}#', /mixes/],
      ['##', /mixes/],
      ['a/{}', /braces/],
      ['a/{device', /braces/],
      ['a/device}', /braces/],
      ['a/{the device}', /braces/],
      ['a/{{device}}', /braces/],
      ['a/{1st}', /braces/],
      ['a/{de/vice}', /braces/],
    ]
    for (const [text, fault] of faults) assert.match(templateFault(text) ?? '', fault, text)
  })
})
