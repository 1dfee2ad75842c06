import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TimestampUnit } from '../../src/decode/decoder.js'
import { toNanoseconds } from '../../src/decode/timestamp.js'

function check(unit: TimestampUnit, cases: readonly (readonly [string, string | undefined])[]): void {
  for (const [text, expected] of cases)
    assert.equal(toNanoseconds(text, unit), expected, `${text} in ${unit}`)
}

test('a unit that is set is taken at its word', () => {
  check('s', [
    ['0', '0'],
    ['1', '1000000000'],
    ['1700000000', '1700000000000000000'],
    ['1700000000.123456789', '1700000000123456789'],
    ['1700000000.1234567899', '1700000000123456789'],
    ['9223372036', '9223372036000000000'],
    ['9223372037', undefined],
  ])
  check('ms', [
    ['1', '1000000'],
    ['1700000000123', '1700000000123000000'],
    ['0000000000001', '1000000'],
    ['1700000000123.4567891', '1700000000123456789'],
    ['9223372036854', '9223372036854000000'],
    ['9223372036855', undefined],
  ])
  check('us', [
    ['1700000000123456', '1700000000123456000'],
    ['1700000000123456.7', '1700000000123456700'],
  ])
  check('ns', [
    ['5', '5'],
    ['1700000000123456789', '1700000000123456789'],
    ['1700000000123456789.9', '1700000000123456789'],
    ['9223372036854775806', '9223372036854775806'],
    ['9223372036854775807', undefined],
    ['99999999999999999999', undefined],
  ])
})

test('auto finds the unit by magnitude', () => {
  check('auto', [
    ['99999999', undefined],
    ['100000000', '100000000000000000'],
    ['9223372036', '9223372036000000000'],
    ['99999999999', undefined],
    ['100000000000', '100000000000000000'],
    ['1700000000123', '1700000000123000000'],
    ['8999999999999', '8999999999999000000'],
    ['9223372036854', '9223372036854000000'],
    ['9999999999999', undefined],
    ['100000000000000', '100000000000000000'],
    ['1700000000123456', '1700000000123456000'],
    ['99999999999999999', undefined],
    ['100000000000000000', '100000000000000000'],
    ['1700000000123456789', '1700000000123456789'],
    ['9223372036854775806', '9223372036854775806'],
    ['9223372036854775807', undefined],
    ['10000000000000000000', undefined],
    ['0001700000000', '1700000000000000000'],
    ['0000000000000', undefined],
    ['1700000000.5', '1700000000500000000'],
    ['21.5', undefined],
  ])
})

test('what is no timestamp is none in any unit', () => {
  const texts = [
    '',
    ' ',
    '-1',
    '+1',
    '1e9',
    '1.7e9',
    '.5',
    '1.',
    '0x10',
    'NaN',
    '1,5',
    'now',
    '１７',
    '1 ',
    '1\n',
  ]
  for (const unit of ['auto', 's', 'ms', 'us', 'ns', 'iso8601'] as const) {
    check(
      unit,
      texts.map((text) => [text, undefined]),
    )
  }
})

test('ISO 8601 is read with offsets, fractions and leap days', () => {
  check('iso8601', [
    ['1970-01-01T00:00:00Z', '0'],
    ['2023-11-14T22:13:20Z', '1700000000000000000'],
    ['2023-11-15T06:13:20+08:00', '1700000000000000000'],
    ['2023-11-15T06:13:20+0800', '1700000000000000000'],
    ['2023-11-14T12:43:20-09:30', '1700000000000000000'],
    ['2023-11-14 22:13:20', '1700000000000000000'],
    ['2023-11-14t22:13:20z', '1700000000000000000'],
    ['2023-11-14T22:13Z', '1699999980000000000'],
    ['2023-11-14T22:13:20.1Z', '1700000000100000000'],
    ['2023-11-14T22:13:20,123456789Z', '1700000000123456789'],
    ['2023-11-14T22:13:20.1234567899Z', '1700000000123456789'],
    ['1970-01-01T00:00:00.000000001Z', '1'],
    ['1969-12-31T23:30:00-01:00', '1800000000000'],
    ['2024-02-29T00:00:00Z', '1709164800000000000'],
    ['2000-02-29T00:00:00Z', '951782400000000000'],
    ['2262-04-11T23:47:16.854775806Z', '9223372036854775806'],
  ])
})

test('dates that do not exist, or that 64 bits of nanoseconds do not reach, are none', () => {
  const texts = [
    '2023-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2024-02-30T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-32T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:60Z',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01T00:00:00+00:60',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+00:01',
    '0000-01-01T00:00:00Z',
    '0070-01-01T00:00:00Z',
    '0099-12-31T00:00:00Z',
    '2262-04-11T23:47:16.854775807Z',
    '2262-04-12T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2024-1-1T00:00:00Z',
    '2024-01-01',
    '20240101T000000Z',
    '+002024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00 Z',
  ]
  for (const unit of ['iso8601', 'auto'] as const)
    check(
      unit,
      texts.map((text) => [text, undefined]),
    )
})

test('ISO 8601 agrees with Date for every date', () => {
  const date = fc.date({ min: new Date(0), max: new Date('2262-04-11T00:00:00Z'), noInvalidDate: true })
  fc.assert(
    fc.property(date, fc.integer({ min: -1439, max: 1439 }), (instant, offsetMinutes) => {
      const local = new Date(instant.getTime() + offsetMinutes * 60_000)
      fc.pre(local.getTime() >= 0)
      const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, '0')
      const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, '0')
      const text = `${local.toISOString().slice(0, -1)}${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`
      const expected = String(BigInt(instant.getTime()) * 1_000_000n)
      assert.equal(toNanoseconds(text, 'auto'), expected)
      assert.equal(toNanoseconds(text, 'iso8601'), expected)
      assert.equal(toNanoseconds(text, 'ms'), undefined)
    }),
    { seed: 1, numRuns: 1_000 },
  )
})

test('a time is the same in every unit that can say it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100_000_000, max: 9_223_372_036 }), (seconds) => {
      const expected = `${seconds}000000000`
      for (const [unit, zeros] of [
        ['s', 0],
        ['ms', 3],
        ['us', 6],
        ['ns', 9],
      ] as const) {
        const text = `${seconds}${'0'.repeat(zeros)}`
        assert.equal(toNanoseconds(text, unit), expected)
        assert.equal(toNanoseconds(text, 'auto'), expected)
      }
    }),
    { seed: 1, numRuns: 500 },
  )
})
