import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LatestSeries, LatestValueStore } from '../../src/devices/latest-values.js'
import { batchOf, type PlainPoint } from '../support/points.js'

function note(series: LatestSeries, fields: PlainPoint['fields'], timeNs: string): void {
  series.note(batchOf([{ measurement: '', tags: [], time: '', fields }]), 0, timeNs)
}

test('values have the type of their field and the time of their point', () => {
  const series = new LatestSeries('telemetry')
  note(
    series,
    [
      ['temperature', 'float', '213.40'],
      ['parts', 'integer', '9007199254740993'],
      ['good', 'integer', '7'],
      ['on', 'boolean', 'false'],
      ['state', 'string', '5'],
    ],
    '1700000000123456789',
  )
  const at = { measurement: 'telemetry', time: '2023-11-14T22:13:20.123Z' }
  assert.deepEqual(series.values(), [
    { ...at, field: 'temperature', value: 213.4 },
    { ...at, field: 'parts', value: '9007199254740993' },
    { ...at, field: 'good', value: 7 },
    { ...at, field: 'on', value: false },
    { ...at, field: 'state', value: '5' },
  ])
})

test('a point that is older than what is known changes nothing, one of the same time does', () => {
  const series = new LatestSeries('m')
  note(series, [['a', 'float', '2']], '1000000000000000000')
  note(series, [['a', 'float', '1']], '999999999999999999')
  assert.equal(series.values()[0]!.value, 2)
  note(series, [['a', 'float', '3']], '1000000000000000000')
  assert.equal(series.values()[0]!.value, 3)
})

test('every field is the newest of all points, in whichever order they come', () => {
  const value = fc.record({
    field: fc.constantFrom('a', 'b', 'c', 'd'),
    time: fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, 2n ** 63n - 2n)),
  })
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(value, { selector: ({ field }) => field, minLength: 1 }), { maxLength: 30 }),
      (points) => {
        const series = new LatestSeries('m')
        const newest = new Map<string, { time: bigint; value: number }>()
        points.forEach((fields, n) => {
          for (const { field, time } of fields) {
            note(series, [[field, 'float', String(n)]], String(time))
            if (time >= (newest.get(field)?.time ?? 0n)) newest.set(field, { time, value: n })
          }
        })
        const read = new Map(series.values().map(({ field, value: latest }) => [field, latest]))
        assert.deepEqual(read, new Map([...newest].map(([field, { value: latest }]) => [field, latest])))
      },
    ),
    { seed: 1, numRuns: 500 },
  )
})

test('each measurement of each device has values of its own', () => {
  const store = new LatestValueStore()
  note(store.series(1, 'm'), [['a', 'float', '1']], '1')
  note(store.series(1, 'n'), [['a', 'float', '2']], '1')
  note(store.series(2, 'm'), [['a', 'float', '3']], '1')
  assert.equal(store.series(1, 'm'), store.series(1, 'm'))
  assert.deepEqual(
    store.of(1).map(({ measurement, value }) => [measurement, value]),
    [
      ['m', 1],
      ['n', 2],
    ],
  )
  assert.deepEqual(store.of(3), [])
})

test('a device that invents fields or measurements is followed up to a limit', () => {
  const store = new LatestValueStore()
  for (let n = 0; n < 2_000; n++) {
    note(store.series(1, 'm'), [[`field ${n}`, 'float', '1']], '1')
    note(store.series(2, `measurement ${n}`), [['a', 'float', '1']], '1')
  }
  assert.equal(store.of(1).length, 1_024)
  assert.equal(store.of(2).length, 256)
  note(store.series(1, 'm'), [['field 5', 'float', '7']], '2')
  assert.equal(store.of(1).find(({ field }) => field === 'field 5')!.value, 7)
})
