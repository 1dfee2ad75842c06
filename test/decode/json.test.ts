import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { PointBatch } from '../../src/core/point-batch.js'
import { type DecoderOptions, newTopicMemory } from '../../src/decode/decoder.js'
import { JsonDecoder } from '../../src/decode/json.js'
import { accepted, decode, only, refused } from '../support/points.js'

function json(options: Partial<DecoderOptions> = {}): JsonDecoder {
  return new JsonDecoder({ timestampUnit: 'auto', fieldTypes: {}, ...options })
}

test('numbers are floats as they were written, so that a field keeps its type from 5 to 5.1', () => {
  const { fields } = only(accepted(json(), '{"a":5,"b":5.10,"c":-0,"d":1E5,"e":9007199254740993}'))
  assert.deepEqual(fields, [
    ['a', 'float', '5'],
    ['b', 'float', '5.10'],
    ['c', 'float', '-0'],
    ['d', 'float', '1E5'],
    ['e', 'float', '9007199254740993'],
  ])
})

test('nested names are joined by points, arrays count from 0, null is no value', () => {
  const { values } = only(
    accepted(json(), '{"spindle":{"load":12,"axis":{"x":1}},"zones":[200,{"set":5},null,[7]],"n":null}'),
  )
  assert.deepEqual(values, {
    'spindle.load': '12',
    'spindle.axis.x': '1',
    'zones.0': '200',
    'zones.1.set': '5',
    'zones.3.0': '7',
  })
})

test('each object of an array is a point with its own time', () => {
  const points = accepted(json(), '[{"ts":1700000000000,"a":1},{"a":2},{},{"ts":1700000001,"a":3}]')
  assert.deepEqual(
    points.map(({ time, fields }) => [time, fields[0]![2]]),
    [
      ['1700000000000000000', '1'],
      ['', '2'],
      ['1700000001000000000', '3'],
    ],
  )
})

test('a bare value is the field of the last topic level, or the one of the route', () => {
  assert.deepEqual(only(accepted(json(), '21.5', 'hall/temperature')).values, { temperature: '21.5' })
  assert.deepEqual(only(accepted(json({ field: 't' }), '[1,2]', 'hall/x')).values, { 't.0': '1', 't.1': '2' })
  assert.equal(refused(json(), '21.5', 'hall/'), 'bad_name')
})

test('the first well-known key with a timestamp is the time, all else is fields', () => {
  for (const key of ['ts', 'time', 'timestamp', 't']) {
    const { time, values } = only(accepted(json(), `{"${key}":1700000000000,"a":1}`))
    assert.deepEqual([time, values], ['1700000000000000000', { a: '1' }])
  }
  const both = only(accepted(json(), '{"ts":1700000000000,"t":1700000009999,"a":1}'))
  assert.deepEqual([both.time, both.values], ['1700000000000000000', { t: '1700000009999', a: '1' }])
})

test('a well-known key with something else is a field', () => {
  for (const value of ['21.5', '"cold"', 'true', '-1', '1e4']) {
    const { time, values } = only(accepted(json(), `{"t":${value},"a":1}`))
    assert.deepEqual([time, values], ['', { t: value.replaceAll('"', ''), a: '1' }])
  }
  const nested = only(accepted(json(), '{"t":{"x":1},"time":[2],"ts":null,"a":{"ts":1700000000000}}'))
  assert.deepEqual([nested.time, nested.values], ['', { 't.x': '1', 'time.0': '2', 'a.ts': '1700000000000' }])
})

test('under the configured key, only a timestamp of the unit will do', () => {
  const decoder = json({ timestampKey: 'at', timestampUnit: 's' })
  const point = only(accepted(decoder, '{"ts":1700000000000,"at":1700000000.5}'))
  assert.deepEqual([point.time, point.values], ['1700000000500000000', { ts: '1700000000000' }])
  for (const value of ['"2024-01-01T00:00:00Z"', 'null', '{}', '[]', 'true', '-5', '"x"']) {
    assert.equal(refused(decoder, `{"at":${value},"a":1}`), 'bad_timestamp', value)
  }
  assert.equal(refused(decoder, '{"at":1700000000,"at":1700000001,"a":1}'), 'bad_timestamp')
})

test('two fields that would be stored under one name are refused', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":{"b":1},"a.b":2}',
    '{"a":[1],"a.0":2}',
    '{"a\\nb":1,"a b":2}',
    '{"t":"x","time":1,"time_":2}',
  ])
    assert.equal(refused(json(), text), 'bad_name', text)
})

test('a point that was sound does not vouch for one that only looks like it', () => {
  const pairs = [
    ['[{"a":1},{"a":2}]', '{"a":1,"a":2}'],
    ['{"a":1,"a":2', '{"a":1,"a":2}'],
    ['{"a":null,"a":1}', '{"a":1,"a":2}'],
    ['{"a":[1],"a.1":5}', '{"a":[1,2],"a.1":5}'],
    ['{"a\\\\b":1}', '{"a\\b":1}'],
    ['{"a\\nb":1}', '{"a\nb":1}'],
    ['{"a\\"b":1}', '{"a"b":1}'],
  ] as const
  for (const [first, second] of pairs) {
    const decoder = json()
    const memory = newTopicMemory('x')
    decode(decoder, first, memory)
    assert.deepEqual(decode(decoder, second, memory), decode(json(), second), second)
  }
})

test('half a surrogate pair becomes the replacement character, as everywhere in UTF-8', () => {
  assert.deepEqual(only(accepted(json(), '{"\\ud83d":"\\ud83d\\ude00\\udc00"}')).values, {
    '\ufffd': '😀\ufffd',
  })
})

test('32 levels are read, 33 are too deep', () => {
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const arrays = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`
  for (const text of [objects, arrays]) {
    assert.equal(accepted(json(), text(32)).length, 1)
    assert.equal(refused(json(), text(33)), 'too_deep')
  }
})

test('an error says what was expected and where', () => {
  const error = decode(json(), '{"a":1 "b":2}')
  assert.match(String(error), /JSON: "," or "\}" expected at character 8, found "\\""/)
  assert.match(String(decode(json(), '{"a":')), /value expected at character 6, found the end/)
})

test('values of a long payload do not keep the payload in memory', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const decoder = json()
  const batch = new PointBatch()
  const kept: string[] = []
  const filler = 'x'.repeat(2 ** 20)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 100; n++) {
    const key = `a rather long key number ${n}`
    batch.clear()
    decoder.decode(
      Buffer.from(`{"ts":${1_700_000_000_000 + n},"${key}":${n}.1234567890123,"filler":"${filler}"}`),
      newTopicMemory('x'),
      batch,
    )
    kept.push(batch.names[0]!, batch.texts[0]!, batch.times[0]!)
  }
  batch.clear()
  collect()
  const grown = process.memoryUsage().heapUsed - before
  assert.equal(kept.length, 300)
  assert.ok(grown < 30 * 2 ** 20, `the heap grew by ${grown} bytes`)
})
