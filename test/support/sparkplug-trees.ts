import fc from 'fast-check'
import { bytes, double, float, group, integer, message } from './protobuf.js'

/**
 * Payloads as trees of wire fields: such as an edge node could send, with fields missing, repeated, out of order or of a
 * neighbouring number, so that a fuzzer gets behind the first check.
 */
type Fields = fc.Arbitrary<Buffer>

const NUMBERS = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, 1n, 127n, 128n, 255n, 256n, 0xffff_fffbn, 0xffff_ffffn, 1n << 53n, 1n << 63n),
)
const TEXTS = fc.oneof(fc.constantFrom('', 'a', 'b', 'engUnit', 'Quality', 'bdSeq', 'a/b'), fc.string())
const DATATYPES = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 36 }) }, fc.nat())

const some = (field: Fields, maxLength = 3): Fields =>
  fc.array(field, { maxLength }).map((parts) => Buffer.concat(parts))
const all = (...parts: readonly Fields[]): Fields => fc.tuple(...parts).map((found) => Buffer.concat(found))
const inside = (field: number, content: Fields): Fields => content.map((part) => message(field, part))
const number = (field: number): Fields => NUMBERS.map((value) => integer(field, value))
const text = (field: number): Fields => TEXTS.map((value) => bytes(field, value))
const datatype = (field: number): Fields => DATATYPES.map((value) => integer(field, value))

const strange: Fields = fc.oneof(
  fc.integer({ min: 1, max: 40 }).chain((field) => number(field)),
  fc.integer({ min: 1, max: 40 }).chain((field) => text(field)),
  fc.constant(group(30, integer(1, 1), group(2))),
)

/** The scalars of a oneof whose `int_value` has the number `first`. */
const scalar = (first: number): Fields =>
  fc.oneof(
    number(first),
    number(first + 1),
    fc.float().map((value) => float(first + 2, value)),
    fc.double().map((value) => double(first + 3, value)),
    fc.boolean().map((value) => integer(first + 4, value)),
    text(first + 5),
  )

const dataSet: Fields = fc.integer({ min: 0, max: 3 }).chain((columns) =>
  all(
    number(1),
    ...Array.from({ length: columns }, () => text(2)),
    ...Array.from({ length: columns }, () => datatype(3)),
    some(
      inside(
        4,
        fc
          .array(inside(1, some(scalar(1), 1)), { minLength: columns, maxLength: columns })
          .map((elements) => Buffer.concat(elements)),
      ),
    ),
  ),
)

const { propertySet, metric } = fc.letrec<{ propertySet: Buffer; metric: Buffer }>((tie) => {
  const property = all(
    datatype(1),
    some(
      fc.oneof(
        { depthSize: 'small' },
        scalar(3),
        number(2),
        inside(9, tie('propertySet')),
        inside(10, inside(1, tie('propertySet'))),
      ),
      2,
    ),
  )
  const template = all(
    some(inside(2, tie('metric'))),
    some(inside(3, all(text(1), datatype(2), scalar(3)))),
    some(
      fc.oneof(
        text(1),
        text(4),
        fc.boolean().map((value) => integer(5, value)),
      ),
    ),
  )
  const packed = fc.uint8Array({ maxLength: 24 }).map((content) => bytes(16, content))
  const value = fc.oneof(
    { depthSize: 'small' },
    scalar(10),
    packed,
    inside(17, dataSet),
    inside(18, template),
    inside(19, some(strange)),
  )
  const parts = fc.oneof(
    { depthSize: 'small' },
    text(1),
    number(2),
    number(3),
    number(7),
    inside(8, some(strange)),
    inside(9, tie('propertySet')),
    strange,
  )
  return {
    propertySet: fc
      .array(fc.tuple(text(1), inside(2, property)), { maxLength: 2 })
      .map((pairs) => Buffer.concat([...pairs.map(([key]) => key), ...pairs.map(([, of]) => of)])),
    metric: all(text(1), datatype(4), value, some(parts)),
  }
})

/** What follows from the datatype: the value stands where it belongs, and can be read unless something else is amiss. */
const fitting: Fields = fc
  .constantFrom<readonly [readonly number[], Fields]>(
    [[1, 2, 3, 5, 6], number(10)],
    [[4, 7, 8, 13], number(11)],
    [[9], fc.float().map((value) => float(12, value))],
    [[10], fc.double().map((value) => double(13, value))],
    [[11], fc.boolean().map((value) => integer(14, value))],
    [[12, 14, 15], text(15)],
    [[17, 18, 22, 26, 32, 33], fc.uint8Array({ maxLength: 24 }).map((content) => bytes(16, content))],
    [[16], inside(17, dataSet)],
    [[19], inside(18, some(inside(2, metric)))],
  )
  .chain(([datatypes, value]) =>
    all(
      text(1),
      fc.constantFrom(...datatypes).map((of) => integer(4, of)),
      value,
      some(inside(9, propertySet), 1),
    ),
  )

export const sparkplugPayload: Fields = all(
  number(1),
  some(inside(2, fc.oneof(metric, fitting)), 5),
  number(3),
  some(fc.oneof(text(4), text(5), strange), 2),
)

/** What happens to a payload on the way through a bad library, buffer or wire. */
export const mutation = fc.oneof(
  fc.tuple(fc.constant('keep' as const), fc.constant(0), fc.constant(0)),
  fc.tuple(fc.constantFrom('flip', 'set', 'insert', 'remove', 'cut', 'repeat'), fc.nat(), fc.nat(255)),
)

export function mutate(payload: Buffer, [how, place, byte]: readonly [string, number, number]): Buffer {
  if (payload.length === 0) return payload
  const at = place % payload.length
  const [before, after] = [payload.subarray(0, at), payload.subarray(at + 1)]
  switch (how) {
    case 'flip':
      return Buffer.concat([before, Buffer.of(payload[at]! ^ (1 << (byte & 7))), after])
    case 'set':
      return Buffer.concat([before, Buffer.of(byte), after])
    case 'insert':
      return Buffer.concat([before, Buffer.of(byte), payload.subarray(at)])
    case 'remove':
      return Buffer.concat([before, after])
    case 'cut':
      return Buffer.from(before)
    case 'repeat':
      return Buffer.concat([payload, payload.subarray(at)])
    default:
      return payload
  }
}
