import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { encodePoint, seriesKey } from '../../../src/core/line-protocol.js'
import { PointBatch } from '../../../src/core/point-batch.js'
import {
  DecodeError,
  type DecoderContext,
  type DecoderOptions,
  newTopicMemory,
} from '../../../src/decode/decoder.js'
import { createDecoder, type DecoderName } from '../../../src/decode/index.js'
import { newDecoderContext } from '../../support/decoder-context.js'
import { packageRoot } from '../../support/package-root.js'

interface Route {
  readonly decoder: DecoderName
  readonly fieldTypes?: DecoderOptions['fieldTypes']
  readonly mapping: NonNullable<DecoderOptions['mapping']>
}

interface Example {
  readonly route: Route
  readonly topic?: string
  readonly payload: string
  readonly learnt?: { readonly mapping: Route['mapping']; readonly payload: string }
  readonly stored?: readonly string[]
  readonly filtered?: readonly string[]
  readonly deadLettered?: readonly string[]
  readonly units?: readonly string[]
  readonly deadLetter?: string
}

const FILES = ['mapping.md', 'mapping.zh-CN.md']

function examplesOf(file: string): Example[] {
  const text = readFileSync(join(packageRoot(), 'docs', file), 'utf8')
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml]) => parse(yaml!) as Example)
  return blocks.filter(({ route }) => route !== undefined)
}

function decoded(
  { mapping, decoder, fieldTypes = {} }: Route,
  payload: string,
  topic: string,
  context: DecoderContext,
) {
  const batch = new PointBatch()
  const options: DecoderOptions = { timestampUnit: 'auto', fieldTypes, mapping }
  createDecoder(decoder, options, context).decode(Buffer.from(payload), newTopicMemory(topic), batch)
  return batch
}

function outcome({ route, payload, learnt, topic = 'a/b' }: Example): Partial<Example> {
  const context = newDecoderContext()
  if (learnt !== undefined) decoded({ ...route, mapping: learnt.mapping }, learnt.payload, topic, context)
  try {
    return described(decoded(route, payload, topic, context))
  } catch (error) {
    if (error instanceof DecodeError) return { deadLetter: error.code }
    throw error
  }
}

function described(batch: PointBatch): Partial<Example> {
  const lines: Record<string, string[]> = {}
  for (let p = 0; p < batch.points; p++) {
    const judgement = batch.judgements[p]!
    const kind = judgement === 'keep' ? 'stored' : judgement.kind === 'filter' ? 'filtered' : 'deadLettered'
    lines[kind] = [...(lines[kind] ?? []), lineOf(batch, p)]
  }
  const units = batch.hasUnits ? { units: batch.units.slice(0, batch.fields) } : {}
  return { ...lines, ...units }
}

function lineOf(batch: PointBatch, p: number): string {
  const levels = Object.entries(batch.devices[p] ?? {}).map(([name, value]) => ({ name, value }))
  const series = seriesKey(batch.measurements[p] || 'telemetry', [...batch.tags[p]!, ...levels])
  return encodePoint(batch, p, series, batch.times[p] || 'arrival').trimEnd()
}

for (const file of FILES) {
  describe(`docs/${file}`, () => {
    for (const example of examplesOf(file)) {
      test(`is right about ${example.payload.slice(0, 100)}`, () => {
        const { route, topic, payload, learnt, ...expected } = example
        assert.deepEqual(outcome(example), expected)
      })
    }
  })
}

test('both languages have the same examples', () => {
  const [english, chinese] = FILES.map(examplesOf)
  assert.ok(english!.length > 8)
  assert.deepEqual(chinese, english)
})
