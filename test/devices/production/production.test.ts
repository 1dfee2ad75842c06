import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { ProductionSpec } from '../../../src/devices/production/plan.js'
import { HOUR_MS, MINUTE_MS, ProductionRig, SPEC, START_MS } from './rig.js'

describe('production', () => {
  let rig: ProductionRig
  beforeEach(async () => {
    rig = await ProductionRig.start()
  })
  afterEach(async () => {
    await rig.close()
  })

  function send(
    slot: number,
    fields: Readonly<Record<string, number | string>>,
    spec?: ProductionSpec,
  ): void {
    rig.send(slot, fields, spec === undefined ? {} : { spec })
  }

  test('of a device that said nothing about it is not known', () => {
    send(1, { temperature: 20 })
    assert.equal(rig.production.of(1), undefined)
    assert.equal(rig.production.ofNode(rig.tree.tree.root).devices, 0)
  })

  test('counts good and bad units out of fields that may move and come alone', () => {
    send(1, { temperature: 20, good_count: 10, bad_count: 1 })
    send(1, { good_count: 13, bad_count: 1, temperature: 20 })
    send(1, { bad_count: 2 })
    const { good, bad, ever } = rig.production.of(1)!
    assert.deepEqual([good, bad, ever.good, ever.bad], [3, 1, 3, 1])
  })

  test('counts increments and cycles', () => {
    const spec: ProductionSpec = {
      counters: { good: { field: 'shots', kind: 'increment' }, cycles: 'cycles' },
    }
    send(1, { shots: 2, cycles: 100 }, spec)
    send(1, { shots: 2, cycles: 101 }, spec)
    const { good, cycles } = rig.production.of(1)!
    assert.deepEqual([good, cycles], [4, 1])
  })

  test('ignores values that are no count, and says how many', () => {
    send(1, { good_count: 5 })
    for (const value of [-1, 2 ** 53, Number.NaN, 1e300, '7', 'many']) send(1, { good_count: value })
    send(1, { good_count: 7 })
    const { good, ignored, resets } = rig.production.of(1)!
    assert.deepEqual([good, ignored, resets], [2, 6, 0])
  })

  test('ignores values at or above the one at which a counter wraps', () => {
    const spec: ProductionSpec = { counters: { good: { field: 'n', kind: 'total', wrapsAt: 100 } } }
    for (const n of [90, 99, 100, 3]) send(1, { n }, spec)
    const { good, ignored, wraps } = rig.production.of(1)!
    assert.deepEqual([good, ignored, wraps], [13, 1, 1])
  })

  test('counts resets and step-backs per device', () => {
    for (const good_count of [100, 110, 108, 111, 4, 6]) send(1, { good_count })
    const { good, resets, stepBacks } = rig.production.of(1)!
    assert.deepEqual([good, resets, stepBacks], [17, 1, 1])
  })

  test('two fields of one role are two counters', () => {
    const other: ProductionSpec = { counters: { good: 'left' } }
    send(1, { good_count: 1_000 })
    send(1, { left: 5 }, other)
    send(1, { good_count: 1_001 })
    send(1, { left: 7 }, other)
    assert.equal(rig.production.of(1)!.good, 3)
    assert.equal(rig.production.of(1)!.resets, 0)
  })

  test('nodes are the sums of their devices', () => {
    send(1, { good_count: 10 })
    send(2, { good_count: 10 })
    send(3, { good_count: 10 })
    send(1, { good_count: 11, bad_count: 4 })
    send(2, { good_count: 12 })
    send(3, { good_count: 14 })
    const good = (path: string) => rig.production.ofNode(rig.tree.tree.node(path)!).good
    assert.deepEqual(['', 'ningbo', 'ningbo/moulding/line1', 'wuhu'].map(good), [7, 3, 3, 4])
    assert.equal(rig.production.ofNode(rig.tree.tree.root).devices, 3)
  })

  test('a total counts whole units, an increment with a fraction is no count', () => {
    const spec: ProductionSpec = {
      counters: { good: 'metres', cycles: { field: 'added', kind: 'increment' } },
    }
    send(1, { metres: 1.5, added: 1 }, spec)
    send(1, { metres: 2.9, added: 0.5 }, spec)
    send(1, { metres: 3.1, added: 2 }, spec)
    const { good, cycles, ignored } = rig.production.of(1)!
    assert.deepEqual([good, cycles, ignored], [2, 3, 1])
  })

  test('its revision rises with a count and stands still without one', () => {
    send(1, { good_count: 10 })
    const before = rig.production.revision
    send(1, { good_count: 10 })
    assert.equal(rig.production.revision, before)
    send(1, { good_count: 11 })
    assert.ok(rig.production.revision > before)
  })

  /** 8 h, a break of 30 min, 400 min running, 30 s a unit, 720 made, 700 of them good. */
  function workedShift(): void {
    send(1, { good_count: 0, bad_count: 0, state: 'running' })
    rig.pass(400 * MINUTE_MS)
    send(1, { good_count: 700, bad_count: 20, state: 'idle' })
    rig.pass(80 * MINUTE_MS - 1)
  }

  test('OEE of the example computed by hand', () => {
    workedShift()
    const figures = rig.production.of(1)!
    assert.equal(figures.runningMs, 400 * MINUTE_MS)
    assert.ok(Math.abs(figures.plannedBusyMs - 450 * MINUTE_MS) <= 1)
    const near = (actual: number | null, expected: number) => assert.ok(Math.abs(actual! - expected) < 1e-6)
    near(figures.availability, 400 / 450)
    near(figures.effectiveness, (0.5 * 720) / 400)
    near(figures.qualityRatio, 700 / 720)
    near(figures.oee, 350 / 450)
  })

  test('planned busy time so far leaves out the breaks that were', () => {
    send(1, { state: 'running' })
    rig.pass(2 * HOUR_MS)
    assert.equal(rig.production.of(1)!.plannedBusyMs, 2 * HOUR_MS)
    rig.pass(2.25 * HOUR_MS)
    assert.equal(rig.production.of(1)!.plannedBusyMs, 4 * HOUR_MS)
    rig.pass(HOUR_MS)
    assert.equal(rig.production.of(1)!.plannedBusyMs, 4.75 * HOUR_MS)
  })

  test('a planned stop is no planned busy time, its breaks taken off once', () => {
    rig.pass(3 * HOUR_MS)
    send(1, { state: 'maintenance' })
    rig.pass(2 * HOUR_MS)
    send(1, { state: 'idle' })
    assert.equal(rig.production.of(1)!.plannedBusyMs, 3 * HOUR_MS)
    assert.equal(rig.production.of(1)!.availability, 0)
  })

  test('key figures are null while one of their numbers is not known', () => {
    send(1, { good_count: 1 })
    const { availability, effectiveness, qualityRatio, oee } = rig.production.of(1)!
    assert.deepEqual([availability, effectiveness, qualityRatio, oee], [null, null, null, null])
    send(2, { good_count: 1 }, { counters: { good: 'good_count' } })
    send(2, { good_count: 9 }, { counters: { good: 'good_count' } })
    assert.equal(rig.production.of(2)!.qualityRatio, null)
  })

  test('a silent device does not produce, whatever its last state', () => {
    send(1, { state: 'running' })
    rig.pass(10 * MINUTE_MS)
    rig.stale.add(1)
    rig.pass(10 * MINUTE_MS)
    send(1, { state: 'running' })
    rig.stale.delete(1)
    rig.pass(10 * MINUTE_MS)
    const { runningMs } = rig.production.of(1)!
    assert.ok(Math.abs(runningMs - 20 * MINUTE_MS) <= 5_000, String(runningMs))
  })

  test('a state with an older stamp, or sent again without one, changes nothing', () => {
    rig.send(1, { state: 'running' }, { stampMs: rig.nowMs })
    rig.send(1, { state: 'idle' }, { stampMs: rig.nowMs - 5_000 })
    rig.send(1, { state: 'idle' }, { dup: true })
    rig.pass(MINUTE_MS)
    assert.equal(rig.production.of(1)!.runningMs, MINUTE_MS)
  })

  test('a state may be a number, however it is written', () => {
    send(1, { state: 3.0 })
    rig.pass(MINUTE_MS)
    assert.equal(rig.production.of(1)!.runningMs, MINUTE_MS)
  })

  test('the figures of a line are weighted sums', () => {
    workedShift()
    const slow = { ...SPEC, idealCycleTimeMs: 60_000 }
    send(2, { good_count: 0, bad_count: 0, state: 'running' }, slow)
    rig.nowMs = START_MS + 8 * HOUR_MS - 1
    send(2, { good_count: 0, bad_count: 10, state: 'idle' }, slow)
    const line = rig.production.ofNode(rig.tree.tree.node('ningbo/moulding/line1')!)
    const [a, b] = [rig.production.of(1)!, rig.production.of(2)!]
    assert.equal(line.availability, (a.runningMs + b.runningMs) / line.plannedBusyMs)
    assert.equal(line.effectiveness, (30_000 * 720 + 60_000 * 10) / (a.runningMs + b.runningMs))
    assert.equal(line.qualityRatio, 700 / 730)
  })

  describe('at the end of a shift', () => {
    test('closes the totals with one point per node and device, and begins at 0', async () => {
      workedShift()
      rig.pass(1)
      await rig.production.recorded()
      const closed = rig.recorded.filter(({ fields }) => fields.closed === 'true')
      assert.deepEqual(
        closed.map(({ tags }) => [tags.level, tags.device ?? tags.line ?? tags.area ?? tags.site ?? '']),
        [
          ['all', ''],
          ['site', 'ningbo'],
          ['area', 'moulding'],
          ['line', 'line1'],
          ['device', 'imm-01'],
        ],
      )
      for (const { measurement, tags, fields, timeMs } of closed) {
        assert.equal(measurement, 'production')
        assert.deepEqual([tags.shift, tags.day], ['early', '2027-01-15'])
        assert.deepEqual([fields.good, fields.bad], ['700', '20'])
        assert.ok(Math.abs(Number(fields.oee) - 350 / 450) < 1e-12)
        assert.equal(timeMs, START_MS + 8 * HOUR_MS - 1)
      }
      const { shift, good, runningMs, ever } = rig.production.of(1)!
      assert.deepEqual([shift!.name, good, runningMs, ever.good], ['late', 0, 0, 700])
      assert.equal(rig.production.ofNode(rig.tree.tree.root).good, 0)
    })

    test('a message that arrives behind it counts for the next, though no tick was between', async () => {
      send(1, { good_count: 0 })
      rig.nowMs = START_MS + 8 * HOUR_MS - 1
      send(1, { good_count: 5 })
      rig.nowMs++
      send(1, { good_count: 7 })
      assert.equal(rig.recorded.length, 0)
      rig.production.tick()
      await rig.production.recorded()
      const closed = rig.recorded.filter(
        ({ fields, tags }) => fields.closed === 'true' && tags.level === 'device',
      )
      assert.deepEqual(
        closed.map(({ fields }) => fields.good),
        ['5'],
      )
      assert.equal(rig.production.of(1)!.good, 2)
    })

    test('the time in a state is split at it', async () => {
      rig.nowMs = START_MS + 7 * HOUR_MS
      send(1, { state: 'running' })
      rig.nowMs = START_MS + 9 * HOUR_MS
      rig.production.tick()
      await rig.production.recorded()
      const closed = rig.recorded.find(
        ({ fields, tags }) => fields.closed === 'true' && tags.level === 'device',
      )
      assert.equal(closed!.fields.runningMs, String(HOUR_MS))
      assert.equal(rig.production.of(1)!.runningMs, HOUR_MS)
    })
  })

  test('the shift that runs is recorded once a minute', async () => {
    send(1, { good_count: 0 })
    send(1, { good_count: 4 })
    for (let minute = 0; minute < 3; minute++) {
      rig.pass(MINUTE_MS)
      await rig.production.recorded()
    }
    const ofDevice = rig.recorded.filter(({ tags }) => tags.level === 'device')
    assert.deepEqual(
      ofDevice.map(({ fields, timeMs }) => [fields.good, fields.closed, timeMs! - START_MS]),
      [1, 2, 3].map((minute) => ['4', 'false', minute * MINUTE_MS]),
    )
  })

  test('rows are nodes with production, each before what is below it, to the depth asked for', () => {
    send(1, { good_count: 0 })
    const paths = (path: string, depth: number) =>
      [...rig.production.rows(path, depth)!].map((row) => `${row.level} ${row.path}`)
    assert.deepEqual(paths('', 1), ['all ', 'site ningbo'])
    assert.deepEqual(paths('ningbo/moulding', 2), [
      'area ningbo/moulding',
      'line ningbo/moulding/line1',
      'device ningbo/moulding/line1/imm-01',
    ])
    assert.deepEqual(paths('ningbo/moulding/line1/imm-01', 1), ['device ningbo/moulding/line1/imm-01'])
    assert.deepEqual(paths('wuhu', 4), [])
    assert.equal(rig.production.rows('nowhere', 1), undefined)
  })
})
