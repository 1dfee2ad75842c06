import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeName } from '../../src/core/line-protocol.js'
import { DecodeError } from '../../src/decode/decoder.js'
import { JsonDecoder } from '../../src/decode/json.js'
import { jsonText } from '../support/payloads.js'
import { type Decoded, decode } from '../support/points.js'

type Leaf = readonly [name: string, value: number | boolean | string]
type Expected = readonly (readonly Leaf[])[] | 'no_fields' | 'bad_name'

/** Without a time, which has tests of its own. */
const decoder = new JsonDecoder({ timestampUnit: 'auto', timestampKey: 'the time', fieldTypes: {} })

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The whole naming rule: names of objects and indexes of arrays, joined by points. */
function flatten(name: string, value: unknown): Leaf[] {
  if (value === null) return []
  if (Array.isArray(value)) return value.flatMap((element, i) => flatten(`${name}.${i}`, element))
  if (isObject(value))
    return Object.entries(value).flatMap(([key, inner]) => flatten(`${name}.${key}`, inner))
  return [[name, (typeof value === 'string' ? Buffer.from(value).toString() : value) as Leaf[1]]]
}

/** An object is a point, and so is each object of an array; what stands between them is one by index. */
function records(value: unknown): (readonly Leaf[])[] {
  if (isObject(value))
    return [Object.entries(value).flatMap(([key, inner]) => flatten(Buffer.from(key).toString(), inner))]
  if (!Array.isArray(value)) return [flatten('value', value)]
  const points: Leaf[][] = [[]]
  value.forEach((element, i) => {
    if (isObject(element)) points.push(...(records(element) as Leaf[][]), [])
    else points.at(-1)!.push(...flatten(`value.${i}`, element))
  })
  return points
}

function hasEmptyKey(value: unknown): boolean {
  return Array.isArray(value)
    ? value.some((element) => isObject(element) && '' in element)
    : isObject(value) && '' in value
}

function expectedOf(value: unknown): Expected {
  const points = records(value).filter((point) => point.length > 0)
  const isAmbiguous = points.some(
    (point) => new Set(point.map(([name]) => escapeName(name))).size < point.length,
  )
  if (hasEmptyKey(value) || isAmbiguous) return 'bad_name'
  return points.length === 0 ? 'no_fields' : points
}

function resultOf(decoded: Decoded): unknown {
  if (decoded instanceof DecodeError) return decoded.code
  return decoded.map(({ fields }) =>
    fields.map(([name, type, text]) => [
      name,
      type === 'float' ? Number(text) : type === 'boolean' ? text === 'true' : text,
    ]),
  )
}

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'a.b', 'a.0', '', '__proto__', 'time', 'a\nb', 'a b'),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const value = fc.letrec<{ value: unknown; object: unknown; array: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, { weight: 2, arbitrary: scalar }, tie('object'), tie('array')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: false }),
  array: fc.array(tie('value'), { maxLength: 4 }),
})).value

test('fields are those of JSON.parse, flattened', () => {
  const layout = fc.constantFrom(undefined, 1, '\t')
  fc.assert(
    fc.property(value, layout, (generated, indent) => {
      const text = JSON.stringify(generated, null, indent)
      assert.deepEqual(resultOf(decode(decoder, text)), expectedOf(JSON.parse(text)))
    }),
    { seed: 7, numRuns: 5_000 },
  )
})

test('the JSON of any object of JavaScript is read', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6, stringUnit: 'binary' }), (text) => {
      assert.deepEqual(resultOf(decode(decoder, text)), expectedOf(JSON.parse(text)))
    }),
    { seed: 7, numRuns: 2_000 },
  )
})

/** Beyond JSON: limits of the decoder, each with a code of its own. */
const LIMITS: ReadonlySet<string> = new Set(['no_fields', 'bad_name', 'out_of_range', 'too_deep'])

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('a text is malformed exactly if JSON.parse refuses it', () => {
  const splice = fc.record({
    at: fc.nat(60),
    remove: fc.nat(2),
    insert: fc.constantFrom(...'{}[]:,"\\-+.0e \n\ftu1x\u00a0'),
  })
  const nearly = fc
    .tuple(jsonText, fc.array(splice, { maxLength: 2 }))
    .map(([text, splices]) =>
      splices.reduce(
        (all, { at, remove, insert }) => all.slice(0, at) + insert + all.slice(at + remove),
        text,
      ),
    )
  fc.assert(
    fc.property(nearly, (text) => {
      const decoded = decode(decoder, text)
      if (!(decoded instanceof DecodeError)) assert.ok(isJson(text), 'accepted')
      else if (decoded.code === 'malformed') assert.ok(!isJson(text), decoded.message)
      else assert.ok(LIMITS.has(decoded.code), decoded.code)
    }),
    { seed: 7, numRuns: 20_000 },
  )
})

test('every number that JSON allows keeps its value, every other spelling is malformed', () => {
  const part = (unit: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...unit), maxLength })
  const spelling = fc
    .tuple(
      part('-+', 1),
      part('0123456789', 25),
      part('.', 1),
      part('0129', 4),
      part('eE', 1),
      part('+-', 1),
      part('0123', 2),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(spelling, (text) => {
      const decoded = decode(decoder, text)
      assert.equal(!(decoded instanceof DecodeError), isJson(text))
      if (!(decoded instanceof DecodeError)) assert.equal(Number(decoded[0]!.fields[0]![2]), JSON.parse(text))
    }),
    { seed: 7, numRuns: 5_000 },
  )
})
