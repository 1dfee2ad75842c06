import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parse } from 'yaml'
import { PointBatch } from '../../src/core/point-batch.js'
import { DecodeError, type Decoder, newTopicMemory } from '../../src/decode/decoder.js'
import { DocumentReader, locate, readDocument } from '../../src/decode/documents/index.js'
import { createDecoder, type DecoderName } from '../../src/decode/index.js'
import type { MappingConfig } from '../../src/decode/mapping/config.js'
import { MappingDecoder } from '../../src/decode/mapping/index.js'
import { encodeCbor, encodeMessagePack } from '../support/binary-payloads.js'
import { newDecoderContext } from '../support/decoder-context.js'
import { PLAIN } from '../support/documents.js'
import { changes, spliced } from '../support/mutations.js'
import { packageRoot } from '../support/package-root.js'
import { jsonText } from '../support/payloads.js'
import { type Decoded, decode } from '../support/points.js'
import { documents } from '../support/random-documents.js'
import { payloadOf } from '../support/sparkplug-messages.js'

const SEED = 20_261_121
const SAMPLES = join(packageRoot(), 'test/decode/presets/samples')
const PRESETS = join(packageRoot(), 'config/presets')

/** What a decoder makes of a payload, comparable; anything but a DecodeError is thrown. */
function outcome(decoded: Decoded): unknown {
  return decoded instanceof DecodeError ? `${decoded.code} ${decoded.message}` : decoded
}

describe('presets', () => {
  const samples = readdirSync(SAMPLES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.json'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))

  for (const file of readdirSync(PRESETS).filter((name) => name.endsWith('.yaml'))) {
    test(`${file} makes whole points of any payload, or none`, () => presetHolds(file, samples))
  }
})

interface Preset {
  readonly decoder: DecoderName
  readonly mapping?: MappingConfig
}

function presetHolds(file: string, samples: readonly Buffer[]): void {
  const { decoder: name, mapping } = parse(readFileSync(join(PRESETS, file), 'utf8')) as Preset
  const create = () =>
    createDecoder(
      name,
      { timestampUnit: 'auto', fieldTypes: {}, ...(mapping !== undefined && { mapping }) },
      newDecoderContext(),
    )
  const payload = fc.oneof(
    fc.tuple(fc.constantFrom(...samples), changes).map(([sample, change]) => change(sample)),
    spliced(samples),
  )
  const used = create()
  const batch = new PointBatch()
  const memory = newTopicMemory('a/b/c')
  const isLearner = mapping?.learn !== undefined
  fc.assert(
    fc.property(payload, (bytes) => {
      const warm = outcome(decode(used, bytes, memory, batch))
      // One that learns answers from what it has learnt.
      if (!isLearner) assert.deepEqual(warm, outcome(decode(create(), bytes, newTopicMemory('a/b/c'))))
    }),
    { seed: SEED, numRuns: 150 },
  )
}

describe('documents', () => {
  const encoders = { cbor: encodeCbor, msgpack: encodeMessagePack } as const

  for (const format of ['cbor', 'msgpack'] as const) {
    test(`changed ${format} is read or refused, whatever was read before`, () => {
      const reader = new DocumentReader(format, PLAIN)
      fc.assert(
        fc.property(documents, changes, (document, change) => {
          const payload = change(encoders[format](document))
          const read = attempt(() => reader.read(payload))
          assert.deepEqual(
            read,
            attempt(() => readDocument(format, payload, PLAIN)),
          )
        }),
        { seed: SEED, numRuns: 5_000 },
      )
    })

    test(`${format} that announces more than it has is refused at once`, () => {
      const heads = format === 'cbor' ? ['9a', 'ba', '5a', '7a'] : ['dd', 'df', 'c6', 'db', 'c9']
      fc.assert(
        fc.property(
          fc.constantFrom(...heads),
          fc.integer({ min: 1_000, max: 2 ** 32 - 1 }),
          fc.nat(9),
          (head, count, tail) => {
            const payload = Buffer.from(
              `${head}${count.toString(16).padStart(8, '0')}${'00'.repeat(tail)}`,
              'hex',
            )
            assert.match(String(attempt(() => readDocument(format, payload, PLAIN))), /^malformed .*bytes/)
          },
        ),
        { seed: SEED, numRuns: 500 },
      )
    })
  }

  test('changed compressed JSON is read or refused', () => {
    fc.assert(
      fc.property(jsonText, changes, (text, change) => {
        attempt(() => readDocument('json', change(gzipSync(text)), PLAIN))
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })

  test('any place is looked for in any text', () => {
    const path = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'a.b', ''), fc.nat(3)), { maxLength: 4 })
    fc.assert(
      fc.property(jsonText, changes, path, (text, change, wanted) => {
        const place = locate(change(Buffer.from(text)).toString(), wanted)
        if (place !== undefined) assert.ok(place.line >= 1 && place.column >= 1)
      }),
      { seed: SEED, numRuns: 3_000 },
    )
  })
})

/** The result, or code and message of a DecodeError; anything else is thrown. */
function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof DecodeError) return `${error.code} ${error.message}`
    throw error
  }
}

test('JSON has the same points, read straight or as a document', () => {
  const options = { timestampUnit: 'auto', fieldTypes: { b: 'integer', t: 'boolean' } } as const
  const straight = createDecoder('json', options, newDecoderContext())
  const asDocument = new MappingDecoder('json', options, newDecoderContext())
  fc.assert(
    fc.property(jsonText, (text) => {
      const read = decode(asDocument, text)
      // A document has no key twice, even where one of the two has no value that would be a field.
      if (read instanceof DecodeError && read.code === 'bad_name') return
      assert.deepEqual(essence(read), essence(decode(straight, text)))
    }),
    { seed: SEED, numRuns: 5_000 },
  )
})

/** Without the wording of errors; numbers as numbers, and fields by name: a document has its own notation and order. */
function essence(decoded: Decoded): unknown {
  if (decoded instanceof DecodeError) return 'refused'
  return decoded.map(({ time, fields }) => {
    const values = fields.map(([name, type, text]) => [
      name,
      [type, type === 'float' ? Number(text) + 0 : text],
    ])
    return { time, values: new Map(values as [string, unknown][]) }
  })
}

describe('sparkplug', () => {
  const metrics = [
    { name: 'temperature', alias: 1, type: 'Double', value: 21.5, timestamp: 1_700_000_000_000 },
    { name: 'Motor/parts', alias: 2, type: 'Int64', value: 7 },
    { name: 'state', alias: 3, type: 'String', value: 'RUN' },
  ] as const
  const birth = payloadOf({ timestamp: 1_700_000_000_000, seq: 0, bdSeq: 1, metrics })
  const change = payloadOf({
    timestamp: 1_700_000_001_000,
    seq: 1,
    metrics: metrics.map(({ alias, type, value }) => ({ alias, type, value })),
  })
  const TOPICS = [
    'NBIRTH/node',
    'NDATA/node',
    'DBIRTH/node/dev',
    'DDATA/node/dev',
    'NDEATH/node',
    'DDEATH/node/dev',
  ]

  test('makes points of any message after any others, or refuses it', () => {
    const message = fc.record({
      topic: fc.constantFrom(...TOPICS).map((rest) => `spBv1.0/group/${rest}`),
      payload: fc.oneof(
        fc.constantFrom(birth, change),
        fc.tuple(fc.constantFrom(birth, change), changes).map(([sound, changed]) => changed(sound)),
      ),
    })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
        const decoder = createDecoder(
          'sparkplug',
          { timestampUnit: 'auto', fieldTypes: {} },
          newDecoderContext(),
        )
        const batch = new PointBatch()
        for (const { topic, payload } of messages)
          assertNamed(decode(decoder, payload, newTopicMemory(topic), batch))
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  function assertNamed(decoded: Decoded): void {
    if (decoded instanceof DecodeError) return
    for (const { fields } of decoded) for (const [name] of fields) assert.notEqual(name, '')
  }

  test('a decoder that has seen broken messages still reads sound ones', () => {
    const decoder: Decoder = createDecoder(
      'sparkplug',
      { timestampUnit: 'auto', fieldTypes: {} },
      newDecoderContext(),
    )
    fc.assert(
      fc.property(changes, (changed) => {
        const topic = (type: string) => newTopicMemory(`spBv1.0/group/${type}/node`)
        decode(decoder, changed(birth), topic('NDATA'))
        assert.ok(Array.isArray(decode(decoder, birth, topic('NBIRTH'))))
        assert.ok(Array.isArray(decode(decoder, change, topic('NDATA'))))
      }),
      { seed: SEED, numRuns: 300 },
    )
  })
})
