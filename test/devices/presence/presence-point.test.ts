import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presencePoint } from '../../../src/devices/presence/presence-point.js'
import type { Transition } from '../../../src/devices/presence/transitions.js'

const TRANSITION: Transition = {
  id: 7,
  slot: 3,
  device: {
    slot: 3,
    path: 'ningbo/moulding/press-1',
    site: 'ningbo',
    area: 'moulding',
    line: '',
    device: 'press-1',
  },
  from: 'online',
  to: 'stale',
  atMs: 1_795_255_331_000,
  silentMs: 30_000,
  reason: { code: 'silent', en: 'stale since 10:02:11: …', zh: '…' },
}

test('a transition is a point with the tags of the device, at the time of the transition', () => {
  const [measurement, tags, fields, timeMs] = presencePoint(TRANSITION)
  assert.equal(measurement, 'presence')
  assert.deepEqual(Object.fromEntries(tags.map(({ name, value }) => [name, value])), {
    site: 'ningbo',
    area: 'moulding',
    line: '',
    device: 'press-1',
  })
  assert.equal(timeMs, TRANSITION.atMs)
  assert.deepEqual(
    fields.map(({ name, type, text }) => [name, type, text]),
    [
      ['state', 3, 'stale'],
      ['stateCode', 1, '2'],
      ['reason', 3, 'stale since 10:02:11: …'],
      ['silentMs', 1, '30000'],
    ],
  )
})

test('only a stale device is said to have been silent', () => {
  const [, , fields] = presencePoint({ ...TRANSITION, to: 'offline' })
  assert.deepEqual(fields.map(({ name, text }) => [name, text]).slice(0, 2), [
    ['state', 'offline'],
    ['stateCode', '3'],
  ])
  assert.equal(fields.length, 3)
})
