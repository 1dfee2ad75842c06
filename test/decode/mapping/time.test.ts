import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { MappingConfig } from '../../../src/decode/mapping/index.js'
import { fault, mapped } from '../../support/mapped.js'

type Time = NonNullable<MappingConfig['time']>

/** The time of the one record. */
function timeOf(time: Time, payload: unknown, options = {}): string {
  return mapped({ at: '', value: '=1', field: '=f', time }, payload, options)[0]!.time
}

describe('the time of a record', () => {
  for (const [title, time, t, expected] of [
    ['in seconds', { from: 't', unit: 's' }, 1700000000, '1700000000000000000'],
    ['in seconds with decimals', { from: 't', unit: 's' }, '1700000000.123456789', '1700000000123456789'],
    ['in milliseconds, as text', { from: 't', unit: 'ms' }, '1700000000123', '1700000000123000000'],
    ['in microseconds', { from: 't', unit: 'us' }, 1700000000123456, '1700000000123456000'],
    ['by magnitude', { from: 't' }, 1700000000123, '1700000000123000000'],
    [
      'with an offset of its own',
      { from: 't', zone: '+08:00' },
      '2024-03-01T08:00:00Z',
      '1709280000000000000',
    ],
    ['in a zone of fixed offset', { from: 't', zone: '+08:00' }, '2024-03-01 08:00', '1709251200000000000'],
    ['west of Greenwich', { from: 't', zone: '-03:30' }, '2024-03-01T08:00:00.5', '1709292600500000000'],
    [
      'in summer',
      { from: 't', zone: 'Europe/Berlin' },
      '2024-07-01T12:00:00.000000001',
      '1719828000000000001',
    ],
    ['in winter', { from: 't', zone: 'Europe/Berlin' }, '2024-01-01T12:00:00', '1704106800000000000'],
    [
      'that is there twice: the first',
      { from: 't', zone: 'Europe/Berlin' },
      '2024-10-27T02:30:00',
      '1729989000000000000',
    ],
    ['that is skipped', { from: 't', zone: 'Europe/Berlin' }, '2024-03-31T02:30:00', '1711848600000000000'],
    ['put together', { from: '{d}T{c}' }, null, '1709251200000000000'],
    ['that is not there: the first that is', { from: ['t', 'u'] }, null, '1700000000000000000'],
  ] as const satisfies readonly (readonly [string, Time, unknown, string])[]) {
    test(title, () => {
      assert.equal(timeOf(time, { t, u: 1700000000, d: '2024-03-01', c: '00:00:00' }), expected)
    })
  }

  test('is read exactly, beyond what a double holds', () => {
    assert.equal(timeOf({ from: 't', unit: 'ns' }, '{"t":1700000000123456789}'), '1700000000123456789')
  })

  test('is that of the arrival where there is none, unless it is required', () => {
    assert.equal(timeOf({ from: 't' }, { t: null }), '')
    assert.equal(
      fault({ at: 'x', time: { from: 't', required: true } }, { x: { a: 1 } }),
      'bad_timestamp x/t',
    )
  })

  test('is a fault where it cannot be read', () => {
    for (const t of ['soon', true, {}, [], '', -1, 5, '2024-02-30T00:00:00Z'])
      assert.equal(
        fault({ at: 'x', time: { from: 't' } }, { x: { a: 1, t } }),
        'bad_timestamp x/t',
        String(t),
      )
    assert.equal(
      fault({ at: '', time: { from: 't', zone: '+14:00' } }, { a: 1, t: '1970-01-01T01:00:00' }),
      'bad_timestamp t',
    )
  })

  test('is found for each record of a message anew, and for each message', () => {
    const mapping: MappingConfig = { field: '=f', value: '=1', time: { from: 't', unit: 's' } }
    const times = mapped(mapping, [{ t: 1 }, { t: 2 }, { t: 2 }, {}, { t: 1 }]).map(({ time }) => time)
    assert.deepEqual(times, ['1000000000', '2000000000', '2000000000', '', '1000000000'])
  })

  test('without a section is under a well-known key, the first that holds one', () => {
    const names = (payload: unknown) => {
      const [point] = mapped({ at: '' }, payload)
      return [point!.time, ...point!.fields.map(([name]) => name)]
    }
    assert.deepEqual(names({ a: 1, t: 21.5, timestamp: 1700000000 }), ['1700000000000000000', 'a', 't'])
    assert.deepEqual(names({ time: 1700000001, ts: 1700000000 }), ['1700000001000000000', 'ts'])
    assert.deepEqual(names({ a: { ts: 1700000000 } }), ['', 'a.ts'])
    const options = { timestampKey: 'at', timestampUnit: 's' } as const
    assert.equal(mapped({ at: '' }, { a: 1, at: 5 }, options)[0]!.time, '5000000000')
    assert.equal(fault({ at: '' }, { a: 1, at: 'x' }, options), 'bad_timestamp at')
  })
})

describe('what is added to a time', () => {
  const plus = (config: Time['plus'], payload: object) =>
    timeOf(
      { from: 't', unit: 'ms', ...(config !== undefined && { plus: config }) },
      { t: 1700000000000, ...payload },
    )

  test('is times × interval, of one or more', () => {
    assert.equal(plus({ interval: 'i' }, { i: 2.5 }), '1700000000002500000')
    assert.equal(plus({ times: 'n', interval: 250, unit: 'us' }, { n: 3 }), '1700000000000750000')
    assert.equal(
      plus(
        [
          { times: 2, interval: 'i', unit: 's' },
          { interval: 7, unit: 'ns' },
        ],
        { i: '1e1' },
      ),
      '1700000020000000007',
    )
    assert.equal(plus({ interval: 'i', unit: 's' }, { i: -1 }), '1699999999000000000')
  })

  test('is the first of several that is there', () => {
    const offset = { times: ['n', 'm', '=0'], interval: ['i', '=1'], unit: 'ns' } as const
    assert.equal(plus(offset, { n: null, m: 5, i: 2 }), '1700000000000000010')
    assert.equal(plus(offset, { n: 7, m: 5 }), '1700000000000000007')
    assert.equal(plus(offset, {}), '1700000000000000000')
    const time: Time = { from: 't', plus: { times: ['n', 'm'], interval: 1 } }
    assert.equal(fault({ at: '', time }, { t: 1700000000, n: 'x', m: 1 }), 'bad_timestamp n')
  })

  test('that is no number, or leads out of all time, is a fault', () => {
    const time: Time = { from: 't', plus: { interval: 'i', unit: 's' } }
    for (const i of ['x', null, {}, true, ''])
      assert.equal(fault({ at: '', time }, { t: 1700000000, i }), 'bad_timestamp i', String(i))
    assert.equal(fault({ at: '', time }, { t: 1700000000, i: -1700000001 }), 'bad_timestamp t')
    assert.equal(fault({ at: '', time }, { t: 1700000000, i: 1e12 }), 'bad_timestamp t')
  })

  test('is exact', () => {
    const decimal = fc.tuple(fc.bigInt(0n, 10n ** 12n), fc.nat(12))
    fc.assert(
      fc.property(fc.nat(100_000), decimal, (index, [digits, scale]) => {
        const text = `${digits}`.padStart(scale + 1, '0')
        const interval = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`
        const ns = (BigInt(index) * digits * 1_000_000n) / 10n ** BigInt(scale)
        const wanted = 1_000_000_000_000_000_000n + ns
        const time: Time = { from: '=1000000000', plus: { times: 'n', interval: 'i' } }
        if (wanted < 2n ** 63n - 1n) assert.equal(timeOf(time, { n: index, i: interval }), String(wanted))
        else assert.equal(fault({ at: '', value: '=1', time }, { n: index, i: interval }), 'bad_timestamp')
      }),
      { seed: 20_240_229, numRuns: 500 },
    )
  })
})
