import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodePoint, seriesKey } from '../../src/core/line-protocol.js'
import { LineProtocolError, LineProtocolParser, parseSeries } from '../../src/core/line-protocol-parser.js'
import { FieldType } from '../../src/core/point-batch.js'
import { batchOf, type PlainPoint, type TypeName } from '../support/points.js'

const TYPE_NAMES = Object.keys(FieldType) as TypeName[]

function parse(text: string): PlainPoint[] {
  const parser = new LineProtocolParser()
  parser.open(text)
  const points: PlainPoint[] = []
  while (parser.next()) {
    const fields = Array.from(
      { length: parser.fields },
      (_, f) => [parser.names[f]!, TYPE_NAMES[parser.types[f]!]!, parser.texts[f]!] as const,
    )
    points.push({ ...parseSeries(parser.series), time: parser.time, fields })
  }
  return points
}

/** What is read of one line with the field `f`. */
function fieldOf(value: string): readonly [TypeName, string] {
  const [, type, text] = parse(`m f=${value} 1`)[0]!.fields[0]!
  return [type, text]
}

function failure(text: string): LineProtocolError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof LineProtocolError) return error
    throw error
  }
  throw new Error(`accepted: ${JSON.stringify(text)}`)
}

test('comments, blank lines, blanks and line ends of either kind are skipped', () => {
  const text = '# comment, x=1\n\n  \t\nm a=1 1\r\n  m,t=v  b=2   2  \n #another\nm c=3'
  assert.deepEqual(
    parse(text).map(({ tags, time, fields }) => [tags.length, time, fields[0]![0]]),
    [
      [0, '1', 'a'],
      [1, '2', 'b'],
      [0, '', 'c'],
    ],
  )
})

test('every spelling of a value has its type', () => {
  for (const word of ['t', 'T', 'true', 'True', 'TRUE']) assert.deepEqual(fieldOf(word), ['boolean', 'true'])
  for (const word of ['f', 'F', 'false', 'False', 'FALSE'])
    assert.deepEqual(fieldOf(word), ['boolean', 'false'])
  for (const number of ['1', '-1.5', '.5', '5.', '1e5', '1E+5', '-1.2e-3', '007'])
    assert.deepEqual(fieldOf(number), ['float', number])
  assert.deepEqual(fieldOf('-9223372036854775808i'), ['integer', '-9223372036854775808'])
  assert.deepEqual(fieldOf('007i'), ['integer', '7'])
  assert.deepEqual(fieldOf('9223372036854775807u'), ['integer', '9223372036854775807'])
  assert.deepEqual(fieldOf('"a \\"b\\" \\\\ \\n, c=d\ne"'), ['string', 'a "b" \\ \\n, c=d\ne'])
  assert.deepEqual(fieldOf('""'), ['string', ''])
})

test('integers beyond 64 bits with sign are out of range', () => {
  for (const value of [
    '9223372036854775808i',
    '-9223372036854775809i',
    '9223372036854775808u',
    `${'1'.repeat(50)}i`,
  ])
    assert.equal(failure(`m f=${value}`).code, 'out_of_range')
})

test('what influxd refuses is malformed', () => {
  const lines = [
    'm',
    'm ',
    'm 1',
    'm a',
    'm a=',
    'm a=,b=1',
    'm a=1,',
    'm a=1,b',
    'm =1',
    'm a=1, b=2',
    'm a= 1',
    ',t=v a=1',
    'm,t a=1',
    'm,t= a=1',
    'm,=v a=1',
    'm, a=1',
    'm,t=v=w a=1',
    'm,t=v,t=w a=1',
    'm a=+1',
    'm a=1i2',
    'm a=i',
    'm a=-',
    'm a=-5u',
    'm a=1.5i',
    'm a=1e5i',
    'm a=1.1.1',
    'm a=e5',
    'm a=0x1f',
    'm a=NaN',
    'm a=inf',
    'm a=tRUE',
    'm a=truex',
    'm a=yes',
    'm a="x',
    'm a="x\\"',
    'm a="x"y',
    'm a="x""y"',
    'm a=1 1 1',
    'm a=1 1,b=2',
    'm\na=1',
    'm a\n=1',
  ]
  for (const line of lines) assert.equal(failure(line).code, 'malformed', JSON.stringify(line))
})

test('an error names the line and the character', () => {
  assert.match(failure('m a=1\nm b=x').message, /value expected at line 2, character 5, found "x"/)
  assert.match(failure('m a=1\n# c\nm b=1,').message, /"=" expected at line 3, character 7, found the end/)
})

test('a backslash escapes what follows it in names, and stands for itself elsewhere', () => {
  const [point] = parse('a\\ b\\,c,t\\=1=v\\ w\\x f\\"\\=\\,\\ g=1')
  assert.equal(point!.measurement, 'a b,c')
  assert.deepEqual(point!.tags, [{ name: 't=1', value: 'v w\\x' }])
  assert.equal(point!.fields[0]![0], 'f"=, g')
})

/** Characters that mean something in line protocol, and some that do not. */
const nastyText = fc.string({
  unit: fc.constantFrom(...',= "#_ab/\n\t\0设', '😀'),
  minLength: 1,
  maxLength: 8,
})
const nastyName = nastyText.filter(
  (name) => !/\p{Cc}/u.test(name) && name !== 'time' && !name.startsWith('#'),
)
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => ['float', String(n)] as const),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((n) => ['integer', String(n)] as const),
  fc.boolean().map((b) => ['boolean', String(b)] as const),
  fc
    .oneof(nastyText, fc.string({ unit: 'grapheme' }), fc.constantFrom('\\', '"', '\\"', 'a\\'))
    .map((text) => ['string', text] as const),
)
const tag = fc.record({ name: nastyName, value: nastyName }, { noNullPrototype: true })
const field = fc.tuple(nastyName, value).map(([name, [type, text]]) => [name, type, text] as const)
const point = fc.record(
  {
    measurement: nastyName,
    tags: fc.uniqueArray(tag, { maxLength: 4, selector: ({ name }) => name }),
    time: fc.bigInt(0n, 2n ** 63n - 2n).map(String),
    fields: fc.uniqueArray(field, { minLength: 1, maxLength: 5, selector: ([name]) => name }),
  },
  { noNullPrototype: true },
)

test('what the gateway encodes is read back the same', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 5 }), (points) => {
      const batch = batchOf(points)
      const text = points
        .map(({ measurement, tags, time }, p) => encodePoint(batch, p, seriesKey(measurement, tags), time))
        .join('')
      const byName = points.map((one) => ({
        ...one,
        tags: [...one.tags].sort((a, b) => (a.name < b.name ? -1 : 1)),
      }))
      assert.deepEqual(parse(text), byName)
    }),
    { seed: 1, numRuns: 1_000 },
  )
})

test('any text is read or refused with a LineProtocolError, and the parser goes on with the next text', () => {
  const parser = new LineProtocolParser()
  const text = fc.string({ unit: fc.constantFrom(...'m,t=v "\\1ie-.T#\n\r\t\0'), maxLength: 60 })
  fc.assert(
    fc.property(text, (nasty) => {
      parser.open(nasty)
      try {
        while (parser.next()) parseSeries(parser.series)
      } catch (error) {
        assert.ok(error instanceof LineProtocolError, String(error))
      }
      parser.open('m a=1 5')
      assert.equal(parser.next(), true)
      assert.deepEqual([parser.series, parser.fields, parser.names[0], parser.texts[0]], ['m', 1, 'a', '1'])
      assert.equal(parser.next(), false)
    }),
    { seed: 1, numRuns: 5_000 },
  )
})
