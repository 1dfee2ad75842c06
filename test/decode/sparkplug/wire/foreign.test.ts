import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import sparkplugPayload from 'sparkplug-payload'
import { DefinitionReader } from '../../../../src/decode/sparkplug/wire/index.js'
import { type Field, readFields } from '../../../support/sparkplug-fields.js'

/** An independent implementation, on top of protobufjs. */
const codec = sparkplugPayload.get('spBv1.0')!
type Payload = Parameters<typeof codec.encodePayload>[0]
type Metric = NonNullable<Payload['metrics']>[number]

/** A value as the foreign encoder takes it, and the field type and text that it must become. */
interface Case {
  readonly type: Metric['type']
  readonly value: Metric['value']
  readonly field: string
  readonly text: string
}

/** What protobufjs takes for 64 bits, exact. */
function long(value: bigint): Metric['value'] {
  const bits = BigInt.asUintN(64, value)
  const halves = { low: Number(bits & 0xffff_ffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: true }
  return halves as unknown as Metric['value']
}

function integers(type: Metric['type'], min: number, max: number): fc.Arbitrary<Case> {
  return fc
    .oneof(fc.integer({ min, max }), fc.constantFrom(min, max))
    .map((value) => ({ type, value, field: 'integer', text: String(value) }))
}

function longs(type: Metric['type'], min: bigint, max: bigint): fc.Arbitrary<Case> {
  return fc
    .oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max))
    .map((value) => ({ type, value: long(value), field: 'integer', text: String(value) }))
}

function texts(type: Metric['type']): fc.Arbitrary<Case> {
  return fc
    .string({ unit: 'binary' })
    .map((value) => ({ type, value, field: 'string', text: Buffer.from(value).toString() }))
}

function binaries(type: Metric['type']): fc.Arbitrary<Case> {
  return fc
    .uint8Array({ maxLength: 40 })
    .map((value) => ({ type, value, field: 'string', text: Buffer.from(value).toString('base64') }))
}

const BASIC: fc.Arbitrary<Case> = fc.oneof(
  integers('Int8', -128, 127),
  integers('Int16', -32_768, 32_767),
  integers('Int32', -2_147_483_648, 2_147_483_647),
  integers('UInt8', 0, 255),
  integers('UInt16', 0, 65_535),
  integers('UInt32', 0, 4_294_967_295),
  longs('Int64', -(1n << 63n), (1n << 63n) - 1n),
  longs('UInt64', 0n, (1n << 63n) - 1n),
  longs('DateTime', 0n, 9_223_372_036_854n),
  fc
    .integer({ min: -99_999, max: 99_999 })
    .map((n): Case => ({ type: 'Float', value: n / 100, field: 'float', text: String(n / 100) })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value): Case => ({ type: 'Double', value, field: 'float', text: String(value) })),
  fc.boolean().map((value): Case => ({ type: 'Boolean', value, field: 'boolean', text: String(value) })),
  texts('String'),
  texts('Text'),
)

const SCALAR: fc.Arbitrary<Case> = fc.oneof(
  { weight: 6, arbitrary: BASIC },
  texts('UUID'),
  binaries('Bytes'),
  binaries('File'),
)

function metricOf(name: string, { type, value }: Case, rest: Partial<Metric> = {}): Metric {
  return { name, type, value, ...rest } as Metric
}

function fieldOf(name: string, { field, text }: Case): Field {
  return [name, field, text]
}

const RUNS = { numRuns: 400, seed: 11 }

test('all scalars that it encodes are read as what they were', () => {
  fc.assert(
    fc.property(fc.array(SCALAR, { maxLength: 12 }), fc.nat(255), (cases, seq) => {
      const metrics = cases.map((value, i) =>
        metricOf(`m${i}`, value, { alias: i, timestamp: 1_700_000_000_000 + i, isHistorical: i % 2 === 0 }),
      )
      const { reader, fields, nulls } = readFields(codec.encodePayload({ timestamp: 7, seq, metrics }))
      assert.deepEqual(
        fields,
        cases.map((value, i) => fieldOf(`m${i}`, value)),
      )
      assert.deepEqual([reader.seq, reader.timestampMs, nulls], [seq, '7', 0])
      for (let i = 0; i < cases.length; i++) {
        assert.deepEqual(
          [reader.aliases[i], reader.timestamps[i], reader.isHistorical[i]],
          [String(i), String(1_700_000_000_000 + i), i % 2 === 0],
        )
      }
    }),
    RUNS,
  )
})

test('a null of any type is no field', () => {
  fc.assert(
    fc.property(SCALAR, ({ type }) => {
      const metrics = [{ name: 'm', type, value: null } as Metric]
      const { reader, fields, nulls } = readFields(codec.encodePayload({ metrics }))
      assert.deepEqual([fields, nulls, reader.isNull[0]], [[], 1, true])
    }),
    RUNS,
  )
})

test('data sets that it encodes are read by row and column, also those that it cannot read itself', () => {
  const table = fc
    .array(BASIC, { minLength: 1, maxLength: 5 })
    .chain((row) => fc.tuple(fc.constant(row), fc.integer({ min: 0, max: 3 })))
  fc.assert(
    fc.property(table, ([row, count]) => {
      const value = {
        numOfColumns: row.length,
        columns: row.map((_, c) => `c${c}`),
        types: row.map(({ type }) => type),
        rows: Array.from({ length: count }, () => row.map((element) => element.value)),
      }
      const metrics = [{ name: 'd', type: 'DataSet', value } as unknown as Metric]
      const expected = Array.from({ length: count }, (_, r) =>
        row.map((element, c) => fieldOf(`d.${r}.c${c}`, element)),
      )
      assert.deepEqual(readFields(codec.encodePayload({ metrics })).fields, expected.flat())
    }),
    RUNS,
  )
})

test('templates in each other, with parameters, are read by path', () => {
  interface Tree {
    readonly members: readonly Case[]
    readonly parameters: readonly Case[]
    readonly inner: Tree | undefined
  }
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.record({
      members: fc.array(SCALAR, { maxLength: 3 }),
      parameters: fc.array(BASIC, { maxLength: 2 }),
      inner: fc.option(tie('tree'), { nil: undefined, maxDepth: 5 }),
    }),
  }))
  const templateOf = ({ members, parameters, inner }: Tree): unknown => ({
    isDefinition: false,
    templateRef: 'ref',
    version: '1.0',
    metrics: [
      ...members.map((member, i) => metricOf(`m${i}`, member)),
      ...(inner === undefined ? [] : [{ name: 't', type: 'Template', value: templateOf(inner) }]),
    ],
    parameters: parameters.map(({ type, value }, i) => ({ name: `p${i}`, type, value })),
  })
  const fieldsOf = (path: string, { members, parameters, inner }: Tree): Field[] => [
    ...members.map((member, i) => fieldOf(`${path}/m${i}`, member)),
    ...(inner === undefined ? [] : fieldsOf(`${path}/t`, inner)),
    ...parameters.map((parameter, i) => fieldOf(`${path}.p${i}`, parameter)),
  ]
  fc.assert(
    fc.property(tree, (root) => {
      const metrics = [{ name: 'root', type: 'Template', value: templateOf(root) } as unknown as Metric]
      assert.deepEqual(readFields(codec.encodePayload({ metrics })).fields, fieldsOf('root', root))
    }),
    RUNS,
  )
})

test('properties, sets of them and lists of sets are read by path', () => {
  fc.assert(
    fc.property(BASIC, BASIC, BASIC, (a, b, c) => {
      const plain = ({ type, value }: Case) => ({ type, value })
      const properties = {
        engUnit: { type: 'String', value: 'kN' },
        a: plain(a),
        set: { type: 'PropertySet', value: { b: plain(b) } },
        list: { type: 'PropertySetList', value: [{ c: plain(c) }, {}] },
      }
      const metrics = [{ name: 'm', type: 'Int32', value: 1, properties } as unknown as Metric]
      const { reader, fields } = readFields(codec.encodePayload({ metrics }), { properties: ['*'] })
      assert.deepEqual(fields, [
        ['m', 'integer', '1'],
        ['m.engUnit', 'string', 'kN'],
        fieldOf('m.a', a),
        fieldOf('m.set.b', b),
        fieldOf('m.list.0.c', c),
      ])
      assert.equal(new DefinitionReader().read(reader, 0).unit, 'kN')
    }),
    RUNS,
  )
})
