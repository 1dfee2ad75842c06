import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PointBatch } from '../../../src/core/point-batch.js'
import { DecodeError, newTopicMemory } from '../../../src/decode/decoder.js'
import { createDecoder } from '../../../src/decode/index.js'
import type { MappingConfig } from '../../../src/decode/mapping/index.js'
import { newDecoderContext } from '../../support/decoder-context.js'
import { decodeWith, type MappedPoint, mappingDecoder } from '../../support/mapped.js'
import { anyPayload, jsonText } from '../../support/payloads.js'
import { decode } from '../../support/points.js'

const RUNS = { seed: 20_240_229, numRuns: 2_000 }

interface Reading {
  readonly n?: string | number | null
  readonly v?: unknown
  readonly t?: number | string | null
  readonly q?: number
  readonly tag?: string
}

const MAPPING: MappingConfig = {
  at: 'groups.*[*]',
  field: 'n',
  value: 'v',
  time: { from: ['t', '$.t'], unit: 's' },
  tags: { group: '^@key', tag: 'tag' },
  skip: [{ when: 'q', isNot: [192] }],
}

const reading: fc.Arbitrary<Reading> = fc.record(
  {
    n: fc.constantFrom('a', 'b', 'c', 'time', '__proto__', 5, null),
    v: fc.constantFrom(1, -2.5, true, 'text', '', null, { x: 1, y: [2, null] }, [3], {}, 2 ** 60),
    t: fc.constantFrom(1700000000, '1700000001', 'soon', null),
    q: fc.constantFrom(192, 0),
    tag: fc.constantFrom('x', 'y', ''),
  },
  { requiredKeys: ['n'] },
)
const usually = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 6 })
const readingDocument = fc.record(
  {
    t: fc.constantFrom(1600000000, null),
    groups: fc.dictionary(fc.constantFrom('g1', 'g2', 'constructor'), usually(reading), {
      noNullPrototype: true,
    }),
  },
  { requiredKeys: ['groups'] },
)
type ReadingDocument = typeof readingDocument extends fc.Arbitrary<infer T> ? T : never

/** Fields, as name and text, of a value; nothing for null. */
function leaves(name: string, value: unknown): [string, string][] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [[name, String(value)]]
  return Object.entries(value).flatMap(([key, child]) => leaves(`${name}.${key}`, child))
}

interface NaivePoint {
  readonly place: string
  readonly fields: [string, string][]
  readonly skipped: boolean
}

/** What docs/mapping.md says of MAPPING, step by step, as slowly as one likes; undefined for a message that fails. */
function naive(document: ReadingDocument): NaivePoint[] | undefined {
  const points: NaivePoint[] = []
  const latest = new Map<string, NaivePoint>()
  let openPlace: string | undefined
  let waiting: NaivePoint[] = []
  let records = 0
  const close = () => {
    points.push(...waiting)
    waiting = []
  }
  for (const [group, readings] of Object.entries(document.groups)) {
    for (const { n, v, t, q, tag } of readings) {
      records++
      const skipped = q !== undefined && q !== 192
      const time = t ?? document.t ?? null
      if (time === 'soon' && !skipped) return undefined
      if (n === null && !skipped) return undefined
      const tags = tag === undefined || tag === '' ? `group=${group}` : `group=${group},tag=${tag}`
      const place = `${tags} ${time === null || time === 'soon' ? '' : `${time}000000000`}`
      const fields = leaves(String(n), v)
      if (skipped) {
        const own = n === null ? [] : fields
        const name = n === null ? group : String(n)
        waiting.push({ place, skipped, fields: own.length > 0 ? own : [[name, String(q)]] })
        continue
      }
      if (openPlace !== place) {
        close()
        // Without a time of its own, a record joins the one before it and no other.
        if (time === null) latest.delete(place)
      }
      openPlace = place
      if (fields.length === 0) continue
      const last = latest.get(place)
      const isFree = last?.fields.every(([name]) => fields.every(([other]) => other !== name))
      if (last !== undefined && isFree) last.fields.push(...fields)
      else {
        const point = { place, fields, skipped }
        points.push(point)
        latest.set(place, point)
      }
    }
  }
  close()
  return records === 0 || points.length === 0 ? undefined : points
}

function plain(point: MappedPoint): NaivePoint {
  const tags = point.tags.map(({ name, value }) => `${name}=${value}`).join(',')
  return {
    place: `${tags} ${point.time}`,
    fields: point.fields.map(([name, , text]) => [name, text]),
    skipped: point.outcome === 'filter',
  }
}

describe('any document', () => {
  test('is read as the documentation says, by a decoder that has read others before', () => {
    const decoder = mappingDecoder(MAPPING)
    fc.assert(
      fc.property(readingDocument, (document) => {
        assert.deepEqual(readBy(decoder, document), naive(document))
      }),
      RUNS,
    )
  })

  test('and any bytes become points, all of them whole, or a DecodeError, by any mapping', () => {
    const decoders = MAPPINGS.map((mapping) => mappingDecoder(mapping, { fieldTypes: { a: 'integer' } }))
    const batch = new PointBatch()
    fc.assert(
      fc.property(fc.constantFrom(...decoders), anyPayload(jsonText), (decoder, payload) => {
        batch.clear()
        try {
          decoder.decode(payload, newTopicMemory('a/b'), batch)
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error))
          return
        }
        assert.equal(batch.openFields, 0)
        for (let p = 0; p < batch.points; p++) assert.match(batch.times[p]!, /^(?:0|[1-9]\d{0,18})?$/)
      }),
      { ...RUNS, numRuns: 6_000 },
    )
  })

  test('without a mapping is read as the decoder json reads it', () => {
    for (const options of PLAIN_OPTIONS) {
      const all = { timestampUnit: 'auto', fieldTypes: {}, ...options } as const
      const streaming = createDecoder('json', { ...all, compression: 'none' }, newDecoderContext())
      const whole = mappingDecoder(undefined, all)
      fc.assert(
        fc.property(jsonText, (text) => {
          const read = decode(whole, text)
          // A key that stands twice is always refused in a document, and in text only if it makes a field twice.
          if (read instanceof DecodeError && /twice/.test(read.message)) return
          assert.deepEqual(comparable(read), comparable(decode(streaming, text)), text)
        }),
        RUNS,
      )
    }
  })
})

function readBy(decoder: ReturnType<typeof mappingDecoder>, document: unknown): NaivePoint[] | undefined {
  try {
    return decodeWith(decoder, document).map(plain)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

const PLAIN_OPTIONS = [
  {},
  { timestampKey: 'ts', timestampUnit: 'ms' },
  { field: 'f', fieldTypes: { a: 'integer', 'a.b': 'boolean', f: 'float' } },
] as const

/** Numbers by their value, since one of the two keeps them as they were written; fields in the order of names. */
function comparable(decoded: ReturnType<typeof decode>): unknown {
  if (decoded instanceof DecodeError) return 'refused'
  return decoded.map(({ time, fields }) => ({
    time,
    fields: fields
      .map(([name, type, text]) => [name, type, type === 'float' ? Number(text) + 0 : text])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  }))
}

const MAPPINGS: readonly MappingConfig[] = [
  MAPPING,
  {},
  { at: '' },
  { at: '*', textNumbers: true, tags: { k: '@key', i: '{^@index}{$.a}' } },
  { at: '[*]', field: '{a}{b}', value: ['a.b', 't', '@'], type: { from: 'a', default: 'auto' } },
  { at: '*.*', device: { device: 'a', line: '^@key' }, measurement: 'ts', unit: 'b' },
  { at: 'a[*]', quality: { from: 'b', scheme: 'opc-ua', otherwise: 'deadLetter' }, except: ['t'] },
  { at: '', skip: [{ when: '@value', matches: '.' }], deadLetter: [{ when: '@field', is: ['constructor'] }] },
  { at: '', time: { from: ['t', 'ts'], zone: 'Asia/Shanghai', plus: { times: 'a@length', interval: 'b' } } },
  { at: '', field: { from: 'a', lookup: 'table' }, value: "['__proto__']" },
  { learn: { at: '*[*]', table: 'table', key: 'a', name: 'b', type: 't' } },
  { records: [{ at: 'a' }, { at: 'b' }], rename: { a: 'b' }, enums: { b: { '1': true, x: 5 } } },
]
