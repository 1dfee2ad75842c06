import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPackage } from '../../../../src/core/package-root.js'
import { NO_TAGS, PointBatch } from '../../../../src/core/point-batch.js'
import {
  bdSeqOf,
  Datatype,
  DEFAULT_VALUE_OPTIONS,
  datatypeName,
  epochNanoseconds,
  MetricValues,
  PayloadReader,
  qualityOf,
} from '../../../../src/decode/sparkplug/wire/index.js'
import { bytes, float, integer, message } from '../../../support/protobuf.js'
import { fieldsIn, metric, readFields } from '../../../support/sparkplug-fields.js'

const INT32 = integer(4, Datatype.Int32)

test('a metric that leaves its datatype and name out has those that it is given, and the unit', () => {
  const reader = new PayloadReader()
  const batch = new PointBatch()
  const values = new MetricValues(DEFAULT_VALUE_OPTIONS)
  reader.read(
    Buffer.concat([
      metric(integer(2, 7), integer(10, 0xffff_fff4)),
      metric(integer(2, 8), bytes(15, 'run')),
      metric(integer(2, 9), integer(7, true)),
    ]),
  )
  values.append(batch, reader, 0, 'Force', Datatype.Int32, 'kN')
  values.append(batch, reader, 1, 'State', Datatype.String, 'kN')
  values.append(batch, reader, 2, 'Load', Datatype.Float, '%')
  batch.point('', NO_TAGS, '')
  assert.deepEqual(fieldsIn(batch), [
    ['Force', 'integer', '-12', 'kN'],
    ['State', 'string', 'run'],
  ])
  assert.equal(values.nulls, 1)
  values.resetNulls()
  assert.equal(values.nulls, 0)
})

test('the route makes a field another type, of arrays and members too, or refuses what it cannot be', () => {
  const payload = metric(bytes(1, 'v'), integer(4, Datatype.UInt8Array), bytes(16, Buffer.of(1, 2)))
  assert.deepEqual(readFields(payload, { fieldTypes: { 'v.1': 'float' } }).fields, [
    ['v.0', 'integer', '1'],
    ['v.1', 'float', '2'],
  ])
  const half = metric(bytes(1, 'v'), integer(4, Datatype.Float), float(12, 0.5))
  assert.throws(() => readFields(half, { fieldTypes: { v: 'integer' } }), { code: 'bad_type' })
})

test('milliseconds become nanoseconds, as far as 64 bits reach', () => {
  assert.equal(epochNanoseconds(''), '')
  assert.equal(epochNanoseconds('0'), '0')
  assert.equal(epochNanoseconds('1700000000123'), '1700000000123000000')
  assert.equal(epochNanoseconds('9223372036854'), '9223372036854000000')
  for (const beyond of ['9223372036855', '18446744073709551615'])
    assert.throws(() => epochNanoseconds(beyond), { code: 'bad_timestamp' })
})

test('the quality of a metric is a signed number, where it has one', () => {
  const quality = (...properties: readonly Buffer[]): number | undefined =>
    qualityOf(readFields(metric(bytes(1, 'v'), INT32, integer(10, 1), ...properties)).reader, 0)
  const set = (...value: readonly Buffer[]): Buffer =>
    message(
      9,
      bytes(1, 'engUnit'),
      bytes(1, 'Quality'),
      message(2, integer(1, 12), bytes(8, 'kN')),
      message(2, ...value),
    )
  assert.equal(quality(), undefined)
  assert.equal(quality(message(9)), undefined)
  assert.equal(quality(set(integer(1, 3), integer(3, 192))), 192)
  assert.equal(quality(set(integer(1, 3), integer(3, 0))), 0)
  assert.equal(quality(set(integer(1, 3), integer(3, 0x8000_0200))), -2_147_483_136, 'as Ignition has it')
  assert.equal(quality(set(integer(1, 3), integer(2, true))), undefined)
  assert.equal(quality(set(integer(1, 12), bytes(8, 'good'))), undefined)
})

test('bdSeq is a number from 0 to 255, in 32 or 64 bits', () => {
  const bdSeq = (...value: readonly Buffer[]): number =>
    bdSeqOf(readFields(metric(bytes(1, 'bdSeq'), integer(4, Datatype.UInt64), ...value)).reader)
  assert.equal(bdSeq(integer(11, 255)), 255)
  assert.equal(bdSeq(integer(10, 3)), 3)
  assert.equal(bdSeq(integer(11, 256)), -1)
  assert.equal(bdSeq(integer(11, 1n << 32n)), -1)
  assert.equal(bdSeq(integer(7, true), integer(11, 1)), -1)
})

test('every datatype is documented in both languages', () => {
  const { root } = findPackage()
  for (const file of ['sparkplug-values.md', 'sparkplug-values.zh-CN.md']) {
    const rows = readFileSync(join(root, 'docs', file), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|')[1]!)
    const documented = new Set(rows.flatMap((cell) => cell.split(/[,、]/).map((name) => name.trim())))
    for (const name of Object.keys(Datatype).slice(1)) assert.ok(documented.has(name), `${file}: ${name}`)
  }
})

test('datatypes have the names that people know', () => {
  assert.deepEqual(
    [datatypeName(3), datatypeName(34), datatypeName(99)],
    ['Int32', 'DateTimeArray', 'datatype 99'],
  )
})
