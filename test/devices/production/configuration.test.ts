import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigInvalidError, parseConfig } from '../../../src/config/validate.js'
import { FieldType } from '../../../src/core/point-batch.js'
import { ProductionPlan, StateClass } from '../../../src/devices/production/plan.js'

function production(value: unknown, more: object = {}) {
  const routes = [{ topic: 'f/{device}', decoder: 'json', production: value, ...more }]
  return parseConfig({ routes }).routes[0]!.production
}

function violations(value: unknown, more: object = {}): string[] {
  try {
    production(value, more)
  } catch (error) {
    if (error instanceof ConfigInvalidError)
      return error.violations.map(
        ({ path, message }) => `${path.replace('routes[0].production', '')} ${message}`,
      )
    throw error
  }
  return []
}

describe('production of a route', () => {
  test('is absent by default', () => {
    assert.equal(parseConfig().routes[0]!.production, undefined)
    assert.equal(production(undefined), undefined)
  })

  test('names counters by their field or by object, whose kind is total', () => {
    const counters = {
      good: 'good_count',
      bad: { field: 'bad', wrapsAt: 65_536 },
      cycles: { field: 'c', kind: 'increment' },
    }
    assert.deepEqual(production({ counters })!.counters, {
      good: 'good_count',
      bad: { field: 'bad', kind: 'total', wrapsAt: 65_536 },
      cycles: { field: 'c', kind: 'increment' },
    })
  })

  test('may be of a state alone, without planned stops', () => {
    assert.deepEqual(production({ state: { field: 'state', running: ['run'] } }), {
      counters: {},
      state: { field: 'state', running: ['run'], plannedStop: [] },
    })
  })

  test('is what a plan is made of', () => {
    const state = { field: 'state', running: ['3', 'true'], plannedStop: ['off'] }
    const plan = new ProductionPlan(production({ counters: { bad: 'b' }, state })!)
    assert.deepEqual(plan.counters, [{ role: 'bad', field: 'b', kind: 'total' }])
    assert.equal(plan.classOf(FieldType.float, '3.0'), StateClass.running)
    assert.equal(plan.classOf(FieldType.boolean, 'true'), StateClass.running)
    assert.equal(plan.classOf(FieldType.string, 'off'), StateClass.plannedStop)
    assert.equal(plan.classOf(FieldType.string, 'Off'), StateClass.other)
  })

  const FAULTS: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['that says nothing', {}, [' needs a counter or a state, or leave the key out']],
    [
      'with a counter of another name',
      { counters: { god: 'x' } },
      ['.counters.god is not a known key; did you mean good?'],
    ],
    ['with a counter without a field', { counters: { good: '' } }, ['.counters.good must not be empty']],
    [
      'with a counter that is a number',
      { counters: { good: 3 } },
      ['.counters.good must be a section of keys and values'],
    ],
    [
      'with a counter object without a field',
      { counters: { good: {} } },
      ['.counters.good.field is required'],
    ],
    [
      'with a counter of another kind',
      { counters: { good: { field: 'x', kind: 'totals' } } },
      ['.counters.good.kind must be one of total, increment; did you mean total?'],
    ],
    [
      'with a range of one',
      { counters: { good: { field: 'x', wrapsAt: 1 } } },
      ['.counters.good.wrapsAt must be at least 2'],
    ],
    [
      'with an increment that wraps',
      { counters: { good: { field: 'x', kind: 'increment', wrapsAt: 100 } } },
      ['.counters.good.wrapsAt is for the kind total only'],
    ],
    [
      'with one field for two counters',
      { counters: { good: 'x', bad: { field: 'x' } } },
      ['.counters.bad.field is the field of counters.good too'],
    ],
    [
      'with a state without running values',
      { state: { field: 's', running: [] } },
      ['.state.running must have at least one entry'],
    ],
    [
      'with a running value that is a number',
      { state: { field: 's', running: [1] } },
      ['.state.running[0] must be text'],
    ],
    [
      'with a state that is running and planned',
      { state: { field: 's', running: ['a', 'b'], plannedStop: ['c', 'b'] } },
      ['.state.plannedStop[1] "b" is a running state too'],
    ],
    [
      'with an ideal cycle of no time',
      { counters: { good: 'x' }, idealCycleTimeMs: 0 },
      ['.idealCycleTimeMs must be at least 1'],
    ],
    [
      'with an unknown key',
      { counters: { good: 'x' }, oee: true },
      ['.oee is not a known key; the keys are counters, state, idealCycleTimeMs'],
    ],
  ]
  for (const [name, value, expected] of FAULTS) {
    test(`${name} is a violation, with its key path`, () => {
      assert.deepEqual(violations(value), expected)
    })
  }

  test('has no counter of a field that is a text by fieldTypes', () => {
    assert.deepEqual(violations({ counters: { good: 'x' } }, { fieldTypes: { x: 'string' } }), [
      '.counters.good is a string by fieldTypes; a counter is a number',
    ])
  })
})
