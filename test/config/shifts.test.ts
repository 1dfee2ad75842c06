import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigInvalidError, parseConfig } from '../../src/config/validate.js'
import type { Violation } from '../../src/config/violation.js'

function violations(shifts: unknown): readonly Violation[] {
  try {
    parseConfig({ shifts })
  } catch (error) {
    assert.ok(error instanceof ConfigInvalidError)
    return error.violations
  }
  return []
}

const EARLY = { name: 'early', start: '06:00', end: '14:00' }
const NIGHT = { name: 'night', start: '22:00', end: '06:00' }

describe('the shifts', () => {
  test('begin on every day of the week and have no breaks unless stated otherwise', () => {
    const { pattern, timezone } = parseConfig({ shifts: { pattern: [NIGHT] } }).shifts
    assert.equal(timezone, 'UTC')
    assert.deepEqual(pattern, [
      { ...NIGHT, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], breaks: [] },
    ])
  })

  test('may touch, and may have one name at different times on different days', () => {
    const weekdays = { ...EARLY, days: ['mon', 'tue', 'wed', 'thu', 'fri'] }
    const weekend = { name: 'early', start: '07:00', end: '13:00', days: ['sat', 'sun'] }
    assert.deepEqual(violations({ pattern: [weekdays, weekend, NIGHT] }), [])
  })

  test('need a zone by its name and times of a clock', () => {
    const found = violations({ timezone: '+08:00', pattern: [{ name: 'a', start: '24:00', end: '6:00' }] })
    assert.deepEqual(
      found.map(({ path }) => path),
      ['shifts.timezone', 'shifts.pattern[0].start', 'shifts.pattern[0].end'],
    )
    assert.match(found[0]!.message, /IANA/)
    assert.deepEqual(violations({ timezone: 'Mars/Olympus' }).length, 1)
    assert.deepEqual(violations({ timezone: 'Asia/Shanghai' }), [])
  })

  test('must not overlap, not even from Sunday night to Monday morning', () => {
    const long = { name: 'long', start: '05:00', end: '09:00', days: ['mon'] }
    const sunday = { ...NIGHT, days: ['sun'] }
    assert.deepEqual(violations({ pattern: [sunday, long] }), [
      { path: 'shifts.pattern[1].start', message: 'overlaps with the shift of pattern[0]' },
    ])
    assert.deepEqual(violations({ pattern: [{ ...NIGHT, days: ['mon'] }, long] }), [])
  })

  test('are told apart by name and day', () => {
    const again = { name: 'early', start: '15:00', end: '16:00', days: ['fri'] }
    assert.deepEqual(violations({ pattern: [EARLY, again] }), [
      {
        path: 'shifts.pattern[1].name',
        message: 'is the name of pattern[0] too, on a day that both begin on',
      },
    ])
  })

  test('have breaks within themselves, past midnight too, and apart from each other', () => {
    const breaks = [
      { start: '23:00', end: '23:30' },
      { start: '02:00', end: '02:30' },
      { start: '02:15', end: '02:45' },
      { start: '05:45', end: '06:15' },
      { start: '12:00', end: '12:30' },
    ]
    assert.deepEqual(violations({ pattern: [{ ...NIGHT, breaks }] }), [
      {
        path: 'shifts.pattern[0].breaks[2].start',
        message: 'is of a break that overlaps with breaks[1]',
      },
      { path: 'shifts.pattern[0].breaks[3].start', message: 'is of a break outside of its shift' },
      { path: 'shifts.pattern[0].breaks[4].start', message: 'is of a break outside of its shift' },
    ])
  })
})
