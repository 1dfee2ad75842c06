import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NO_TAGS, PointBatch } from '../../../../src/core/point-batch.js'
import { DecodeError } from '../../../../src/decode/decoder.js'
import {
  bdSeqOf,
  DEFAULT_VALUE_OPTIONS,
  DefinitionReader,
  Members,
  MetricValues,
  PayloadReader,
  qualityOf,
} from '../../../../src/decode/sparkplug/wire/index.js'
import { cNode, pythonNode } from '../../../support/sparkplug-captures.js'
import { fieldsIn } from '../../../support/sparkplug-fields.js'
import { mutate, mutation, sparkplugPayload } from '../../../support/sparkplug-trees.js'

const INTEGER = /^(?:0|-?[1-9]\d*)$/
const FLOAT = /^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/
const CAPTURES = [...Object.values(cNode), ...Object.values(pythonNode)].map(({ payload }) => payload)

/** One set of everything, as a decoder has it, so that what a message leaves behind meets the next one. */
class Subject {
  readonly reader = new PayloadReader()
  readonly values = new MetricValues({ ...DEFAULT_VALUE_OPTIONS, properties: ['*'] })
  readonly definitions = new DefinitionReader()
  readonly batch = new PointBatch()

  run(payload: Buffer): unknown {
    const { reader, batch } = this
    batch.clear()
    try {
      reader.read(payload)
      const definitions = Array.from({ length: reader.metrics }, (_, i) => this.definitions.read(reader, i))
      const qualities = definitions.map((_, i) => qualityOf(reader, i))
      for (const [i, { name, datatype, unit, members }] of definitions.entries())
        this.values.append(batch, reader, i, `f${i}${name}`, datatype, unit, new Members(members))
      batch.point('', NO_TAGS, '')
      return [fieldsIn(batch), definitions, qualities, bdSeqOf(reader)]
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      return error.code
    }
  }
}

function checkFields(batch: PointBatch): void {
  for (const [name, type, text] of fieldsIn(batch)) {
    assert.ok(name.startsWith('f'))
    if (type === 'integer') {
      assert.match(text, INTEGER)
      assert.equal(BigInt.asIntN(64, BigInt(text)), BigInt(text), 'it fits 64 bits')
    } else if (type === 'float') assert.match(text, FLOAT)
    else if (type === 'boolean') assert.match(text, /^(?:true|false)$/)
  }
}

test('whatever comes is read, or fails with a DecodeError, the same each time', () => {
  const used = new Subject()
  const outcomes = new Map<string, number>()
  fc.assert(
    fc.property(sparkplugPayload, fc.array(mutation, { maxLength: 4 }), (payload, mutations) => {
      const broken = mutations.reduce(mutate, payload)
      const result = used.run(broken)
      if (typeof result !== 'string') checkFields(used.batch)
      assert.deepEqual(new Subject().run(broken), result, 'what was read before makes no difference')
      const outcome = typeof result === 'string' ? result : 'read'
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }),
    { numRuns: 3_000, seed: 2026 },
  )
  for (const outcome of ['read', 'malformed', 'bad_type', 'unknown_type', 'out_of_range', 'not_utf8'])
    assert.ok((outcomes.get(outcome) ?? 0) > 20, `${outcome} is met: ${JSON.stringify([...outcomes])}`)
})

test('captures of official nodes, damaged at every byte, are read or fail with a DecodeError', () => {
  const subject = new Subject()
  for (const payload of CAPTURES) {
    for (let at = 0; at < payload.length; at++) {
      for (const how of ['cut', 'remove', 'flip', 'set'] as const)
        for (const byte of how === 'cut' || how === 'remove' ? [0] : [0, 3, 7, 0x7f, 0x80, 0xff]) {
          const result = subject.run(mutate(payload, [how, at, byte]))
          if (typeof result !== 'string') checkFields(subject.batch)
        }
    }
  }
  for (const payload of CAPTURES) assert.notEqual(typeof subject.run(payload), 'string')
})

test('bytes without any sense are read or fail with a DecodeError', () => {
  const subject = new Subject()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      subject.run(Buffer.from(content))
    }),
    { numRuns: 5_000, seed: 3 },
  )
})
