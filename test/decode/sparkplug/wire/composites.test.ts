import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Datatype, DefinitionReader, Members } from '../../../../src/decode/sparkplug/wire/index.js'
import { bytes, double, float, integer, message } from '../../../support/protobuf.js'
import { type Field, metric, readFields } from '../../../support/sparkplug-fields.js'

const NAME = bytes(1, 'v')

function of(datatype: number, ...value: readonly Buffer[]): Buffer {
  return metric(NAME, integer(4, datatype), ...value)
}

function array(datatype: number, hex: string): readonly Field[] {
  return readFields(of(datatype, bytes(16, Buffer.from(hex, 'hex')))).fields
}

function texts(fields: readonly Field[]): string[] {
  return fields.map(([, , text]) => text)
}

describe('arrays', () => {
  // The examples of Sparkplug 3.0, section 6.4.16; those of FloatArray and DoubleArray stand there with their bytes
  // the other way round than the text beside them says, and than the official libraries send them.
  const examples: readonly (readonly [keyof typeof Datatype, string, string, readonly string[]])[] = [
    ['Int8Array', 'ef7b', 'integer', ['-17', '123']],
    ['Int16Array', 'd08aef7b', 'integer', ['-30000', '31727']],
    ['Int32Array', '2effffff15cd5b07', 'integer', ['-210', '123456789']],
    ['Int64Array', 'ffffffffffffffff0100000000002000', 'integer', ['-1', '9007199254740993']],
    ['UInt8Array', '17fa', 'integer', ['23', '250']],
    ['UInt16Array', '1e008acf', 'integer', ['30', '53130']],
    ['UInt32Array', '340000009d4ac3f8', 'integer', ['52', '4173548189']],
    ['UInt64Array', '34000000000000000100000000002000', 'integer', ['52', '9007199254740993']],
    ['FloatArray', 'a4709d3f98aeb242', 'float', ['1.23', '89.341']],
    ['DoubleArray', 'd7a205685bb528408e171c6f4cf78f40', 'float', ['12.354213', '1022.9123213']],
    ['StringArray', '41424300e6b3a800', 'string', ['ABC', '注']],
    ['DateTimeArray', 'c7d0907524010000b8bab89781010000', 'integer', ['1256102875335', '1656107875000']],
  ]

  for (const [name, hex, type, expected] of examples) {
    test(`${name}: an element is a field`, () => {
      const fields = expected.map((text, i) => [`v.${i}`, type, text])
      assert.deepEqual(array(Datatype[name], hex), fields)
      assert.deepEqual(array(Datatype[name], ''), [])
    })
  }

  test('BooleanArray: as many as the count says, the first one highest in its byte', () => {
    const fields = array(Datatype.BooleanArray, '0c00000034d0')
    const expected = [false, false, true, true, false, true, false, false, true, true, false, true]
    assert.deepEqual(
      fields,
      expected.map((value, i) => [`v.${i}`, 'boolean', String(value)]),
    )
    assert.deepEqual(array(Datatype.BooleanArray, '00000000'), [])
  })

  test('a text may lack the last NUL, and may be empty', () => {
    assert.deepEqual(texts(array(Datatype.StringArray, '4100' + '00' + '4243')), ['A', '', 'BC'])
  })

  test('bytes that are no whole number of elements are malformed', () => {
    for (const [name, hex] of [
      ['Int16Array', '010203'],
      ['DoubleArray', '01020304'],
      ['BooleanArray', ''],
      ['BooleanArray', '0900000000'],
      ['BooleanArray', '010000000000'],
      ['BooleanArray', 'ffffffff00'],
    ] as const)
      assert.throws(() => array(Datatype[name], hex), { code: 'malformed' }, `${name} ${hex}`)
    assert.throws(() => array(Datatype.StringArray, 'ff00'), { code: 'not_utf8' })
    assert.throws(() => array(Datatype.UInt64Array, 'ffffffffffffffff'), { code: 'out_of_range' })
  })

  test('an element that is not a number is left out, and the others keep their places', () => {
    const { fields, nulls } = readFields(
      of(Datatype.FloatArray, bytes(16, Buffer.from('0000c07f' + '0000803f', 'hex'))),
    )
    assert.deepEqual([fields, nulls], [[['v.1', 'float', '1']], 1])
  })

  test('more elements than a metric may become fields are refused', () => {
    const payload = of(Datatype.Int8Array, bytes(16, Buffer.alloc(11)))
    assert.equal(readFields(payload, { maxFieldsPerMetric: 11 }).fields.length, 11)
    assert.throws(() => readFields(payload, { maxFieldsPerMetric: 10 }), { code: 'too_large' })
  })
})

describe('bytes', () => {
  const content = Buffer.from([0, 1, 254, 255])

  test('Bytes and File are base64 text, up to the limit', () => {
    for (const datatype of [Datatype.Bytes, Datatype.File]) {
      assert.deepEqual(readFields(of(datatype, bytes(16, content)), { maxBytes: 4 }).fields, [
        ['v', 'string', 'AAH+/w=='],
      ])
      assert.throws(() => readFields(of(datatype, bytes(16, content)), { maxBytes: 3 }), {
        code: 'too_large',
      })
    }
  })
})

const COLUMNS = [bytes(2, 'a'), bytes(2, 'b')]
const TYPES = [integer(3, Datatype.UInt32), integer(3, Datatype.String)]
const element = (...value: readonly Buffer[]): Buffer => message(1, ...value)

describe('data sets', () => {
  function dataSet(...parts: readonly Buffer[]) {
    return readFields(of(Datatype.DataSet, message(17, ...parts)))
  }

  test('elements are fields by row and column; an element without a value is null', () => {
    const { fields, nulls } = dataSet(
      integer(1, 2),
      ...COLUMNS,
      ...TYPES,
      message(4, element(integer(1, 4_000_000_000)), element(bytes(6, 'on'))),
      message(4, element(integer(2, 5)), element()),
    )
    assert.deepEqual(fields, [
      ['v.0.a', 'integer', '4000000000'],
      ['v.0.b', 'string', 'on'],
      ['v.1.a', 'integer', '5'],
    ])
    assert.equal(nulls, 1)
  })

  test('all basic datatypes can be columns', () => {
    const columns: readonly (readonly [number, Buffer, string])[] = [
      [Datatype.Int8, integer(1, 0xff), '-1'],
      [Datatype.Int16, integer(1, 0xffff_fffe), '-2'],
      [Datatype.Int32, integer(1, 0xffff_fffd), '-3'],
      [Datatype.Int64, integer(2, -4n), '-4'],
      [Datatype.UInt8, integer(1, 200), '200'],
      [Datatype.UInt16, integer(1, 60_000), '60000'],
      [Datatype.UInt64, integer(2, 9_007_199_254_740_993n), '9007199254740993'],
      [Datatype.Float, float(3, 21.1), '21.1'],
      [Datatype.Double, double(4, 0.1), '0.1'],
      [Datatype.Boolean, integer(5, true), 'true'],
      [Datatype.DateTime, integer(2, 1_700_000_000_123), '1700000000123'],
      [Datatype.Text, bytes(6, '文'), '文'],
    ]
    const { fields } = dataSet(
      ...columns.map((_, i) => bytes(2, `c${i}`)),
      ...columns.map(([datatype]) => integer(3, datatype)),
      message(4, ...columns.map(([, value]) => element(value))),
    )
    assert.deepEqual(
      texts(fields),
      columns.map(([, , text]) => text),
    )
  })

  test('rows that do not fit the columns, and columns that do not fit the types, are malformed', () => {
    const row = message(4, element(integer(1, 1)))
    assert.throws(() => dataSet(...COLUMNS, ...TYPES, row), { code: 'malformed' })
    assert.throws(() => dataSet(bytes(2, 'a'), integer(3, 7), message(4, element(), element())), {
      code: 'malformed',
    })
    assert.throws(() => dataSet(...COLUMNS, integer(3, 7)), { code: 'malformed' })
  })

  test('a column of a datatype that data sets cannot hold is unknown', () => {
    const row = message(4, element(integer(1, 1)))
    assert.throws(() => dataSet(bytes(2, 'a'), integer(3, Datatype.DataSet), row), { code: 'unknown_type' })
    assert.throws(() => dataSet(bytes(2, 'a'), integer(3, 99), row), { code: 'unknown_type' })
  })

  test('a number of columns beyond all reason allocates nothing', () => {
    assert.deepEqual(dataSet(integer(1, (1n << 64n) - 1n), ...COLUMNS, ...TYPES).fields, [])
  })
})

describe('templates', () => {
  const member = (name: string, ...rest: readonly Buffer[]): Buffer => message(2, bytes(1, name), ...rest)
  const template = (...parts: readonly Buffer[]): Buffer => of(Datatype.Template, message(18, ...parts))

  test('members of templates in each other are joined by a slash, parameters by a point', () => {
    const inner = message(18, member('speed', integer(4, Datatype.Int16), integer(10, 0xfffe)))
    const { fields, nulls } = readFields(
      template(
        member('state', integer(4, Datatype.String), bytes(15, 'run')),
        member('axis', integer(4, Datatype.Template), inner),
        member('load', integer(4, Datatype.Float), integer(7, true)),
        message(3, bytes(1, 'pole pairs'), integer(2, Datatype.UInt8), integer(3, 4)),
        message(3, bytes(1, 'maker'), integer(2, Datatype.String)),
      ),
    )
    assert.deepEqual(fields, [
      ['v/state', 'string', 'run'],
      ['v/axis/speed', 'integer', '-2'],
      ['v.pole pairs', 'integer', '4'],
    ])
    assert.equal(nulls, 2)
  })

  test('a definition holds defaults, which are no fields', () => {
    const { fields } = readFields(
      template(member('load', integer(4, Datatype.Int8), integer(10, 1)), integer(5, true)),
    )
    assert.deepEqual(fields, [])
  })

  test('members get from the birth what data leaves out: datatype, unit, and name where there is an alias', () => {
    const unit = message(9, bytes(1, 'engUnit'), message(2, integer(1, 12), bytes(8, 'rpm')))
    const axis = message(18, member('speed', integer(2, 41), integer(4, Datatype.Int16), unit))
    const birth = readFields(
      template(
        member('axis', integer(4, Datatype.Template), axis),
        member('load', integer(4, Datatype.Float), float(12, 1)),
      ),
    )
    const definition = new DefinitionReader().read(birth.reader, 0)
    assert.deepEqual(definition.members, [
      { path: 'axis', alias: '', datatype: 19, unit: '' },
      { path: 'axis/speed', alias: '41', datatype: 2, unit: 'rpm' },
      { path: 'load', alias: '', datatype: 9, unit: '' },
    ])
    const data = template(
      member('axis', message(18, message(2, integer(2, 41), integer(10, 0xffff)))),
      member('load', float(12, 0.5)),
    )
    assert.deepEqual(readFields(data, {}, new Members(definition.members)).fields, [
      ['v/axis/speed', 'integer', '-1', 'rpm'],
      ['v/load', 'float', '0.5'],
    ])
    assert.throws(() => readFields(data), { code: 'unknown_type' })
  })

  test('a member that nothing names is refused', () => {
    assert.throws(() => readFields(template(message(2, integer(4, 1), integer(10, 1)))), { code: 'bad_name' })
  })

  test('templates in each other are followed to a depth of 8', () => {
    const nested = (depth: number): Buffer =>
      depth === 0
        ? message(18, member('x', integer(4, Datatype.Int8), integer(10, 1)))
        : message(18, member('t', integer(4, Datatype.Template), nested(depth - 1)))
    assert.equal(readFields(of(Datatype.Template, nested(7))).fields.length, 1)
    assert.throws(() => readFields(of(Datatype.Template, nested(8))), { code: 'too_deep' })
    const { reader } = readFields(of(Datatype.Template, message(18, integer(5, true))))
    assert.equal(new DefinitionReader().read(reader, 0).isDefinition, true)
  })
})

describe('properties', () => {
  const property = (...fields: readonly Buffer[]): Buffer => message(2, ...fields)
  const inner = message(9, bytes(1, 'low'), property(integer(1, Datatype.Int16), integer(3, 0xfff6)))
  const list = message(10, message(1, bytes(1, 'at'), property(integer(1, Datatype.UInt8), integer(3, 7))))
  const properties = message(
    9,
    bytes(1, 'engUnit'),
    bytes(1, 'limits'),
    bytes(1, 'steps'),
    bytes(1, 'tooltip'),
    property(integer(1, Datatype.String), bytes(8, 'kN')),
    property(integer(1, Datatype.PropertySet), inner),
    property(integer(1, Datatype.PropertySetList), list),
    property(integer(1, Datatype.String), integer(2, true)),
  )
  const payload = of(Datatype.Int8, integer(10, 5), properties)

  test('a definition has the unit, under any of its names', () => {
    const unitOf = (set: Buffer): string =>
      new DefinitionReader().read(readFields(of(Datatype.Int8, integer(10, 5), set)).reader, 0).unit
    const one = (key: string, ...value: readonly Buffer[]): Buffer =>
      message(9, bytes(1, 'a'), bytes(1, key), property(), property(...value))
    assert.equal(unitOf(properties), 'kN')
    for (const key of ['engUnit', 'Engineering Units', 'engineeringUnits', 'EngUnit', 'unit', 'units'])
      assert.equal(unitOf(one(key, integer(1, Datatype.String), bytes(8, 'kN'))), 'kN')
    assert.equal(unitOf(one('engUnit', integer(1, Datatype.String), integer(2, true))), '')
    assert.equal(unitOf(one('engUnit', integer(1, Datatype.Int8), integer(3, 5))), '')
    assert.equal(unitOf(message(9, bytes(1, 'engUnit'))), '')
  })

  test('they are fields only where the route wants them', () => {
    const value: Field = ['v', 'integer', '5']
    assert.deepEqual(readFields(payload).fields, [value])
    assert.deepEqual(readFields(payload, { properties: ['limits'] }).fields, [
      value,
      ['v.limits.low', 'integer', '-10'],
    ])
    assert.deepEqual(readFields(payload, { properties: ['*'] }).fields, [
      value,
      ['v.engUnit', 'string', 'kN'],
      ['v.limits.low', 'integer', '-10'],
      ['v.steps.0.at', 'integer', '7'],
    ])
  })

  test('keys and values that do not go together are malformed', () => {
    const broken = [message(9, bytes(1, 'a')), message(9, property(integer(1, 12), bytes(8, 'x')))]
    for (const set of broken) {
      const payload = of(Datatype.Int8, integer(10, 5), set)
      assert.throws(() => readFields(payload, { properties: ['*'] }), { code: 'malformed' })
    }
  })

  test('sets in each other are followed to a depth of 8', () => {
    const nested = (depth: number): Buffer =>
      message(
        9,
        bytes(1, 'k'),
        depth === 0 ? property(integer(1, 1), integer(3, 1)) : property(nested(depth - 1)),
      )
    const read = (depth: number) =>
      readFields(of(Datatype.Int8, integer(7, true), nested(depth)), { properties: ['*'] }).fields
    assert.deepEqual(read(7), [[`v.${Array(8).fill('k').join('.')}`, 'integer', '1']])
    assert.throws(() => read(8), { code: 'too_deep' })
  })
})
