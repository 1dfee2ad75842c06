import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FieldType, PointBatch } from '../../../src/core/point-batch.js'
import { isUnit, type UnitConversion, unitConversion } from '../../../src/core/units.js'
import type { FieldSettings } from '../../../src/quality/settings.js'
import { ConvertStage } from '../../../src/quality/values/convert-stage.js'
import { FieldNumbers } from '../../../src/quality/values/field-numbers.js'
import { FieldRules } from '../../../src/quality/values/field-rules.js'
import { Linear } from '../../../src/quality/values/linear.js'
import type { TypeName } from '../../support/points.js'
import { QualityStream } from '../../support/quality-stream.js'

function streamOf(fields: Readonly<Record<string, FieldSettings>>, coerces = true): QualityStream {
  return new QualityStream(new ConvertStage(new FieldRules(fields), new FieldNumbers(), coerces))
}

/** [type, text] of one field after conversion, or the reason why there is none. */
function converted(settings: FieldSettings, text: string, type: TypeName = 'float', unit = ''): string[] {
  const stream = streamOf({ x: settings })
  const batch = new PointBatch()
  batch.field('x', FieldType[type], text)
  batch.unit(unit)
  batch.point('', [], '1')
  const [point] = stream.sendBatch(batch)
  const outcome = stream.outcomes[0]!
  return outcome === 'keep' ? [point!.fields[0]![1], point!.fields[0]![2]] : [outcome]
}

describe('a value with a unit', () => {
  const examples: readonly [from: string, to: string, value: string, result: string][] = [
    ['[degF]', 'Cel', '212', '100'],
    ['[degF]', 'Cel', '98.6', '37'],
    ['Cel', '[degF]', '21.3', '70.34'],
    ['Cel', 'K', '-40', '233.15'],
    ['K', 'Cel', '296.25', '23.1'],
    ['bar', 'kPa', '1.013', '101.3'],
    ['[in_i]', 'mm', '1', '25.4'],
    ['[in_i]', 'mm', '0.1', '2.54'],
    ['mm', '[in_i]', '25.4', '1'],
    ['km/h', 'm/s', '36', '10'],
    ['kW.h', 'J', '0.5', '1800000'],
    ['[lbf_av]', 'N', '1', '4.4482216152605'],
    ['%', '1', '12.5', '0.125'],
    ['{part}/min', '1/h', '0.5', '30'],
    ['ms', 's', '1e3', '1'],
  ]
  for (const [from, to, value, result] of examples) {
    test(`of ${value} ${from} is ${result} ${to}`, () => {
      assert.deepEqual(converted({ unit: from, as: to }, value), ['float', result])
    })
  }

  test('is a float, whatever it was and whatever comes out', () => {
    assert.deepEqual(converted({ unit: '[degF]', as: 'Cel' }, '32', 'integer'), ['float', '0'])
    assert.deepEqual(converted({ unit: 'Cel' }, '9007199254740993', 'integer'), ['float', '9007199254740993'])
    assert.deepEqual(converted({ unit: 'Cel', as: 'Cel' }, '0.10'), ['float', '0.10'])
  })

  test('goes there and back again', () => {
    const pairs = [
      ['[degF]', 'Cel'],
      ['Cel', 'K'],
      ['[psi]', 'bar'],
      ['[in_i]', 'mm'],
      ['km/h', 'm/s'],
      ['kW.h', 'J'],
    ] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.integer({ min: -100_000, max: 100_000 }),
        ([a, b], tenths) => {
          const value = String(tenths / 10)
          const there = converted({ unit: a, as: b }, value)[1]!
          const back = Number(converted({ unit: b, as: a }, there)[1])
          assert.ok(Math.abs(back - tenths / 10) <= 1e-9, `${value} ${a} = ${there} ${b} = ${back} ${a}`)
        },
      ),
    )
  })

  test('comes to the same however many values have come before', () => {
    const stream = streamOf({ x: { unit: '[degF]', as: 'Cel' } })
    const linear = Linear.ofUnits(unitConversion('[degF]', 'Cel') as UnitConversion)
    const value = fc.oneof(
      fc.constantFrom(0, -0, 4294967.296, 0.0001, 1e300),
      fc.integer().map((n) => n / 1000),
    )
    fc.assert(
      fc.property(value, (degrees) => {
        const fields = [['x', 'float', String(degrees)]] as const
        const sent = stream.send({ measurement: '', tags: [], time: '1', fields })
        assert.equal(sent.fields[0]![2], String(linear.apply(Number(String(degrees)))))
      }),
      { numRuns: 3000 },
    )
  })

  test('that the payload names is converted from there', () => {
    assert.deepEqual(converted({ as: 'Cel' }, '212', 'float', '[degF]'), ['float', '100'])
    assert.deepEqual(converted({ unit: '[degF]', as: 'Cel' }, '100', 'float', 'Cel'), ['float', '100'])
    assert.deepEqual(converted({ unit: 'bar' }, '100', 'float', 'kPa'), ['float', '1'])
  })

  test('that is unknown, measures something else or is missing is refused', () => {
    assert.deepEqual(converted({ as: 'Cel' }, '1', 'float', 'degrees'), ['unit_unknown'])
    assert.deepEqual(converted({ as: 'Cel' }, '1', 'float', 'bar'), ['unit_unknown'])
    assert.deepEqual(converted({ as: 'Cel' }, '1', 'float', 'x'.repeat(100_000)), ['unit_unknown'])
    assert.deepEqual(converted({ as: 'Cel' }, '1'), ['unit_unknown'])
    const stream = streamOf({ x: { as: 'Cel' } })
    stream.send({ measurement: '', tags: [], time: '1', fields: [['x', 'float', '1']] })
    const [judgement] = stream.judgements
    assert.ok(judgement !== undefined && judgement !== 'keep' && judgement.kind === 'refuse')
    assert.match(judgement.message, /field x: comes without a unit.* Cel/)
  })

  test('that a device invents again and again stays refused', () => {
    const stream = streamOf({ x: { as: 'Cel' } })
    for (let n = 0; n < 600; n++) {
      const batch = new PointBatch()
      batch.field('x', FieldType.float, '212')
      batch.unit(n % 2 === 0 ? `u${n}` : '[degF]')
      batch.point('', [], '1')
      assert.equal(stream.sendBatch(batch)[0]!.fields[0]![2], n % 2 === 0 ? '212' : '100')
    }
    assert.equal(stream.refused, 300)
  })

  test('is no text and no boolean, but a number that comes as text is one', () => {
    assert.deepEqual(converted({ unit: '[degF]', as: 'Cel' }, '212', 'string'), ['float', '100'])
    assert.deepEqual(converted({ unit: '[degF]', as: 'Cel' }, 'n/a', 'string'), ['type_changed'])
    assert.deepEqual(converted({ unit: '[degF]', as: 'Cel' }, 'true', 'boolean'), ['type_changed'])
    const stream = streamOf({ x: { unit: 'Cel' } }, false)
    stream.send({ measurement: '', tags: [], time: '1', fields: [['x', 'string', '1']] })
    assert.deepEqual(stream.outcomes, ['type_changed'])
  })

  test('that gets too large for a double is refused', () => {
    assert.deepEqual(converted({ unit: 'km', as: 'nm' }, '1e300'), ['value_out_of_bounds'])
  })

  test('leaves a point as it was decoded when another field is refused', () => {
    const stream = streamOf({ a: { unit: '[degF]', as: 'Cel' }, b: { as: 'Cel' } })
    const point = {
      measurement: '',
      tags: [],
      time: '1',
      fields: [
        ['a', 'integer', '212'],
        ['b', 'float', '1'],
      ],
    } as const
    assert.deepEqual(stream.send(point), point)
    assert.equal(stream.refused, 1)
  })
})

describe('a UCUM code', () => {
  test('is one only if it is written as the standard has it', () => {
    for (const code of ['Cel', 'mm/s', 'kW.h', '{part}', '%', '1', 'm[H2O]', '10*3', '[pH]'])
      assert.ok(isUnit(code), code)
    const others = ['', ' Cel', 'degC', '°C', 'Gauss', 'kWh', 'constructor', '__proto__', 'm.'.repeat(40)]
    for (const code of others) assert.ok(!isUnit(code), code)
  })

  test('of a logarithm or of a substance has no linear conversion', () => {
    assert.equal(unitConversion('B[W]', 'W'), 'not linear')
    assert.equal(unitConversion('mmol/L', 'mg/dL'), 'incommensurable')
    assert.equal(unitConversion('Cel', 'bar'), 'incommensurable')
    assert.equal(unitConversion('nonsense', 'bar'), 'unknown')
  })
})

describe('a scale', () => {
  const cases: readonly [FieldSettings['scale'] & object, string, string][] = [
    [{ factor: 0.1 }, '253', '25.3'],
    [{ factor: 0.1, offset: -40 }, '653', '25.3'],
    [{ offset: 0.2 }, '0.1', '0.3'],
    [{ from: [4, 20], to: [0, 100] }, '12', '50'],
    [{ from: [4, 20], to: [0, 100] }, '4.016', '0.1'],
    [{ from: [0, 27_648], to: [-10, 10] }, '13824', '0'],
    [{ from: [20, 4], to: [0, 1] }, '20', '0'],
    [{ factor: 1e-7 }, '3', '3e-7'],
  ]
  for (const [scale, value, result] of cases) {
    test(`of ${JSON.stringify(scale)} makes ${result} of ${value}`, () => {
      assert.deepEqual(converted({ scale }, value), ['float', result])
    })
  }

  test('comes after the unit', () => {
    const scale = { from: [4, 20], to: [0, 100] }
    assert.deepEqual(converted({ unit: 'uA', as: 'mA', scale }, '12000', 'integer'), ['float', '50'])
  })

  test('between two points takes each end to its own', () => {
    const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 100)
    fc.assert(
      fc.property(number, number, number, number, (a, b, c, d) => {
        fc.pre(a !== b)
        const linear = Linear.ofScale({ from: [a, b], to: [c, d] })
        const size = Math.max(Math.abs(a), Math.abs(b), 1) * (Math.abs((d - c) / (b - a)) + 1) + Math.abs(c)
        assert.ok(Math.abs(linear.apply(a) - c) <= size * 1e-14)
        assert.ok(Math.abs(linear.apply(b) - d) <= size * 1e-14)
      }),
    )
  })

  test('keeps the order of values', () => {
    const double = fc.double({ min: -1e9, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        double,
        double,
        double,
        (factor, offset, a, b) => {
          const linear = Linear.ofScale({ factor, offset })
          assert.ok(a > b || linear.apply(a) <= linear.apply(b))
        },
      ),
    )
  })
})

describe('the rule of a field', () => {
  const rules = new FieldRules({
    'zone*': { range: { min: 1, otherwise: 'filter' } },
    'zone*_set': { range: { min: 2, otherwise: 'filter' } },
    zone1: { range: { min: 3, otherwise: 'filter' } },
    'a.b*': { range: { min: 4, otherwise: 'filter' } },
  })
  const minOf = (name: string, position = 0) => rules.at(position, name)?.range?.min

  test('is that of its whole name, else of the first pattern that fits', () => {
    assert.equal(minOf('zone1'), 3)
    assert.equal(minOf('zone2'), 1)
    assert.equal(minOf('zone2_set'), 1)
    assert.equal(minOf('zone'), 1)
    assert.equal(minOf('a.b.c'), 4)
    assert.equal(minOf('a-b.c'), undefined)
    assert.equal(minOf('my zone'), undefined)
  })

  test('is found at any position, however many names there have been', () => {
    for (let n = 0; n < 10_000; n++) assert.equal(minOf(`zone${n + 2}`, n), 1)
    for (let n = 0; n < 300; n++) assert.equal(minOf('zone1', n), 3)
    assert.equal(minOf('constructor'), undefined)
  })
})

test('a gateway without units does not load the tables of units', () => {
  const plan = new URL('../../../src/quality/plan.js', import.meta.url)
  const script = `
    await import(${JSON.stringify(plan.href)})
    const { parseConfig } = await import(${JSON.stringify(new URL('../config/validate.js', plan).href)})
    parseConfig()
    const { createRequire } = await import('node:module')
    const loaded = Object.keys(createRequire(${JSON.stringify(plan.href)}).cache)
    process.stdout.write(String(loaded.filter((file) => file.includes('ucum')).length))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  assert.equal(stdout, '0', stderr)
})
