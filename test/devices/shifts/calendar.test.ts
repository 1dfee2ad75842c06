import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type ShiftPattern, WEEKDAYS, type Weekday } from '../../../src/core/shift-pattern.js'
import type { Shift } from '../../../src/core/shifts.js'
import { ConfiguredShifts } from '../../../src/devices/shifts/calendar.js'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

function shift(name: string, start: string, end: string, days: readonly Weekday[] = WEEKDAYS): ShiftPattern {
  return { name, start, end, days, breaks: [] }
}

const THREE = [
  shift('early', '06:00', '14:00'),
  shift('late', '14:00', '22:00'),
  shift('night', '22:00', '06:00'),
]

function hours({ startMs, endMs }: Shift): number {
  return (endMs - startMs) / HOUR_MS
}

describe('a calendar without a pattern', () => {
  test('has one shift from midnight to midnight', () => {
    const calendar = new ConfiguredShifts({ timezone: 'Asia/Shanghai', pattern: [] })
    assert.deepEqual(calendar.at(Date.parse('2026-11-21T12:00:00+08:00')), {
      name: 'day',
      day: '2026-11-21',
      startMs: Date.parse('2026-11-21T00:00:00+08:00'),
      endMs: Date.parse('2026-11-22T00:00:00+08:00'),
      plannedBreaksMs: 0,
      breaks: [],
    })
  })
})

describe('three shifts in Berlin', () => {
  const calendar = new ConfiguredShifts({ timezone: 'Europe/Berlin', pattern: THREE })
  const at = (time: string) => calendar.at(Date.parse(time))

  test('a shift holds its start and not its end', () => {
    assert.equal(at('2026-11-21T13:59:59.999+01:00')?.name, 'early')
    assert.equal(at('2026-11-21T14:00:00+01:00')?.name, 'late')
  })

  test('the night belongs to the day on which it began', () => {
    const night = at('2026-11-22T03:00:00+01:00')
    assert.equal(night?.day, '2026-11-21')
    assert.equal(night?.startMs, Date.parse('2026-11-21T22:00:00+01:00'))
  })

  test('the night of spring has seven hours, the night of autumn nine, the one before eight', () => {
    assert.equal(hours(at('2026-03-29T01:00:00+01:00')!), 7)
    assert.equal(hours(at('2026-10-25T01:00:00+02:00')!), 9)
    assert.equal(hours(at('2026-03-28T01:00:00+01:00')!), 8)
    assert.equal(at('2026-03-29T05:59:00+02:00')?.name, 'night')
    assert.equal(at('2026-03-29T06:00:00+02:00')?.name, 'early')
  })

  test('next is the one that begins after the instant, also at the very start of one', () => {
    const start = Date.parse('2026-11-21T14:00:00+01:00')
    assert.equal(calendar.next(start - 1)?.name, 'late')
    assert.equal(calendar.next(start)?.name, 'night')
    assert.equal(calendar.next(start - 1)?.startMs, start)
  })

  test('questions may jump back and forth in time', () => {
    assert.equal(at('2027-06-01T15:00:00+02:00')?.name, 'late')
    assert.equal(at('2025-06-01T07:00:00+02:00')?.name, 'early')
    assert.equal(calendar.next(Date.parse('2024-01-01T00:00:00Z'))?.day, '2024-01-01')
  })
})

describe('a time that the clock skips or shows twice', () => {
  test('is moved on by the skipped hour', () => {
    const calendar = new ConfiguredShifts({
      timezone: 'Europe/Berlin',
      pattern: [shift('odd', '02:30', '10:00')],
    })
    const odd = calendar.at(Date.parse('2026-03-29T08:00:00+02:00'))
    assert.equal(odd?.startMs, Date.parse('2026-03-29T03:30:00+02:00'))
    assert.equal(calendar.at(Date.parse('2026-03-29T03:29:00+02:00')), undefined)
  })

  test('means the earlier of two', () => {
    const calendar = new ConfiguredShifts({
      timezone: 'Europe/Berlin',
      pattern: [shift('odd', '02:30', '10:00')],
    })
    const odd = calendar.at(Date.parse('2026-10-25T08:00:00+01:00'))
    assert.equal(odd?.startMs, Date.parse('2026-10-25T02:30:00+02:00'))
    assert.equal(hours(odd!), 8.5)
  })

  test('never lets a shift reach into the next', () => {
    const pattern = [shift('a', '01:30', '02:30'), shift('b', '02:30', '03:00'), shift('c', '03:00', '12:00')]
    const calendar = new ConfiguredShifts({ timezone: 'Europe/Berlin', pattern })
    const a = calendar.at(Date.parse('2026-03-29T01:45:00+01:00'))!
    assert.equal(a.name, 'a')
    assert.equal(a.endMs, Date.parse('2026-03-29T03:00:00+02:00'))
    assert.equal(calendar.at(a.endMs)?.name, 'c')
  })
})

describe('breaks', () => {
  const night: ShiftPattern = {
    ...shift('night', '22:00', '06:00'),
    breaks: [
      { start: '23:00', end: '23:15' },
      { start: '01:45', end: '02:15' },
    ],
  }
  const calendar = new ConfiguredShifts({ timezone: 'Europe/Berlin', pattern: [night] })

  test('past midnight belong to the shift, and are added up', () => {
    const shift = calendar.at(Date.parse('2026-11-22T00:00:00+01:00'))
    assert.equal(shift?.plannedBreaksMs, 45 * MINUTE_MS)
    const lengths = shift?.breaks?.map(({ startMs, endMs }) => endMs - startMs) ?? []
    assert.equal(
      lengths.reduce((sum, length) => sum + length, 0),
      45 * MINUTE_MS,
    )
  })

  test('across a change of the clock last as long as that clock says', () => {
    // 01:45 to 02:15, moved on to 03:15 in summer time: 30 minutes pass. In autumn the first 02:15 is meant.
    assert.equal(calendar.at(Date.parse('2026-03-29T00:00:00+01:00'))?.plannedBreaksMs, 45 * MINUTE_MS)
    assert.equal(calendar.at(Date.parse('2026-10-25T00:00:00+02:00'))?.plannedBreaksMs, 45 * MINUTE_MS)
  })
})

describe('a pattern that does not cover the week', () => {
  const calendar = new ConfiguredShifts({
    timezone: 'America/New_York',
    pattern: [shift('weekend', '08:00', '16:00', ['sat'])],
  })

  test('has no shift in between, and finds the next one a week ahead', () => {
    const saturday = Date.parse('2026-11-21T08:00:00-05:00')
    assert.equal(calendar.at(saturday - 1), undefined)
    assert.equal(calendar.at(saturday)?.day, '2026-11-21')
    assert.equal(calendar.at(saturday + 8 * HOUR_MS), undefined)
    assert.equal(calendar.next(saturday)?.day, '2026-11-28')
  })
})

test('a day that a zone leaves out has no shifts', () => {
  // Samoa went from the 29th of December 2011 straight to the 31st.
  const calendar = new ConfiguredShifts({ timezone: 'Pacific/Apia', pattern: THREE })
  const night = calendar.at(Date.parse('2011-12-29T23:00:00-10:00'))!
  assert.equal(night.day, '2011-12-29')
  assert.equal(hours(night), 8)
  assert.equal(calendar.at(night.endMs)?.day, '2011-12-31')
})

const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Asia/Beirut',
]

/** Cuts the day at these minutes; the last shift lasts until the first of the next day. */
function covering(cuts: readonly number[]): ShiftPattern[] {
  const sorted = [...cuts].sort((a, b) => a - b)
  return sorted.map((cut, at) => shift(`s${at}`, clock(cut), clock(sorted[(at + 1) % sorted.length]!)))
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

test('shifts that cover the day neither overlap nor leave a gap, through two years of any zone', () => {
  const cuts = fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 200 })), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), cuts, (timezone, minutes) => {
      const calendar = new ConfiguredShifts({ timezone, pattern: covering(minutes) })
      const fromMs = Date.parse('2025-01-01T12:00:00Z')
      const throughMs = Date.parse('2027-01-01T12:00:00Z')
      let held = calendar.at(fromMs)!
      while (held.endMs < throughMs) {
        const next = calendar.at(held.endMs)
        assert.ok(next !== undefined, `a gap at ${new Date(held.endMs).toISOString()}`)
        assert.equal(next.startMs, held.endMs, `an overlap at ${new Date(held.endMs).toISOString()}`)
        assert.deepEqual(calendar.at(next.endMs - 1), next)
        held = next
      }
    }),
    { numRuns: 12 },
  )
})
