import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigInvalidError, parseConfig } from '../../src/config/validate.js'

/** `path: message` of each violation. */
function violations(quality: unknown, ofRoute?: unknown): string[] {
  const route = { topic: 'a/{device}', decoder: 'json' }
  const routes = [
    route,
    { ...route, topic: 'b/{device}', ...(ofRoute === undefined ? {} : { quality: ofRoute }) },
  ]
  try {
    parseConfig({ quality, routes })
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigInvalidError)
    return error.violations.map(({ path, message }) => `${path}: ${message}`)
  }
}

function ofField(field: unknown): string[] {
  return violations({ fields: { x: field } }).map((text) => text.replace('quality.fields.x', '…'))
}

describe('quality', () => {
  test('has defaults, and a route only what it says', () => {
    const { quality, routes } = parseConfig({
      routes: [{ topic: 'a/{device}', decoder: 'json', quality: { time: { unset: 'dead-letter' } } }],
    })
    assert.deepEqual(quality, {
      time: {
        unset: 'arrival',
        unsetBefore: '2000-01-01',
        maxBehindMs: 0,
        maxAheadMs: 86_400_000,
        beyond: 'arrival',
      },
      types: { onChange: 'coerce' },
      duplicates: { window: 64 },
      fields: {},
      rateLimit: {},
      budget: { seriesPerDevice: 1000, series: 1_000_000 },
      devices: {},
    })
    assert.deepEqual(routes[0]?.quality, { time: { unset: 'dead-letter' } })
  })

  test('takes fields by name and pattern, everywhere', () => {
    const fields = {
      temperature: {
        unit: '[degF]',
        as: 'Cel',
        scale: { factor: 1.5 },
        range: { min: -40, max: 400 },
        deadband: { swingingDoor: 0.5, maxSilenceMs: 600_000 },
      },
      'zone*': { scale: { from: [4, 20], to: [0, 100] }, deadband: { percent: 1 } },
    }
    assert.deepEqual(violations({ fields, devices: { 'a/b': { fields }, c: {} } }, { fields }), [])
    const { temperature } = parseConfig({ quality: { fields } }).quality.fields
    assert.equal(temperature?.range?.otherwise, 'dead-letter')
  })

  test('has no other keys, at no level', () => {
    assert.deepEqual(
      violations({ fields: { x: { units: 'm' } }, devices: { d: { budget: {} } } }, { budget: {} }),
      [
        'routes[1].quality.budget: is not a known key; the keys are time, types, duplicates, fields, rateLimit',
        'quality.fields.x.units: is not a known key; did you mean unit?',
        'quality.devices.d.budget: is not a known key; the keys are time, types, duplicates, fields, rateLimit',
      ],
    )
  })
})

describe('a field of quality', () => {
  test('has units that are known and of one kind', () => {
    assert.deepEqual(ofField({ unit: 'degC', as: 'kWh' }), [
      '….unit: "degC" is no UCUM code, such as Cel, bar, mm/s or kW.h',
      '….as: "kWh" is no UCUM code, such as Cel, bar, mm/s or kW.h',
    ])
    assert.deepEqual(ofField({ unit: 'Cel', as: 'bar' }), [
      '….as: "bar" measures something else than "Cel", the unit it comes in',
    ])
    assert.deepEqual(ofField({ unit: 'B[W]', as: 'W' }), [
      '….as: "B[W]" to "W" is no linear conversion, and others are not made',
    ])
  })

  test('is scaled in one way, between two different ends', () => {
    assert.deepEqual(ofField({ scale: {} }), ['….scale: needs factor or offset, or from and to'])
    assert.deepEqual(ofField({ scale: { factor: 2, from: [0, 1], to: [0, 1] } }), [
      '….scale: has factor or offset, or from and to, not both',
    ])
    assert.deepEqual(ofField({ scale: { from: [0, 1] } }), ['….scale.to: is required when there is from'])
    assert.deepEqual(ofField({ scale: { to: [0, 1] } }), ['….scale.from: is required when there is to'])
    assert.deepEqual(ofField({ scale: { from: [4, 4], to: [0, 1] } }), [
      '….scale.from: must have two different values',
    ])
    assert.deepEqual(ofField({ scale: { factor: 0 } }), [
      '….scale.factor: must not be 0: every value would be the same',
    ])
    assert.equal(ofField({ scale: { from: [4, 20, 30], to: [0, 1] } }).length, 1)
  })

  test('has a range with a lower limit that is not above the upper one', () => {
    assert.deepEqual(ofField({ range: {} }), ['….range: needs min or max'])
    assert.deepEqual(ofField({ range: { min: 5, max: 4 } }), ['….range.min: must not be more than max (4)'])
    assert.deepEqual(ofField({ range: { min: 5, max: 5, otherwise: 'clamp' } }), [])
    assert.deepEqual(ofField({ range: { min: 5, otherwise: 'drop' } }), [
      '….range.otherwise: must be one of dead-letter, filter, clamp',
    ])
  })

  test('has one kind of deadband', () => {
    assert.deepEqual(ofField({ deadband: { maxSilenceMs: 1000 } }), [
      '….deadband: needs one of absolute, percent, swingingDoor',
    ])
    assert.deepEqual(ofField({ deadband: { absolute: 1, percent: 1 } }), [
      '….deadband: has absolute and percent; keep one',
    ])
    assert.deepEqual(ofField({ deadband: { absolute: -1 } }), ['….deadband.absolute: must be at least 0'])
  })
})

test('all that is wrong with quality is told at once, by its path', () => {
  const quality = {
    time: { unsetBefore: '2000-02-30' },
    fields: { 'motor.temp': { unit: 'nonsense' }, b: { range: { min: 2, max: 1 } } },
    rateLimit: { burst: 5 },
    devices: { 'ningbo/line1/imm-01': { fields: { c: { deadband: {} } } } },
  }
  const ofRoute = {
    fields: { d: { scale: { from: [1, 1], to: [0, 1] } } },
    time: { unsetBefore: '2000-13-01' },
  }
  assert.deepEqual(
    violations(quality, ofRoute).map((text) => text.split(': ')[0]),
    [
      'quality.rateLimit.burst',
      'quality.time.unsetBefore',
      'quality.fields["motor.temp"].unit',
      'quality.fields.b.range.min',
      'quality.devices["ningbo/line1/imm-01"].fields.c.deadband',
      'routes[1].quality.time.unsetBefore',
      'routes[1].quality.fields.d.scale.from',
    ],
  )
})
