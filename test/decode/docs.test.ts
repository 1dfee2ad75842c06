import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { parse } from 'yaml'
import { encodePoint, seriesKey } from '../../src/core/line-protocol.js'
import { PointBatch } from '../../src/core/point-batch.js'
import {
  DECODE_ERROR_CODES,
  DecodeError,
  type Decoder,
  type DecoderOptions,
  type FieldTypeName,
  newTopicMemory,
  type TimestampUnit,
} from '../../src/decode/decoder.js'
import { ExpressionWorker } from '../../src/decode/expression/index.js'
import { createDecoder, DECODERS, type DecoderName } from '../../src/decode/index.js'
import { newDecoderContext } from '../support/decoder-context.js'
import { bytes } from '../support/documents.js'
import { packageRoot } from '../support/package-root.js'

interface Example {
  readonly route: {
    readonly decoder: DecoderName
    readonly field?: string
    readonly expression?: string
    readonly timestamp?: { readonly key?: string; readonly unit?: TimestampUnit }
    readonly fieldTypes?: Readonly<Record<string, FieldTypeName>>
  }
  readonly topic?: string
  readonly payload?: string
  /** Instead of `payload`: its bytes. */
  readonly hex?: string
  readonly stored?: readonly string[]
  readonly deadLetter?: string
}

const FILES = ['decoders.md', 'decoders.zh-CN.md']

function read(file: string): string {
  return readFileSync(join(packageRoot(), 'docs', file), 'utf8')
}

function examplesOf(file: string): Example[] {
  return [...read(file).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml]) => parse(yaml!) as Example)
}

const expressions = new ExpressionWorker()
after(() => expressions.close())

function payloadOf({ payload, hex }: Example): Buffer {
  return hex === undefined ? Buffer.from(payload!) : bytes(hex)
}

function decoderOf({
  decoder,
  field,
  expression,
  timestamp = {},
  fieldTypes = {},
}: Example['route']): Decoder {
  const { key, unit = 'auto' } = timestamp
  const options: DecoderOptions = {
    timestampUnit: unit,
    fieldTypes,
    ...(key !== undefined && { timestampKey: key }),
    ...(field !== undefined && { field }),
    ...(expression !== undefined && { expression }),
  }
  return createDecoder(decoder, options, { ...newDecoderContext(), expressions })
}

/** The lines that are stored, without the tags of the device, or the code of the dead letter. */
function outcome(decoder: Decoder, payload: Buffer, topic = 'a/b'): string[] | string {
  const batch = new PointBatch()
  try {
    decoder.decode(payload, newTopicMemory(topic), batch)
  } catch (error) {
    if (error instanceof DecodeError) return error.code
    throw error
  }
  return Array.from({ length: batch.points }, (_, p) => {
    const series = seriesKey(batch.measurements[p] || 'telemetry', batch.tags[p]!)
    return encodePoint(batch, p, series, batch.times[p] || 'arrival').trimEnd()
  })
}

for (const file of FILES) {
  describe(`docs/${file}`, () => {
    const examples = examplesOf(file)

    for (const example of examples) {
      const { route, topic, payload, hex, stored, deadLetter } = example
      test(`is right about ${(payload ?? hex!).trim()}`, () => {
        assert.deepEqual(outcome(decoderOf(route), payloadOf(example), topic), stored ?? deadLetter)
      })
    }

    test('has examples of every decoder that has no document of its own', () => {
      const here = DECODERS.filter((name) => name !== 'sparkplug')
      assert.deepEqual(new Set(examples.map(({ route }) => route.decoder)), new Set(here))
    })

    test('lists every reason code, and is right about their examples', () => {
      const rows = [...read(file).matchAll(/^\| `(\w+)` \|.*\| (?:`(.*)` )?\|$/gm)]
      assert.deepEqual(
        rows.map(([, code]) => code),
        [...DECODE_ERROR_CODES],
      )
      for (const [, code, payload] of rows) {
        if (payload === undefined) continue
        assert.equal(outcome(decoderOf({ decoder: 'json' }), Buffer.from(payload)), code)
      }
    })
  })
}

test('both languages have the same examples', () => {
  const [english, chinese] = FILES.map(examplesOf)
  assert.deepEqual(chinese, english)
})
