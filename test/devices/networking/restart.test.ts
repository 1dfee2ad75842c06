import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { NetworkingRig } from './networking-rig.js'

let rig: NetworkingRig

beforeEach(() => {
  rig = new NetworkingRig().start()
})

afterEach(() => rig.remove())

const LINE = 'ningbo/moulding/line1'
const MINUTE = { expectedIntervalMs: 60_000 }

for (const crash of [false, true]) {
  describe(crash ? 'a crash' : 'a restart', () => {
    test('keeps the hour and the shift, down to the last message on disk; downtime is expected', async () => {
      const slot = rig.records.add(`${LINE}/imm-01`, MINUTE)
      for (let minute = 0; minute < 20; minute++) {
        rig.receive(slot)
        rig.pass(60_000)
      }
      rig.receive(slot, 2)
      await rig.restart({ downMs: 600_000, crash })
      rig.pass(1_000)
      // 10:30:01
      const expected = 1_801 / 60
      assert.deepEqual(rig.figures(slot).deliveryRate, {
        minute: null,
        hour: 22 / expected,
        shift: 22 / expected,
      })
      const { hour, shift } = rig.figures('ningbo').deliveryRate
      assert.ok(Math.abs(hour! - 22 / expected) < 1e-9)
      assert.ok(Math.abs(shift! - 22 / expected) < 1e-9)
    })

    test('keeps the entries of the hour apart, so that they leave it one by one', async () => {
      const slot = rig.records.add(`${LINE}/imm-01`, MINUTE)
      rig.receive(slot, 10)
      rig.pass(1_800_000)
      rig.receive(slot, 5)
      rig.pass(60_000)
      await rig.restart({ crash })
      rig.pass(1_800_000)
      // 11:01: the ten of 10:00 are past, the five of 10:30 are not; since 10:05, 56 minutes.
      assert.equal(rig.figures(slot).deliveryRate.hour, 5 / 56)
      assert.equal(rig.figures(slot).deliveryRate.shift, 15 / 61)
    })

    test('keeps since when a device counts', async () => {
      const early = rig.records.add(`${LINE}/imm-01`, MINUTE)
      rig.pass(600_000)
      rig.receive(early, 10)
      const late = rig.records.add(`${LINE}/imm-02`, MINUTE)
      rig.receive(late, 5)
      rig.pass(600_000)
      await rig.restart({ crash })
      assert.equal(rig.figures(late).deliveryRate.hour, 0.5)
      assert.equal(rig.figures(early).deliveryRate.hour, 0.5)
      assert.equal(rig.figures(LINE).deliveryRate.hour, 15 / 30)
    })

    test('in which a shift ended records the end of that shift, and begins the one that runs', async () => {
      const slot = rig.records.add(`${LINE}/imm-01`, MINUTE)
      rig.receive(slot, 60)
      rig.pass(3_600_000)
      rig.points.length = 0
      await rig.restart({ downMs: 4 * 3_600_000, crash })
      rig.receive(slot, 3)
      rig.pass(1_000)
      const ended = rig.points.find(({ tags, fields }) => tags.level === 'line' && 'shift' in fields)
      assert.equal(ended?.fields.shift, 'early')
      assert.equal(ended?.timeMs, Date.parse('2026-11-21T13:59:59.999Z'))
      assert.equal(Number(ended?.fields.deliveryShift), 60 / 240)
      assert.equal(rig.figures(slot).deliveryRate.shift, 3 / (3_601 / 60))
    })
  })
}

test('an interval that was changed while the gateway was down counts from the start', async () => {
  const slot = rig.records.add(`${LINE}/imm-01`, MINUTE)
  rig.receive(slot, 10)
  rig.pass(1_200_000)
  await rig.stop()
  rig.reopen()
  rig.records.change(slot, { expectedIntervalMs: 30_000 })
  rig.start()
  assert.equal(rig.figures(slot).deliveryRate.hour, null)
  rig.receive(slot)
  rig.pass(60_000)
  assert.equal(rig.figures(slot).deliveryRate.hour, 0.5)
})

test('devices of before the first start are expected from then on', () => {
  const fresh = new NetworkingRig()
  const slot = fresh.records.add(`${LINE}/imm-01`, MINUTE)
  fresh.start()
  fresh.receive(slot, 3)
  fresh.pass(240_000)
  assert.equal(fresh.figures(slot).deliveryRate.shift, 0.75)
  return fresh.remove()
})
