import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Logger, silentLogger } from '../../../src/core/logger.js'
import { MemoryStore } from '../../support/memory-store.js'
import type { PlainPoint } from '../../support/points.js'
import { deviceOf, pointAt } from '../../support/quality-context.js'
import { SeriesRig } from '../../support/quality-series.js'

const ONE = deviceOf(1)
const OTHER = deviceOf(2)

function tagged(batchNumber: number, ...names: string[]): PlainPoint {
  const fields = names.map((name) => [name, 'float', '1'] as const)
  return { ...pointAt('1', ...fields), tags: [{ name: 'batch', value: String(batchNumber) }] }
}

function repeat(count: number, each: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => each(i))
}

test('measurement, tag set and field make a series, each counted once', () => {
  const rig = new SeriesRig()
  for (let i = 0; i < 3; i++) {
    rig.send(ONE, tagged(1, 'a', 'b'))
    rig.send(ONE, tagged(2, 'b'))
    rig.send(ONE, { ...tagged(2, 'b'), measurement: 'n' })
    rig.send(OTHER, tagged(1, 'a'))
  }
  assert.deepEqual(
    [rig.store.count, rig.store.ofDevice(1), rig.store.ofDevice(2), rig.store.ofDevice(3)],
    [5, 4, 1, 0],
  )
})

test('a device that invents tag values is stopped at its budget; what it had, and everyone else, goes on', () => {
  const rig = new SeriesRig({ seriesPerDevice: 10 })
  const reasons = repeat(1_000, (i) => rig.reason(ONE, tagged(i, 'a')))
  assert.deepEqual(
    reasons.slice(0, 10),
    repeat(10, () => ''),
  )
  assert.deepEqual(new Set(reasons.slice(10)), new Set(['series_budget']))
  assert.equal(rig.reason(ONE, tagged(9, 'a')), '')
  assert.equal(rig.reason(OTHER, tagged(5, 'a')), '')
  assert.equal(rig.store.ofDevice(1), 10)
})

test('a device that invents field names is stopped too', () => {
  const rig = new SeriesRig({ seriesPerDevice: 50 })
  const reasons = repeat(200, (i) => rig.reason(ONE, tagged(1, 'a', `f${i}`)))
  assert.equal(reasons.indexOf('series_budget'), 49)
  assert.equal(rig.reason(ONE, tagged(1, 'a', 'f48')), '')
})

test('a point that is partly new counts as a whole: all of its fields or none', () => {
  const rig = new SeriesRig({ seriesPerDevice: 3 })
  assert.equal(rig.reason(ONE, tagged(1, 'a', 'b')), '')
  assert.equal(rig.reason(ONE, tagged(1, 'a', 'c', 'd')), 'series_budget')
  assert.equal(rig.store.ofDevice(1), 2)
  assert.equal(rig.reason(ONE, tagged(1, 'a', 'c')), '')
})

test('the budget of all together holds for those who come last', () => {
  const rig = new SeriesRig({ series: 3 })
  const reasons = repeat(5, (i) => rig.reason(deviceOf(i + 1), tagged(1, 'a')))
  assert.deepEqual(reasons, ['', '', '', 'series_budget', 'series_budget'])
  const { judgement } = rig.send(deviceOf(9), tagged(1, 'a'))
  assert.deepEqual(judgement, {
    kind: 'refuse',
    reason: 'series_budget',
    message: 'field a of m,batch=1,device=d9 would be a new series: there are 3 of the 3 that there may be',
  })
})

test('a device over its budget is warned of once, however many points are refused', () => {
  const warnings: object[] = []
  const logger: Logger = { ...silentLogger, warn: (fields) => void warnings.push(fields) }
  const rig = new SeriesRig({ seriesPerDevice: 1, logger })
  for (let i = 0; i < 500; i++) for (const device of [ONE, OTHER]) rig.send(device, tagged(i, 'a'))
  assert.deepEqual(warnings, [
    { device: ONE.path, series: 'm,batch=1,device=d1', field: 'a', suppressed: 0 },
    { device: OTHER.path, series: 'm,batch=1,device=d2', field: 'a', suppressed: 0 },
  ])
})

test('a restart neither resets a budget nor counts a series again', () => {
  let rig = new SeriesRig({ seriesPerDevice: 30 })
  for (let i = 0; i < 10; i++) rig.send(ONE, tagged(i, 'a', 'b'))
  rig.send(ONE, tagged(3, 'c'))
  for (let restarts = 0; restarts < 2; restarts++) {
    rig = rig.restart({ seriesPerDevice: 21 })
    assert.deepEqual([rig.store.count, rig.store.ofDevice(1)], [21, 21])
    assert.equal(rig.reason(ONE, tagged(99, 'a')), 'series_budget')
    assert.deepEqual(new Set(repeat(10, (i) => rig.reason(ONE, tagged(i, 'b', 'a')))), new Set(['']))
    assert.equal(rig.reason(ONE, tagged(3, 'a', 'b', 'c')), '')
    assert.equal(rig.reason(ONE, tagged(4, 'c')), 'series_budget')
    assert.deepEqual([rig.store.count, rig.store.ofDevice(1)], [21, 21])
  }
})

test('the series of a device that was removed make room, also those that it did not use since the start', () => {
  const before = new SeriesRig()
  for (let i = 0; i < 5; i++) before.send(ONE, tagged(i, 'a', 'b'))
  before.send(OTHER, tagged(1, 'a'))
  const rig = before.restart({ seriesPerDevice: 10 })
  rig.send(ONE, tagged(0, 'b', 'a'))
  rig.store.forget(1)
  assert.deepEqual([rig.store.count, rig.store.ofDevice(1), rig.store.ofDevice(2)], [1, 0, 1])
  assert.equal([...rig.disk.entries('s/1/')].length, 0)
  const after = rig.restart({ seriesPerDevice: 2 })
  assert.deepEqual([after.store.count, after.store.ofDevice(1)], [1, 0])
  assert.equal(after.reason(ONE, tagged(4, 'a', 'b')), '')
  assert.equal(after.reason(ONE, tagged(0, 'a')), 'series_budget')
})

test('a device all of whose series have spoken is not looked up on disk any more', () => {
  const disk = new CountingStore()
  const rig = new SeriesRig({ disk, seriesPerDevice: 2 })
  for (let i = 0; i < 100; i++) rig.send(ONE, tagged(i, 'a'))
  const after = rig.restart({ seriesPerDevice: 2 })
  for (let i = 0; i < 2; i++) after.send(ONE, tagged(i, 'a'))
  const { lookups } = disk
  for (let i = 0; i < 100; i++) assert.equal(after.reason(ONE, tagged(i, 'a')), i < 2 ? '' : 'series_budget')
  assert.equal(disk.lookups, lookups)
})

class CountingStore extends MemoryStore {
  /** Of series, on disk. */
  lookups = 0

  override entries(prefix: string): ReturnType<MemoryStore['entries']> {
    if (prefix.startsWith('s/')) this.lookups++
    return super.entries(prefix)
  }
}

test('a place that a removed device had is counted for the device that has it then', () => {
  const rig = new SeriesRig()
  const point = tagged(1, 'a')
  rig.send(ONE, point)
  rig.store.forget(1)
  rig.send({ ...ONE, slot: 7 }, point)
  assert.deepEqual([rig.store.ofDevice(1), rig.store.ofDevice(7), rig.store.count], [0, 1, 1])
})

test('a series is the same object from its first admitted field on, and one never admitted is let go', () => {
  const rig = new SeriesRig({ seriesPerDevice: 1 })
  const { series } = rig.send(ONE, tagged(1, 'a')).context
  const { series: refused } = rig.send(ONE, tagged(2, 'a')).context
  assert.deepEqual([series.isAdmitted, refused.isAdmitted], [true, false])
  for (let i = 3; i < 10_000; i++) rig.send(ONE, tagged(i, 'a'))
  assert.equal(rig.send(ONE, tagged(1, 'a')).context.series, series)
  assert.notEqual(rig.send(ONE, tagged(2, 'a')).context.series, refused)
})

test('what a device invents beyond its budget costs no memory that grows with it', () => {
  const rig = new SeriesRig({ seriesPerDevice: 5 })
  const send = (from: number, count: number) => {
    for (let i = 0; i < count; i++) rig.send(ONE, tagged(from + i, 'a'))
  }
  send(0, 10_000)
  const rows = [...rig.disk.entries('')].length
  const before = heapBytes()
  send(10_000, 100_000)
  assert.equal([...rig.disk.entries('')].length, rows)
  // 100,000 series that were kept would take some 25 MB.
  assert.ok(heapBytes() - before < 5_000_000, `${heapBytes() - before} bytes`)
})

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
