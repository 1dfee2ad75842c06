import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { encodePoint, escapeName, seriesKey } from '../../src/core/line-protocol.js'
import { LineProtocolParser } from '../../src/core/line-protocol-parser.js'
import { FieldType, PointBatch } from '../../src/core/point-batch.js'
import { type Decoder, newTopicMemory } from '../../src/decode/decoder.js'
import { anyPayload, HOSTILE_PAYLOADS } from '../support/payloads.js'
import { batchOf, type Decoded, decode, type PlainPoint } from '../support/points.js'

export interface Subject {
  readonly name: string
  /** A new decoder, without any memory of its own. */
  create(): Decoder
  /** A payload that says `field` is the integer `digits`, for a route that declares it an integer. */
  createForIntegers(field: string): Decoder
  integerPayload(field: string, digits: string): string | Buffer
  /** Payloads in the format of the decoder, most of them sound. */
  readonly payloads: fc.Arbitrary<string | Buffer>
  /** Payloads that must be accepted. */
  readonly sound: readonly (string | Buffer)[]
}

const RUNS = { seed: 20_240_229, numRuns: 1_500 }
const TOPIC = 'plant/line/value'

/** What every decoder owes the gateway, whatever bytes devices send. */
export function decoderContract(subject: Subject): void {
  describe(`decoder ${subject.name}`, () => {
    test('sound payloads are accepted', () => {
      for (const payload of subject.sound)
        assert.ok(isPoints(decode(subject.create(), payload)), String(payload))
    })
    test('any bytes become points, all of them whole, or a DecodeError', () => anyBytes(subject))
    test('deep, huge, foreign and broken payloads are answered', () => hostile(subject))
    test('a batch that was used before leaves nothing behind', () => batchReuse(subject))
    test('what other payloads left in the memory of a topic changes no result', () => warmMemory(subject))
    test('what other topics sent changes no result', () => sharedDecoder(subject))
    test('points are encoded to line protocol that reads back to the same values', () => encodes(subject))
    test('64-bit integers are exact, larger ones are refused', () => integers(subject))
  })
}

function isPoints(decoded: Decoded): decoded is readonly PlainPoint[] {
  return Array.isArray(decoded)
}

/** Comparable: the points, or code and message of the error. */
function outcome(decoded: Decoded): unknown {
  return isPoints(decoded) ? decoded : { code: decoded.code, message: decoded.message }
}

function anyBytes(subject: Subject): void {
  const decoder = subject.create()
  const batch = new PointBatch()
  const memory = newTopicMemory(TOPIC)
  fc.assert(
    fc.property(anyPayload(subject.payloads), (payload) => {
      const points = decode(decoder, payload, memory, batch)
      if (!isPoints(points)) return
      assert.equal(batch.openFields, 0)
      assert.ok(points.length > 0)
      for (const point of points) assertWhole(point)
    }),
    RUNS,
  )
}

function assertWhole({ time, fields }: PlainPoint): void {
  assert.match(time, /^(?:0|[1-9]\d{0,18})?$/)
  assert.ok(fields.length > 0)
  for (const [name, type, text] of fields) {
    assert.notEqual(name, '')
    if (type === 'float') assert.ok(Number.isFinite(Number(text)) && text !== '', text)
    if (type === 'integer') assert.equal(String(BigInt.asIntN(64, BigInt(text))), text)
    if (type === 'boolean') assert.match(text, /^(?:true|false)$/)
  }
  assert.equal(new Set(fields.map(([name]) => escapeName(name))).size, fields.length)
}

function hostile(subject: Subject): void {
  const decoder = subject.create()
  for (const payload of HOSTILE_PAYLOADS) {
    const decoded = decode(decoder, payload)
    if (isPoints(decoded)) for (const point of decoded) assertWhole(point)
    else assert.ok(decoded.message.length < 400, `${decoded.message.length} characters of message`)
  }
}

function batchReuse(subject: Subject): void {
  const used = new PointBatch()
  fc.assert(
    fc.property(fc.array(anyPayload(subject.payloads), { minLength: 2, maxLength: 4 }), (payloads) => {
      for (const payload of payloads) {
        const inUsed = decode(subject.create(), payload, newTopicMemory(TOPIC), used)
        assert.deepEqual(outcome(inUsed), outcome(decode(subject.create(), payload)))
      }
    }),
    { ...RUNS, numRuns: 500 },
  )
}

function warmMemory(subject: Subject): void {
  fc.assert(
    fc.property(fc.array(anyPayload(subject.payloads), { minLength: 2, maxLength: 6 }), (payloads) => {
      const decoder = subject.create()
      const memory = newTopicMemory(TOPIC)
      for (const payload of payloads) {
        const warm = decode(decoder, payload, memory)
        assert.deepEqual(outcome(warm), outcome(decode(subject.create(), payload, newTopicMemory(TOPIC))))
      }
    }),
    RUNS,
  )
}

function sharedDecoder(subject: Subject): void {
  const message = fc.record({
    topic: fc.constantFrom('x/a', 'x/b', 'x/'),
    payload: anyPayload(subject.payloads),
  })
  fc.assert(
    fc.property(fc.array(message, { minLength: 2, maxLength: 6 }), (messages) => {
      const decoder = subject.create()
      const memories = new Map(messages.map(({ topic }) => [topic, newTopicMemory(topic)]))
      for (const { topic, payload } of messages) {
        const shared = decode(decoder, payload, memories.get(topic))
        assert.deepEqual(outcome(shared), outcome(decode(subject.create(), payload, newTopicMemory(topic))))
      }
    }),
    { ...RUNS, numRuns: 1_000 },
  )
}

function encodes(subject: Subject): void {
  const decoder = subject.create()
  fc.assert(
    fc.property(anyPayload(subject.payloads), (payload) => {
      const points = decode(decoder, payload)
      if (!isPoints(points)) return
      assert.deepEqual(readBack(points), points.flatMap(asStored))
    }),
    RUNS,
  )
}

type StoredField = readonly [point: number, name: string, type: number, value: unknown]

function asStored({ fields }: PlainPoint, p: number): StoredField[] {
  return fields.map(([name, type, text]) => [
    p,
    storedName(name),
    FieldType[type],
    comparable(FieldType[type], text),
  ])
}

/** Names as core/line-protocol.ts says that they are stored. */
function storedName(name: string): string {
  if (name === 'time') return 'time_'
  return name.replace(/\p{Cc}+/gu, ' ').replace(/\\(?=[,= "]|$)/g, '/')
}

function comparable(type: number, text: string): unknown {
  return type === FieldType.float ? Number(text) : text
}

function readBack(points: readonly PlainPoint[]): StoredField[] {
  const batch = batchOf(points)
  const parser = new LineProtocolParser()
  parser.open(
    points
      .map((_, p) => encodePoint(batch, p, seriesKey('m', [{ name: 'device', value: 'd' }]), '1'))
      .join(''),
  )
  const fields: StoredField[] = []
  for (let p = 0; parser.next(); p++) {
    for (let f = 0; f < parser.fields; f++) {
      fields.push([p, parser.names[f]!, parser.types[f]!, comparable(parser.types[f]!, parser.texts[f]!)])
    }
  }
  return fields
}

function integers(subject: Subject): void {
  const near = (border: bigint) => fc.bigInt(border - 500n, border + 500n)
  const integer = fc.oneof(
    near(2n ** 63n),
    near(-(2n ** 63n)),
    near(2n ** 53n),
    near(0n),
    fc.bigInt(-(2n ** 66n), 2n ** 66n),
  )
  const decoder = subject.createForIntegers('n')
  fc.assert(
    fc.property(integer, (value) => {
      const decoded = decode(decoder, subject.integerPayload('n', String(value)))
      if (value === BigInt.asIntN(64, value)) {
        assert.deepEqual(isPoints(decoded) && decoded[0]!.fields, [['n', 'integer', String(value)]])
      } else assert.equal(!isPoints(decoded) && decoded.code, 'out_of_range')
    }),
    { ...RUNS, numRuns: 1_000 },
  )
}
