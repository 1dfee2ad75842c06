import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MappingConfig } from '../../../src/decode/mapping/index.js'
import { fault, lines, mapped } from '../../support/mapped.js'

type Condition = NonNullable<MappingConfig['skip']>[number]
type Quality = NonNullable<MappingConfig['quality']>

const skips = (condition: Condition, value: unknown): boolean =>
  mapped({ at: '', value: '=1', skip: [condition] }, { x: value })[0]!.outcome === 'filter'

describe('a condition holds', () => {
  for (const [condition, holding, others] of [
    [
      { when: 'x', is: [9999.9999, 'NaN', true] },
      [9999.9999, '9999.9999', '9999.99990', 'NaN', true],
      [1, 'nan', null, false, {}],
    ],
    [{ when: 'x', isNot: [0, 'OK'] }, [1, 'ok', false], [0, '0', '0.0', 'OK', null]],
    [{ when: 'x', exists: true }, [0, '', false, {}], [null]],
    [{ when: 'x', exists: false }, [null], [0, '']],
    [{ when: 'x', above: 5 }, [6, '5.5', 1e300], [5, '4', 'x', '', null, true]],
    [{ when: 'x', below: -40 }, [-41, '-1e3'], [-40, 0, '', null]],
    [{ when: 'x', matches: '^E\\d$' }, ['E7'], ['E77', 7, null]],
    [{ when: '{x}!', is: ['a!'] }, ['a'], ['b', null]],
  ] as const satisfies readonly (readonly [Condition, readonly unknown[], readonly unknown[]])[]) {
    test(JSON.stringify(condition), () => {
      for (const value of holding) assert.ok(skips(condition, value), JSON.stringify(value))
      for (const value of others) assert.ok(!skips(condition, value), JSON.stringify(value))
    })
  }

  test('for what is not there only if it asks for that', () => {
    const missing = (condition: Condition) =>
      mapped({ at: '', value: '=1', skip: [condition] }, {})[0]!.outcome
    assert.equal(missing({ when: 'x', exists: false }), 'filter')
    assert.equal(missing({ when: 'x', isNot: [1] }), 'keep')
  })
})

describe('what does not pass', () => {
  test('is a record as a whole, or one field where the condition asks of each', () => {
    const payload = [
      { a: 1, b: -1, e: 0 },
      { c: 2, e: 7 },
    ]
    const mapping: MappingConfig = {
      except: ['e'],
      skip: [{ when: 'e', is: [7] }],
      deadLetter: [{ when: '@value', below: 0 }],
    }
    const points = mapped(mapping, payload)
    assert.deepEqual(lines(points), ['a=1@', '!b=-1@', '!c=2@'])
    assert.deepEqual(
      points.map(({ reason }) => reason),
      ['', 'bad_quality: b is -1', 'skipped'],
    )
  })

  test('is found by the name of a field too', () => {
    const mapping: MappingConfig = { skip: [{ when: '@field', matches: '^_' }], rename: { x: '_x' } }
    assert.deepEqual(lines(mapped(mapping, { a: 1, _b: 2, x: 3 })), ['a=1@', '!_b=2 _x=3@'])
  })

  test('is skipped first, then dead-lettered, then judged by its quality', () => {
    const outcome = (s: number, d: number, q: number) =>
      mapped(
        {
          field: '=f',
          value: '=1',
          skip: [{ when: 's', is: [1] }],
          deadLetter: [{ when: 'd', is: [1] }],
          quality: { from: 'q', good: [0], otherwise: 'deadLetter' },
        },
        { s, d, q },
      )[0]!.reason
    assert.equal(outcome(1, 1, 1), 'skipped')
    assert.equal(outcome(0, 1, 1), 'bad_quality: d is 1')
    assert.equal(outcome(0, 0, 1), 'bad_quality: quality is 1')
    assert.equal(outcome(0, 0, 0), '')
  })

  test('needs no sound value and no sound time, and has its own where it has one', () => {
    const mapping: MappingConfig = {
      field: 'n',
      value: 'v',
      type: 'float',
      time: { from: 't', required: true },
      skip: [
        { when: '@value', is: ['---'] },
        { when: 'error', exists: true },
      ],
    }
    const t = 1700000000
    const payload = [
      { n: 'a', v: 1, t },
      { n: 'b', v: '---', t },
      { n: 'c', v: 'bad', t: 'bad', error: 1 },
      { n: 'd', v: null, t, error: 'E7' },
      { error: true },
    ]
    const ns = '1700000000000000000'
    assert.deepEqual(lines(mapped(mapping, payload)), [
      `a=1@${ns}`,
      `!b=---@${ns}`,
      '!c=bad@',
      `!d=E7@${ns}`,
      '!press=true@',
    ])
    assert.equal(fault(mapping, [{ n: 'c', v: 'bad', t }]), 'bad_type 0/v')
  })

  test('makes no message fail that has nothing else', () => {
    const points = mapped({ at: '', skip: [{ when: 'a', exists: true }] }, { a: 1 })
    assert.deepEqual(
      points.map(({ outcome }) => outcome),
      ['filter'],
    )
  })

  test('has its tags, device, measurement and unit', () => {
    const mapping: MappingConfig = {
      at: '',
      tags: { k: 'k' },
      device: { device: 'd' },
      measurement: 'm',
      unit: 'u',
      skip: [{ when: '@value', is: [1] }],
    }
    const [kept, skipped] = mapped(mapping, { a: 0, b: 1, k: 'x', d: 'press', m: 'oil', u: 'Cel' })
    assert.equal(skipped!.outcome, 'filter')
    assert.deepEqual(
      [skipped!.tags, skipped!.device, skipped!.measurement, skipped!.units],
      [kept!.tags, kept!.device, kept!.measurement, kept!.units],
    )
    assert.deepEqual(kept!.tags, [{ name: 'k', value: 'x' }])
    assert.deepEqual(kept!.device, { site: '', area: '', line: '', device: 'press' })
  })
})

describe('quality', () => {
  const passes = (quality: Omit<Quality, 'from'>, q: unknown): boolean =>
    mapped({ at: '', field: '=f', value: '=1', quality: { from: 'q', ...quality } }, { q })[0]!.outcome ===
    'keep'

  for (const [title, quality, good, bad] of [
    [
      'is what the mapping lists',
      { good: [192, 'GOOD', true] },
      [192, '192', 'GOOD', true, 'true', null],
      [0, 'good', false, ''],
    ],
    [
      'of OPC DA has 11 as its highest bits',
      { scheme: 'opc-da' },
      [192, 216, '192', 'Good', null],
      [0, 64, 128, 24, 'Bad', 192.5, {}],
    ],
    [
      'of OPC UA has severity good',
      { scheme: 'opc-ua' },
      [0, 0x00a60000, '0', 'Good', 'GoodClamped', { Code: 0, Symbol: 'Good' }, {}, null],
      [0x40000000, 0x80000000, 2147483648, -2147483648, { Code: 2150891520 }, 'BadTimeout', true, []],
    ],
    ['is of no matter where bad is kept', { good: [1], otherwise: 'keep' }, [0, 1], []],
  ] as const satisfies readonly (readonly [
    string,
    Omit<Quality, 'from'>,
    readonly unknown[],
    readonly unknown[],
  ])[]) {
    test(title, () => {
      for (const q of good) assert.ok(passes(quality, q), JSON.stringify(q))
      for (const q of bad) assert.ok(!passes(quality, q), JSON.stringify(q))
    })
  }

  test('that is not there is good', () => {
    assert.equal(mapped({ at: '', quality: { from: 'q', good: [1] } }, { a: 1 })[0]!.outcome, 'keep')
  })
})
