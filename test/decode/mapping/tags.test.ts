import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MappingConfig } from '../../../src/decode/mapping/index.js'
import { compileMapping, MappingInvalidError } from '../../../src/decode/mapping/index.js'
import { decodeWith, fault, mapped, mappingDecoder } from '../../support/mapped.js'

const ALL: MappingConfig = { at: 'fields', tags: { '*': '^.tags' } }

/** name=value of the tags of the first point. */
function tagsOf(mapping: MappingConfig, payload: unknown): string[] {
  return mapped(mapping, payload)[0]!.tags.map(({ name, value }) => `${name}=${value}`)
}

function withTags(tags: unknown) {
  return { fields: { a: 1 }, tags }
}

test('tags of a message that fails are not those of the next', () => {
  const decoder = mappingDecoder({ tags: { x: 'a', y: 'b' } })
  const read = (a: string, b: unknown) => decodeWith(decoder, { a, b, v: 1 })[0]!.tags
  assert.deepEqual(read('1', '2'), [
    { name: 'x', value: '1' },
    { name: 'y', value: '2' },
  ])
  assert.throws(() => read('3', {}), /tag y is no text/)
  assert.deepEqual(read('3', '2'), [
    { name: 'x', value: '3' },
    { name: 'y', value: '2' },
  ])
})

describe('the members of an object', () => {
  test('become tags, if they are texts, numbers or booleans', () => {
    const tags = { host: 'h', slot: 3, on: true, none: null, empty: '', list: ['x'], part: { of: 'it' } }
    assert.deepEqual(tagsOf(ALL, withTags(tags)), ['host=h', 'slot=3', 'on=true'])
  })

  test('give way to tags that are named one by one', () => {
    const mapping: MappingConfig = { at: 'fields', tags: { '*': '^.tags', host: '=mine', cpu: '^.none' } }
    assert.deepEqual(tagsOf(mapping, withTags({ host: 'h', cpu: 'c', x: 'y' })), ['host=mine', 'x=y'])
  })

  test('that are called like a level get another name, that no other has', () => {
    const tags = { site: 's', device: 'd', device_: 'e', line: 'l' }
    assert.deepEqual(tagsOf(ALL, withTags(tags)), ['site_=s', 'device__=d', 'device_=e', 'line_=l'])
  })

  test('are no fields, where the record has them', () => {
    const points = mapped({ at: '', tags: { '*': 'tags' } }, { tags: { x: 'y' }, a: 1 })
    assert.deepEqual(points[0]!.fields, [['a', 'float', '1']])
    assert.deepEqual(points[0]!.tags, [{ name: 'x', value: 'y' }])
  })

  test('need not be there; of several objects, the first counts', () => {
    assert.deepEqual(tagsOf(ALL, withTags(null)), [])
    const mapping: MappingConfig = { at: 'fields', tags: { '*': { from: ['^.none', '^.tags'] } } }
    assert.deepEqual(tagsOf(mapping, withTags({ x: 'y' })), ['x=y'])
  })

  test('tell points apart by their names and their values', () => {
    const decoder = mappingDecoder({ at: '[*].f', tags: { '*': '^.g' }, time: { from: '^.t' } })
    const record = (g: object, f: object) => ({ g, f, t: 1700000000 })
    const document = [
      record({ x: '1' }, { a: 1 }),
      record({ y: '1' }, { a: 2 }),
      record({ x: '1', y: '1' }, { a: 3 }),
      record({ x: '11' }, { a: 4 }),
      record({ x: '1' }, { b: 5 }),
      record({}, { c: 6 }),
    ]
    for (let round = 0; round < 2; round++) {
      const points = decodeWith(decoder, document)
      assert.deepEqual(
        points.map(({ tags, fields }) => [...tags.map(({ name, value }) => name + value), fields.length]),
        [['x1', 2], ['y1', 1], ['x1', 'y1', 1], ['x11', 1], [1]],
      )
    }
  })

  test('that are none, or have no name, are a fault with its place', () => {
    assert.equal(fault(ALL, withTags('text')), 'bad_type tags')
    assert.equal(fault(ALL, withTags(['x'])), 'bad_type tags')
    assert.equal(fault(ALL, withTags({ '': 'x' })), 'bad_name tags')
  })

  test('cannot be made of a text', () => {
    for (const pick of ['{tags}', { const: 'x' }, { from: 'tags', match: '.' }]) {
      const compile = () => compileMapping({ tags: { '*': pick } }, { fieldTypes: {}, timestampUnit: 'auto' })
      assert.throws(compile, (error) => {
        assert.ok(error instanceof MappingInvalidError)
        assert.equal(error.violations.length, 1)
        assert.deepEqual(error.violations[0]!.path, ['tags', '*'])
        return true
      })
    }
  })
})
