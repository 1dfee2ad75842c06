import fc from 'fast-check'

const integers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  // Beyond 2^53 only bigints are exact, and only there are integers bigints.
  fc.bigInt(2n ** 53n, 2n ** 63n - 1n),
  fc.bigInt(-(2n ** 63n), -(2n ** 53n)),
)
const floats = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('注塑机', '', 'a'.repeat(300)))
const scalars = fc.oneof(
  integers,
  floats.filter((value) => !Number.isInteger(value)),
  texts,
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 300 }),
)
const keys = fc.oneof(
  fc.constantFrom('ts', 'value', 'temperature', 'constructor', '注塑机', 'k'.repeat(70)),
  fc.string({ maxLength: 40 }).filter((key) => key !== '__proto__'),
)

/** Documents, of all that they may be made of. */
export const documents: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    scalars,
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 20, noNullPrototype: true }),
  ),
})).value
