import fc from 'fast-check'

/**
 * Payloads that are, or nearly are, what the decoders read. Keys and values come from small sets, so that one payload
 * often looks like another with a small difference: that is what a decoder that remembers can stumble over.
 */
const KEYS = [
  'a',
  'b',
  'ts',
  't',
  'time',
  'a.b',
  'a.0',
  '0',
  '',
  'constructor',
  '__proto__',
  'spindle temperature',
]
const WRITTEN_KEYS = [
  ...KEYS.map((key) => JSON.stringify(key)),
  '"\\u0061"',
  '"a\\nb"',
  '"a\nb"',
  '"a\\\\"',
  '"\\""',
]
const SCALARS = [
  '1',
  '-2.5',
  '0',
  '-0',
  '1e3',
  '1E400',
  '01',
  '1.',
  '9007199254740993',
  '9223372036854775808',
  '1700000000',
  '1700000000123',
  '"1700000000123"',
  '"2024-02-29T12:00:00Z"',
  'true',
  'false',
  'null',
  '"x"',
  '"注塑 \\" \\\\"',
  '"\\ud83d"',
  '"\\ud83d\\ude00"',
  '"an ordinary sentence, of some length"',
]

const written = fc.constantFrom(...WRITTEN_KEYS)
const scalar = fc.constantFrom(...SCALARS)

/** JSON text; a few keys and scalars of it are not sound. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string; array: string }>(
  (tie) => ({
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('array')),
    object: fc
      .array(fc.tuple(written, tie('value')), { maxLength: 4 })
      .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`),
    array: fc.array(tie('value'), { maxLength: 4 }).map((elements) => `[${elements.join(', ')}]`),
  }),
).value

const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('m', 'a', 'b', 'c', 'time', 'a\\ b', 'a\\,', '温度') },
  fc.constantFrom('\\', '"', ''),
)
const lineValue = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom(
      '1',
      '-1.5',
      '.5',
      '1i',
      '9223372036854775807i',
      't',
      'FALSE',
      '"x y,z=1"',
      '"a\nb"',
    ),
  },
  fc.constantFrom('9223372036854775808u', '"', 'x'),
)
const lineTime = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('', ' 1700000000', ' 1700000000000000000') },
  fc.constantFrom(' -1', ' 9223372036854775807', ' x'),
)
const joined = (glue: string, parts: fc.Arbitrary<string>, maxLength: number, minLength = 0) =>
  fc.array(parts, { minLength, maxLength }).map((all) => all.join(glue))
const pair = (value: fc.Arbitrary<string>) => fc.tuple(name, value).map(([n, v]) => `${n}=${v}`)
const line = fc
  .tuple(
    name,
    joined(
      '',
      pair(name).map((text) => `,${text}`),
      2,
    ),
    joined(',', pair(lineValue), 3, 1),
    lineTime,
  )
  .map(([measurement, tags, fields, time]) => `${measurement}${tags} ${fields}${time}`)

/** Lines of line protocol, not all of them sound. */
export const lineText: fc.Arbitrary<string> = joined(
  '\n',
  fc.oneof({ weight: 8, arbitrary: line }, fc.constant('# c')),
  3,
  1,
)

/** A bare value. */
export const valueText: fc.Arbitrary<string> = fc.oneof(
  fc.double().map(String),
  fc.constantFrom('+1', '.5', '5.', '007', 'TRUE', ' on ', 'NaN', '运行', '', '\0', '1\n'),
)

const HOSTILE = [
  Buffer.alloc(0),
  Buffer.from('{"a":1,"b\xff":2}', 'latin1'),
  Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from('{"a":"\0"}'),
  Buffer.from('{"a\\u0000":1}'),
  ...[31, 32, 33, 40, 100_000].flatMap((depth) => [
    Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    Buffer.from(`${'['.repeat(depth)}1${']'.repeat(depth)}`),
    Buffer.from('['.repeat(depth)),
  ]),
  ...['9', '0', '-', '1e9', '.5', ' ', '\\', '"', '=', ',', '1i', 'm a=1 ', '\n'].map((part) =>
    Buffer.from(part.repeat(50_000)),
  ),
  Buffer.from(`m a=${'9'.repeat(50_000)}i`),
  Buffer.from(`{"ts":${'9'.repeat(50_000)},"a":${'1'.repeat(50_000)}x}`),
  Buffer.from(`${'1'.repeat(200_000)}x`),
  Buffer.from(`{"a":1${' '.repeat(50_000)}}`),
]

interface Mutation {
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

function mutate(payload: Buffer, { at, remove, insert }: Mutation): Buffer {
  const from = payload.length === 0 ? 0 : at % (payload.length + 1)
  return Buffer.concat([payload.subarray(0, from), insert, payload.subarray(from + remove)])
}

const inserted = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .string({ unit: fc.constantFrom(...'{}[]:,"\\ =.-1eti\n\0注'), maxLength: 3 })
      .map((text) => Buffer.from(text)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) },
)
const mutation = fc.record({ at: fc.nat(500), remove: fc.nat(8), insert: inserted })

/** Any bytes: mostly payloads of one format, then texts of all; sound, mutated, truncated, random. */
export function anyPayload(format: fc.Arbitrary<string | Buffer>): fc.Arbitrary<Buffer> {
  const text = fc.oneof<fc.WeightedArbitrary<string | Buffer>[]>(
    { weight: 6, arbitrary: format },
    { weight: 1, arbitrary: fc.oneof(jsonText, lineText, valueText) },
  )
  const payload = text.map((written) => (typeof written === 'string' ? Buffer.from(written) : written))
  return fc.oneof(
    { weight: 6, arbitrary: payload },
    { weight: 4, arbitrary: fc.tuple(payload, mutation).map(([sound, change]) => mutate(sound, change)) },
    { weight: 2, arbitrary: fc.tuple(payload, fc.nat(500)).map(([sound, end]) => sound.subarray(0, end)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
  )
}

export const HOSTILE_PAYLOADS: readonly Buffer[] = HOSTILE
