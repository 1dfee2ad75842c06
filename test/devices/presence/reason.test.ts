import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Circumstances, reasonOf } from '../../../src/devices/presence/reason.js'
import { Cause, State } from '../../../src/devices/presence/states.js'

/** An hour of the day on which the test's devices live, where the test runs. */
function at(clock: string, day = 21): number {
  const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number]
  return new Date(2026, 10, day, hours, minutes, seconds).getTime()
}

function reason(changes: Partial<Circumstances>) {
  return reasonOf({
    state: State.stale,
    cause: Cause.silent,
    sinceMs: at('10:02:11'),
    lastHeardMs: at('10:01:41'),
    detailMs: 0,
    clientId: 'press-1',
    intervalMs: 10_000,
    survivalMs: 20_000,
    nowMs: at('10:30:00'),
    ...changes,
  })
}

test('the sentence gives the rule with its numbers, in both languages', () => {
  assert.deepEqual(reason({}), {
    code: 'silent',
    en: 'stale since 10:02:11: last message 10:01:41, expected every 10 s + 20 s',
    zh: '自 10:02:11 起静默：最后一条消息 10:01:41，应每 10 秒 + 20 秒一条',
  })
})

test('times of another day have their date', () => {
  assert.equal(
    reason({ lastHeardMs: at('23:59:59', 20), nowMs: at('00:10:00', 22) }).en,
    'stale since 2026-11-21 10:02:11: last message 2026-11-20 23:59:59, expected every 10 s + 20 s',
  )
})

test('durations are in the unit that people would use', () => {
  const expected = (intervalMs: number, survivalMs: number) =>
    /every (.*)$/.exec(reason({ intervalMs, survivalMs }).en)![1]
  assert.equal(expected(500, 1_500), '500 ms + 1.5 s')
  assert.equal(expected(60_000, 90_000), '1 min + 90 s')
  assert.equal(expected(3_600_000, 0), '1 h + 0 ms')
})

test('every cause has a code of its own and a sentence in both languages, with no number missing', () => {
  const codes = new Set<string>()
  for (const cause of Object.values(Cause)) {
    for (const lastHeardMs of [0, at('10:01:41')]) {
      const { code, en, zh } = reason({ cause, lastHeardMs, detailMs: at('10:00:00') })
      codes.add(code)
      for (const sentence of [en, zh]) assert.doesNotMatch(sentence, /undefined|NaN|\?|1970/)
      assert.match(zh, /\p{Script=Han}/u)
    }
  }
  assert.equal(codes.size, Object.values(Cause).length)
})

test('a device that went offline names its client and how it went', () => {
  const offline = (cause: Cause) => reason({ state: State.offline, cause, detailMs: at('10:01:00') }).en
  assert.equal(
    offline(Cause.lost),
    'offline since 10:02:11: the connection of client press-1 was lost, last message 10:01:41',
  )
  assert.equal(
    offline(Cause.notBack),
    "offline since 10:02:11: client press-1 did not come back after the gateway's restart 10:01:00",
  )
})
