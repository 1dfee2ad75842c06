import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { NetworkingRig } from './networking-rig.js'

let rig: NetworkingRig

beforeEach(() => {
  rig = new NetworkingRig().start()
})

afterEach(() => rig.remove())

const LINE = 'ningbo/moulding/line1'
const SECOND = { expectedIntervalMs: 1_000, survivalTimeMs: 2_000 }

test('of 100 registered devices with 80 connected and 5 of them silent, 80 % have sessions and 75 % are networked', () => {
  const slots = Array.from({ length: 100 }, (_, i) => rig.records.add(`${LINE}/imm-${i}`))
  for (let i = 0; i < 80; i++) rig.presence.sessionOpened(`imm-${i}`)
  for (let i = 0; i < 80; i++) rig.receive(slots[i]!)
  rig.pass(20_000)
  for (let i = 0; i < 75; i++) rig.receive(slots[i]!)
  rig.pass(15_000)
  for (const path of ['', 'ningbo', 'ningbo/moulding', LINE]) {
    const { registered, connected, fresh, stale, unknown, networkingRate, sessionRate } = rig.figures(path)
    assert.deepEqual([registered, connected, fresh, stale, unknown], [100, 80, 75, 5, 20])
    assert.equal(sessionRate, 0.8)
    assert.equal(networkingRate, 0.75)
  }
})

test('without registered devices there is no rate', () => {
  const slot = rig.records.add(`${LINE}/new`, { status: 'discovered', ...SECOND })
  rig.receive(slot)
  rig.pass(5_000)
  const { registered, discovered, networkingRate, sessionRate, deliveryRate } = rig.figures()
  assert.deepEqual([registered, discovered, networkingRate, sessionRate], [0, 1, null, null])
  assert.deepEqual(deliveryRate, { minute: null, hour: null, shift: null })
})

test('delivery is what was received of what the stated interval lets expect, since the device was registered', () => {
  const slot = rig.records.add(`${LINE}/imm-01`, SECOND)
  rig.pass(500)
  assert.equal(rig.figures(slot).deliveryRate.minute, null, 'nothing is due yet')
  for (let i = 0; i < 19; i++) {
    rig.receive(slot)
    rig.pass(i === 18 ? 1_500 : 1_000)
  }
  const { minute, hour, shift } = rig.figures(slot).deliveryRate
  assert.deepEqual([minute, hour, shift], [0.95, 0.95, 0.95], '19 of 20')
  assert.deepEqual(rig.figures(LINE).deliveryRate, { minute, hour, shift })
})

test('devices without a stated interval count in no delivery rate', () => {
  const stated = rig.records.add(`${LINE}/imm-01`, SECOND)
  const other = rig.records.add(`${LINE}/imm-02`)
  rig.receive(stated, 10)
  rig.receive(other, 500)
  rig.pass(10_000)
  assert.equal(rig.figures(LINE).deliveryRate.minute, 1)
  assert.equal(rig.figures(other).deliveryRate.minute, null)
})

test('a node adds up messages, not rates', () => {
  const often = rig.records.add(`${LINE}/often`, { expectedIntervalMs: 1_000 })
  const seldom = rig.records.add(`${LINE}/seldom`, { expectedIntervalMs: 10_000 })
  rig.receive(often, 30)
  rig.receive(seldom, 6)
  rig.pass(60_000)
  const { hour } = rig.figures(LINE).deliveryRate
  assert.equal(hour, 36 / 66)
})

test('the windows forget: the minute after a minute, the hour after an hour, the shift when the next begins', () => {
  const slot = rig.records.add(`${LINE}/imm-01`, SECOND)
  rig.pass(60_000)
  rig.receive(slot, 60)
  rig.pass(30_000)
  // 10:01:30: entries of ten seconds from 10:00:40 on, 50 seconds; the hour since registration, 90 seconds.
  assert.deepEqual(rig.figures(slot).deliveryRate, { minute: 60 / 50, hour: 60 / 90, shift: 60 / 90 })
  rig.pass(30_000)
  assert.deepEqual(rig.figures(slot).deliveryRate, { minute: 0, hour: 60 / 120, shift: 60 / 120 })
  rig.pass(3_600_000)
  // 11:02:00: entries of five minutes from 10:05 on.
  assert.deepEqual(rig.figures(slot).deliveryRate, { minute: 0, hour: 0, shift: 60 / 3_720 })
  rig.pass(3 * 3_600_000)
  assert.deepEqual(rig.figures(slot).deliveryRate, { minute: 0, hour: 0, shift: 0 }, '14:02, the late shift')
})

test('a message counts in the shift in which its block was made', () => {
  const slot = rig.records.add(`${LINE}/imm-01`, { expectedIntervalMs: 60_000 })
  rig.pass(4 * 3_600_000 - 500)
  rig.receive(slot, 240)
  rig.wallMs += 500
  rig.receive(slot, 7)
  rig.pass(420_000)
  const [ended] = rig.points.filter(({ fields, tags }) => 'shift' in fields && tags.level === 'all')
  assert.equal(ended?.fields.deliveryShift, '1', '240 in 240 minutes')
  assert.equal(rig.figures(slot).deliveryRate.shift, 1, '7 in 7 minutes')
})

test('a stated interval that changes begins anew; a name or a place that changes does not', () => {
  const slot = rig.records.add(`${LINE}/imm-01`, SECOND)
  rig.receive(slot, 5)
  rig.pass(20_000)
  assert.equal(rig.figures(slot).deliveryRate.minute, 5 / 20)
  rig.records.change(slot, { name: { zh: '注塑机', en: 'press' }, line: 'line2' })
  assert.equal(rig.figures(slot).deliveryRate.minute, 5 / 20)
  assert.equal(rig.figures('ningbo/moulding/line2').deliveryRate.minute, 5 / 20)
  rig.records.change(slot, { expectedIntervalMs: 2_000 })
  assert.equal(rig.figures('ningbo/moulding/line2').deliveryRate.minute, null)
  rig.receive(slot, 4)
  rig.pass(10_000)
  assert.equal(rig.figures(slot).deliveryRate.minute, 4 / 5)
  assert.equal(rig.figures().deliveryRate.shift, 4 / 5)
})

test('a device that is removed takes its messages with it, in one step', () => {
  const stays = rig.records.add(`${LINE}/imm-01`, SECOND)
  const goes = rig.records.add(`${LINE}/imm-02`, SECOND)
  rig.receive(stays, 10)
  rig.receive(goes, 3)
  rig.pass(10_000)
  assert.equal(rig.figures().deliveryRate.hour, 13 / 20)
  rig.records.remove(goes)
  assert.equal(rig.figures().deliveryRate.hour, 1)
  rig.receive(goes, 3)
  rig.pass(10_000)
  assert.equal(rig.figures().deliveryRate.hour, 10 / 20)
})

test('between shifts there is no figure of a shift', async () => {
  await rig.remove()
  const pattern = [{ name: 'day', start: '08:00', end: '12:00', days: ['sat', 'sun'] as const, breaks: [] }]
  rig = new NetworkingRig(undefined, { timezone: 'UTC', pattern }).start()
  const slot = rig.records.add(`${LINE}/imm-01`, { expectedIntervalMs: 60_000 })
  rig.pass(7_199_000)
  assert.equal(rig.figures(slot).deliveryRate.shift, 0)
  rig.pass(1_000)
  assert.equal(rig.figures(slot).deliveryRate.shift, null)
  rig.pass(20 * 3_600_000 + 600_000)
  rig.receive(slot, 5)
  rig.pass(1_000)
  assert.equal(rig.figures(slot).deliveryRate.shift, 300 / 601)
})

test('a clock that is set back empties the windows instead of waiting for it', () => {
  const slot = rig.records.add(`${LINE}/imm-01`, SECOND)
  rig.receive(slot, 10)
  rig.pass(10_000)
  rig.wallMs -= 86_400_000
  rig.networking.tick()
  assert.deepEqual(rig.figures().deliveryRate, { minute: null, hour: null, shift: null })
  rig.receive(slot, 30)
  rig.pass(40_000)
  assert.deepEqual(rig.figures().deliveryRate, { minute: 0.75, hour: 0.75, shift: 0.75 })
})

test('the revision rises with every change of a figure, and rests when none can change', () => {
  rig.records.add(`${LINE}/imm-01`)
  const { revision } = rig.networking
  rig.pass(5_000)
  assert.equal(rig.networking.revision, revision, 'nothing is expected, nothing comes')
  const slot = rig.records.add(`${LINE}/imm-02`, SECOND)
  const registered = rig.networking.revision
  assert.ok(registered > revision)
  rig.pass(1_000)
  assert.ok(rig.networking.revision > registered, 'more is expected')
  const before = rig.networking.revision
  rig.receive(slot)
  assert.ok(rig.networking.revision > before, 'it is fresh now')
})
