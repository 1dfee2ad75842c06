import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { QualityConfig } from '../../src/config/schema.js'
import { parseConfig } from '../../src/config/validate.js'
import type { Device } from '../../src/core/device.js'
import { LogThrottle, silentLogger } from '../../src/core/logger.js'
import { FieldType, PointBatch } from '../../src/core/point-batch.js'
import { PointMemory } from '../../src/quality/duplicates/point-memory.js'
import { QualityPlan } from '../../src/quality/plan.js'
import { SeriesStore } from '../../src/quality/series/series-store.js'
import { ClockSkews } from '../../src/quality/time/clock-skew.js'
import { KnownTypes } from '../../src/quality/types/known-types.js'
import { MemoryStore } from '../support/memory-store.js'
import type { PlainPoint } from '../support/points.js'
import { floats, QualityStream, START_MS } from '../support/quality-stream.js'

function deviceOf(name: string, line = 'l'): Device {
  return { slot: 1, path: `s/a/${line}/${name}`, site: 's', area: 'a', line, device: name }
}

const DEVICE = deviceOf('d')

function planOf(quality: unknown = {}): QualityPlan {
  return planBy(parseConfig({ quality }).quality)
}

function planBy(quality: QualityConfig): QualityPlan {
  const store = new MemoryStore()
  const types = new KnownTypes(store)
  const series = new SeriesStore(store, types)
  series.start()
  return new QualityPlan(quality, {
    skews: new ClockSkews(),
    types,
    series,
    points: new PointMemory(),
    logger: silentLogger,
    throttle: new LogThrottle(60_000),
  })
}

function ownOf(quality: unknown) {
  const { routes } = parseConfig({ routes: [{ topic: 'a/{device}', decoder: 'json', quality }] })
  return routes[0]!
}

function streamOf(plan: QualityPlan, route = {}, device = DEVICE): QualityStream {
  return new QualityStream(
    plan.stageFor(route, device),
    device,
    plan.open(device, 'm', `m,device=${device.device}`),
  )
}

/** The value of `x` of a point with x = 100, as it is stored. */
function storedX(plan: QualityPlan, route = {}, device = DEVICE): string {
  return streamOf(plan, route, device).send(floats(0, { x: 100 })).fields[0]![2]
}

const scaled = (factor: number) => ({ scale: { factor } })

describe('the plan', () => {
  test('lets a sound point pass as it is when nothing is configured', () => {
    const stream = streamOf(planOf())
    const point = floats(0, { x: 1.5, y: 2 })
    assert.deepEqual(stream.send(point), point)
    assert.deepEqual(stream.judgements, ['keep'])
    assert.deepEqual(stream.notes, [])
  })

  test('takes what a device says before its route, and that before the whole, field by field', () => {
    const plan = planOf({
      fields: { x: scaled(2), y: scaled(3) },
      devices: { 's/a/l/own': { fields: { x: scaled(7) } }, other: { fields: { 'x*': scaled(9) } } },
    })
    const route = ownOf({ fields: { x: scaled(5), z: scaled(4) } })
    assert.equal(storedX(plan), '200')
    assert.equal(storedX(plan, route), '500')
    assert.equal(storedX(plan, route, deviceOf('own')), '700')
    assert.equal(storedX(plan, route, deviceOf('other')), '500')
    const sent = streamOf(plan, route, deviceOf('own')).send(floats(0, { x: 1, y: 1, z: 1 }))
    assert.deepEqual(
      sent.fields.map(([, , text]) => text),
      ['7', '3', '4'],
    )
  })

  test('finds a device by its path, else by its name', () => {
    const devices = { pump: { fields: { x: scaled(2) } }, 's/a/l2/pump': { fields: { x: scaled(3) } } }
    const plan = planOf({ devices })
    assert.equal(storedX(plan, {}, deviceOf('pump')), '200')
    assert.equal(storedX(plan, {}, deviceOf('pump', 'l2')), '300')
    assert.equal(storedX(plan, {}, deviceOf('constructor')), '100')
  })

  test('merges every key by itself', () => {
    const plan = planOf({
      time: { unset: 'dead-letter' },
      rateLimit: { pointsPerSecond: 1, burst: 1 },
      devices: { d: { rateLimit: { burst: 2 } } },
    })
    const route = ownOf({ time: { beyond: 'dead-letter' } })
    const stream = streamOf(plan, route)
    stream.send({ ...floats(0, { x: 1 }), time: '5000000000' })
    stream.send({ ...floats(0, { x: 1 }), time: `${START_MS + 10 * 86_400_000}000000` })
    for (const at of [0, 1, 2]) stream.send(floats(at, { x: 1 }))
    assert.deepEqual(stream.outcomes, ['clock_unset', 'clock_beyond', 'keep', 'keep', 'rate_limited'])
  })

  test('gives one stage to all that have the same settings', () => {
    const fields = { x: scaled(2) }
    const plan = planOf({ devices: { a: { fields }, b: { fields }, c: {} } })
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => plan.stageFor({}, deviceOf(name)))
    assert.equal(a, b)
    assert.equal(c, d)
    assert.notEqual(a, c)
    assert.equal(plan.stageFor(ownOf({ fields }), DEVICE), a)
    assert.equal(plan.stageFor(ownOf({}), DEVICE), c)
  })

  test('converts before it compares types and bounds, and thins last', () => {
    const plan = planOf({
      fields: {
        x: { unit: '[degF]', as: 'Cel', range: { max: 100 }, deadband: { absolute: 1 } },
      },
      rateLimit: { pointsPerSecond: 1, burst: 4 },
    })
    const stream = streamOf(plan)
    const send = (atMs: number, x: number) => stream.send(floats(atMs, { x }))
    assert.equal(send(0, 32).fields[0]![2], '0')
    stream.send({ ...floats(1, {}), fields: [['x', 'integer', '122']] })
    // Refused, filtered and repeated points cost nothing of the rate but for those that the deadband leaves out.
    const dead = send(2, 500)
    assert.deepEqual(dead.fields, [['x', 'float', '500']])
    send(0, 32)
    send(3, 123)
    send(4, 212)
    send(5, 32)
    assert.deepEqual(stream.outcomes, [
      'keep',
      'keep',
      'value_out_of_bounds',
      'duplicate',
      'deadband',
      'keep',
      'rate_limited',
    ])
  })

  test('refuses what a device invents beyond its budget, and nothing else', () => {
    const stream = streamOf(planOf({ budget: { seriesPerDevice: 2 } }))
    stream.send(floats(0, { x: 1, y: 1 }))
    stream.send(floats(1, { x: 1, z: 1 }))
    stream.send(floats(2, { x: 2, y: 1 }))
    assert.deepEqual(stream.outcomes, ['keep', 'series_budget', 'keep'])
  })
})

const EVERYTHING = {
  time: { maxBehindMs: 100_000, maxAheadMs: 100_000, beyond: 'dead-letter' },
  fields: {
    a: {
      unit: '[degF]',
      as: 'Cel',
      range: { min: -50, max: 150 },
      deadband: { swingingDoor: 2, maxSilenceMs: 60_000 },
    },
    'b*': {
      as: 'bar',
      scale: { factor: 0.1 },
      range: { max: 9, otherwise: 'clamp' },
      deadband: { percent: 5 },
    },
    c: { range: { min: 0, otherwise: 'filter' }, deadband: { absolute: 1 } },
  },
  rateLimit: { pointsPerSecond: 5, burst: 10 },
  budget: { seriesPerDevice: 5 },
}

const text = fc.oneof(
  fc.constantFrom('0', '1', '-1', '9007199254740993', '1e308', '-1e-320', '100', 'true', 'n/a', ''),
  fc.integer({ min: -200, max: 200 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => String(n + 0)),
)
const field = fc.record({
  name: fc.constantFrom('a', 'b', 'b1', 'c', 'd', '__proto__'),
  type: fc.constantFrom(
    FieldType.float,
    FieldType.float,
    FieldType.integer,
    FieldType.boolean,
    FieldType.string,
  ),
  text,
  unit: fc.constantFrom('', '', 'Cel', 'kPa', 'nonsense', 'constructor'),
})
const point = fc.record({
  afterMs: fc.integer({ min: -2_000, max: 20_000 }),
  time: fc.constantFrom(
    'device',
    'device',
    'device',
    'arrival',
    '0',
    '-62135596800000000000',
    '4102444800000000000',
  ),
  isHistorical: fc.boolean(),
  fields: fc.array(field, { minLength: 1, maxLength: 5 }),
})

/** As decoders make them: numbers are numbers, and booleans booleans. */
function textFor(type: FieldType, from: string): string {
  if (type === FieldType.string) return from
  if (type === FieldType.boolean) return from.length % 2 === 0 ? 'true' : 'false'
  const number = Number(from)
  const finite = Number.isFinite(number) ? number : 0
  return type === FieldType.integer
    ? String(Math.trunc(Math.min(1e15, Math.max(-1e15, finite))))
    : String(finite)
}

const SEED = 5

test('whatever comes, the whole chain neither throws nor loses count', () => {
  const seen = new Set<string>()
  const { quality } = parseConfig({ quality: EVERYTHING })
  fc.assert(
    fc.property(fc.array(point, { maxLength: 50 }), (points) => {
      const stream = streamOf(planBy(quality))
      let atMs = 0
      for (const { afterMs, time, isHistorical, fields } of points) {
        atMs += afterMs
        stream.arrivalMs = START_MS + Math.max(0, atMs) + 50
        const batch = new PointBatch()
        for (const { name, type, text: from, unit } of fields) {
          batch.field(name, type, textFor(type, from))
          batch.unit(unit)
        }
        const ns = time === 'device' ? `${START_MS + atMs}000000` : time === 'arrival' ? '' : time
        batch.point('', [], ns)
        batch.historical[0] = isHistorical
        const before = JSON.stringify([batch.names, batch.types, batch.texts, batch.times])
        stream.sendBatch(batch)
        const after = JSON.stringify([batch.names, batch.types, batch.texts, batch.times])
        const judgement = stream.judgements.at(-1)!
        if (judgement !== 'keep' && judgement.kind === 'refuse') assert.equal(after, before)
      }
      assert.equal(stream.stored.length + stream.filtered + stream.refused, points.length)
      assert.ok(stream.stored.every((line) => !/NaN|Infinity/.test(line)))
      for (const outcome of [...stream.outcomes, ...stream.notes]) seen.add(outcome)
    }),
    // Which outcomes come up is asserted below.
    { numRuns: 400, seed: SEED },
  )
  const expected = [
    'keep',
    'clock_beyond',
    'unit_unknown',
    'type_changed',
    'value_out_of_bounds',
    'out_of_bounds',
  ]
  for (const outcome of [...expected, 'series_budget', 'deadband', 'value_clamped', 'time_replaced']) {
    assert.ok(seen.has(outcome), outcome)
  }
})

test('points of one millisecond that differ are all stored', () => {
  const stream = streamOf(planOf({ fields: { x: { deadband: { absolute: 0 } } } }))
  const points: PlainPoint[] = [1, 2, 3, 3].map((x) => floats(0, { x }))
  for (const sent of points) stream.send(sent)
  assert.deepEqual(stream.outcomes, ['keep', 'keep', 'keep', 'duplicate'])
  assert.equal(new Set(stream.stored.map((line) => line.split(' ').at(-1))).size, 3)
})
