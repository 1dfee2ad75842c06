import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClockSkews } from '../../../src/quality/time/clock-skew.js'
import { ARRIVAL_MS } from '../../support/quality-context.js'
import { seeded } from '../../support/random-mqtt.js'

const MINUTE_MS = 60_000

/** Points of a device every 10 s, from `fromMs` on; each is late by `delayMs`, and its clock off by `offMs`. */
function feed(
  skews: ClockSkews,
  fromMs: number,
  minutes: number,
  offMs: number,
  delayMs: () => number,
): number {
  const untilMs = fromMs + minutes * MINUTE_MS
  for (let ms = fromMs; ms < untilMs; ms += 10_000) skews.observe(1, ms, delayMs() - offMs)
  return untilMs
}

test('a device that was not heard, or hardly, has no skew', () => {
  const skews = new ClockSkews()
  assert.deepEqual(skews.of(1), { skewMs: 0, state: 'unknown', samples: 0 })
  skews.observe(1, ARRIVAL_MS, 3_600_000)
  assert.deepEqual(skews.of(1), { skewMs: 0, state: 'unknown', samples: 1 })
  assert.equal(skews.of(1_000_000).state, 'unknown')
})

test('the skew is found through delays of any size, since some point is hardly delayed', () => {
  for (const offMs of [0, -45_000, 90_000, 3_600_000]) {
    const random = seeded(7)
    const skews = new ClockSkews()
    feed(skews, ARRIVAL_MS, 10, offMs, () => (random() < 0.3 ? 20 : 20 + random() * 600_000))
    const state = offMs === 0 ? 'ok' : offMs < 0 ? 'behind' : 'ahead'
    assert.deepEqual(skews.of(1), { skewMs: offMs - 20, state, samples: 60 })
  }
})

test('a backlog that is sent late does not disturb what fresh points told', () => {
  const skews = new ClockSkews()
  const thenMs = feed(skews, ARRIVAL_MS, 5, 0, () => 30)
  feed(skews, thenMs, 4, 0, () => 7_200_000)
  assert.deepEqual(skews.of(1).state, 'ok')
})

test('a device that has only sent what it buffered reads as behind, until its first fresh point', () => {
  const skews = new ClockSkews()
  const thenMs = feed(skews, ARRIVAL_MS, 1, 0, () => 7_200_000)
  assert.equal(skews.of(1).state, 'behind')
  skews.observe(1, thenMs, 40)
  assert.deepEqual([skews.of(1).state, skews.of(1).skewMs], ['ok', -40])
})

test('a clock that is set is followed: forward at once, back after two windows at the latest', () => {
  const skews = new ClockSkews()
  let ms = feed(skews, ARRIVAL_MS, 15, 0, () => 50)
  ms = feed(skews, ms, 1, 60_000, () => 50)
  assert.equal(skews.of(1).skewMs, 59_950)
  ms = feed(skews, ms, 21, 0, () => 50)
  assert.equal(skews.of(1).skewMs, -50)
  feed(skews, ms, 21, -120_000, () => 50)
  assert.deepEqual([skews.of(1).skewMs, skews.of(1).state], [-120_050, 'behind'])
})

test('a device that speaks once an hour is known too', () => {
  const skews = new ClockSkews()
  for (let hour = 0; hour < 5; hour++) skews.observe(1, ARRIVAL_MS + hour * 3_600_000, 100 + hour)
  assert.deepEqual(skews.of(1), { skewMs: -104, state: 'ok', samples: 5 })
})

test('a clock that was never set is said to be unset, until it is set', () => {
  const skews = new ClockSkews()
  feed(skews, ARRIVAL_MS, 1, 0, () => 5)
  skews.observeUnset(1)
  assert.equal(skews.of(1).state, 'unset')
  skews.observe(1, ARRIVAL_MS + MINUTE_MS, 5)
  assert.equal(skews.of(1).state, 'ok')
})

test('the clock of the gateway itself may be set back', () => {
  const skews = new ClockSkews()
  feed(skews, ARRIVAL_MS, 5, 0, () => 50)
  feed(skews, ARRIVAL_MS - 86_400_000, 15, -30_000, () => 50)
  assert.equal(skews.of(1).skewMs, -30_050)
})

test('devices do not disturb each other, however many there are', () => {
  const skews = new ClockSkews()
  for (const slot of [1, 1_023, 1_024, 200_000])
    for (let i = 0; i < 3; i++) skews.observe(slot, ARRIVAL_MS, -slot)
  assert.deepEqual(
    [1, 1_023, 1_024, 200_000].map((slot) => skews.of(slot).skewMs),
    [1, 1_023, 1_024, 200_000],
  )
  assert.equal(skews.of(2).samples, 0)
})
