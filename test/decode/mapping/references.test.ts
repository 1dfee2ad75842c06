import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  compileMapping,
  type MappingConfig,
  MappingInvalidError,
  mappingsAreSound,
} from '../../../src/decode/mapping/index.js'
import { fault, mapped } from '../../support/mapped.js'

/** What a pick finds in the only record: the tag `x`. */
function found(
  pick: NonNullable<MappingConfig['field']>,
  payload: unknown,
  at = 'list[*].in',
): string | undefined {
  const points = mapped({ at, value: '=1', field: '=f', tags: { x: pick } }, payload, { topic: 'a/b/c/d' })
  return points[0]!.tags[0]?.value
}

const DOCUMENT = {
  begin: 17,
  names: ['zero', 'one'],
  byId: { k1: 'first', '0': 'nought' },
  list: [{ in: { id: 'k1', i: 1, deep: { z: [4, 5] }, 'a.b': 'dotted', "it's": 'quoted', flag: false } }],
}

describe('a reference finds', () => {
  for (const [reference, expected] of [
    ['id', 'k1'],
    ['@.id', 'k1'],
    ['deep.z[1]', '5'],
    ['deep.z[-2]', '4'],
    ["['a.b']", 'dotted'],
    ['["it\'s"]', 'quoted'],
    ["@['it\\'s']", 'quoted'],
    ['flag', 'false'],
    ['@key', 'in'],
    ['^@index', '0'],
    ['^@key', 'list'],
    ['^^@key', 'list'],
    ['^^@length', '1'],
    ['^^^.begin', '17'],
    ['$.begin', '17'],
    ['$.names@length', '2'],
    ['$.names[^@index]', 'zero'],
    ['$.names[i]', 'one'],
    ['$.byId[id]', 'first'],
    ['$.byId[^@index]', 'nought'],
    ['$.byId[$.list[0].in.id]', 'first'],
    ['@topic', 'a/b/c/d'],
    ['@topic[0]', 'a'],
    ['@topic[-1]', 'd'],
    ['@topic[2:]', 'c/d'],
    ['@topic[-2:]', 'c/d'],
    ['=text {as} it is', 'text {as} it is'],
    ['{id}-{i}', 'k1-1'],
    ['{{{id}}}', '{k1}'],
    ['{@topic[1]}/{deep.z[0]}', 'b/4'],
    ['missing', undefined],
    ['id.length', undefined],
    ['deep.z.length', undefined],
    ['deep.z[7]', undefined],
    ['$.names[id]', undefined],
    ['@index', undefined],
    ['@topic[9]', undefined],
    ['{id}-{missing}', undefined],
    ['$.names[missing]', undefined],
    ['id@length', undefined],
  ] as const) {
    test(`${reference}`, () => assert.equal(found(reference, DOCUMENT), expected))
  }

  test('what stands around a record in a map of lists', () => {
    const payload = { 'Press 7': [{ ts: 5, values: { t: 1 } }] }
    assert.equal(found('^^@key', payload, '*[*].values'), 'Press 7')
    assert.equal(found('^.ts', payload, '*[*].values'), '5')
    assert.equal(found('^@index', payload, '*[*].values'), '0')
  })

  test('no text where there is an object: that is a fault, with its place', () => {
    assert.equal(fault({ at: 'x[*]', tags: { t: 'o.p' } }, { x: [{ o: { p: [] } }] }), 'bad_type x/0/o/p')
    assert.equal(fault({ at: '', tags: { t: 'by[i]' } }, { i: 1, by: [0, {}] }), 'bad_type by/1')
  })
})

describe('a section of a pick', () => {
  for (const [title, pick, expected] of [
    ['takes the first that is there', { from: ['missing', 'nothing', 'id', 'i'] }, 'k1'],
    ['is a constant', { const: 5 }, '5'],
    ['takes the first group of a match', { from: 'path', match: '^ns=(\\d+);s=(.+)$' }, '2'],
    ['takes all of a match without groups', { from: 'path', match: '[A-Z].+$' }, 'Temp'],
    ['finds nothing without a match', { from: 'path', match: 'x(.)' }, undefined],
    ['finds its default without a match', { from: 'path', match: 'x(.)', default: 'none' }, 'none'],
    ['translates', { from: 'i', map: { '1': 'one' } }, 'one'],
    ['keeps what is not listed', { from: 'id', map: { a: 'b' } }, 'k1'],
    ['finds its default for what is not listed', { from: 'id', map: { a: 'b' }, default: 'c' }, 'c'],
    ['knows no listed word that is not listed', { from: 'c', map: { a: 'b' } }, 'constructor'],
    ['finds its default for null', { from: 'nothing', default: false }, 'false'],
    ['matches, then translates', { from: 'path', match: ';s=(.+)$', map: { Temp: 't' } }, 't'],
  ] as const) {
    test(title, () => {
      const payload = { id: 'k1', i: 1, nothing: null, path: 'ns=2;s=Temp', c: 'constructor' }
      assert.equal(found(pick, payload, ''), expected)
    })
  }
})

describe('a mapping that cannot be compiled says all that is wrong with it', () => {
  function violations(mapping: MappingConfig): string[] {
    try {
      compileMapping(mapping, { fieldTypes: {}, timestampUnit: 'auto' })
      return []
    } catch (error) {
      assert.ok(error instanceof MappingInvalidError)
      return error.violations.map(({ path, message }) => `${path.join('.')} ${message}`)
    }
  }

  for (const [mapping, expected] of [
    [{ at: 'a[' }, /^at cannot be read at character 3/],
    [{ at: 'a[b]' }, /^at has a step that is none/],
    [{ at: 'a b' }, /^at cannot be read at character 2: " b" is not expected/],
    [{ field: '' }, /^field cannot be read at character 1/],
    [{ field: 'a..b' }, /^field .*character 3/],
    [{ field: '@kye' }, /^field has @kye, which is not known; there are @key/],
    [{ field: "['a" }, /^field .*closing quote/],
    [{ field: '{a' }, /^field .*"}" expected, found the end/],
    [{ field: 'a}' }, /^field has a "}"/],
    [{ field: 'a@key' }, /^field has @key of a value that is not around/],
    [{ at: 'a[*]', field: '^^^' }, /^field goes 3 step\(s\) around the record; a record is 2 step/],
    [{ at: '', field: '^' }, /^field .*the record is the whole document/],
    [{ field: { from: 'a', const: 1 } }, /^field needs either from or const/],
    [{ field: { map: {} } }, /^field needs either from or const/],
    [{ field: { from: 'a', match: '(' } }, /^field.match is no regular expression/],
    [{ tags: { t: { from: ['a', '['] } } }, /^tags.t.from.1 /],
    [{ time: { from: '{' } }, /^time.from /],
    [{ time: { from: 'a', plus: [{ interval: '[' }] } }, /^time.plus.0.interval /],
    [{ time: { from: 'a', unit: 'ms', zone: '+08:00' } }, /^time.zone is for texts/],
    [{ quality: { from: 'q' } }, /^quality needs either good or scheme/],
    [{ skip: [{ when: 'a' }] }, /^skip.0 needs one of is/],
    [{ skip: [{ when: 'a', is: [1], above: 2 }] }, /^skip.0 needs one of/],
    [{ device: { site: '[' } }, /^device.site /],
    [{ learn: { table: 't', key: '[', name: 'n' } }, /^learn.key /],
    [{ learn: { table: 't', key: 'k', name: 'n' }, field: 'x' }, /^field means nothing beside learn/],
  ] satisfies (readonly [MappingConfig, RegExp])[]) {
    test(JSON.stringify(mapping), () => {
      const [first, ...others] = violations(mapping)
      assert.match(first ?? '', expected)
      assert.deepEqual(others, [])
    })
  }

  test('each once, where it stands', () => {
    const mapping: MappingConfig = { field: '[', records: [{ at: 'a' }, { at: 'b', value: '[', unit: '}' }] }
    assert.deepEqual(
      violations(mapping).map((text) => text.split(' ')[0]),
      ['field', 'records.1.value', 'records.1.unit'],
    )
  })

  test('with the paths of the configuration', () => {
    const timestamp = { unit: 'auto' } as const
    const found = mappingsAreSound({
      routes: [
        { fieldTypes: {}, timestamp, mapping: { tags: { 'a b': '[' } } },
        {
          fieldTypes: {},
          timestamp,
          expression: '$.(',
          mapping: { records: [{ field: { from: 'i', lookup: 'tabel' } }] },
        },
        { fieldTypes: {}, timestamp, mapping: { learn: { table: 'table', key: 'k', name: 'n' } } },
      ],
    })
    assert.deepEqual(
      found.map(({ path }) => path),
      ['routes[0].mapping.tags["a b"]', 'routes[1].expression', 'routes[1].mapping.records[0].field.lookup'],
    )
    assert.match(found[2]!.message, /tabel, which no route learns/)
  })
})
