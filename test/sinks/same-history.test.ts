import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { silentLogger } from '../../src/core/logger.js'
import { AGGREGATES, type HistoryQuery, type Sink, STORED } from '../../src/core/sink.js'
import { createSink } from '../../src/sinks/create-sink.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { blocks, HOUR_MS } from './batches.js'

const directory = mkdtempSync(join(tmpdir(), 'linegate-same-'))
let influxd: Influxd
let influx: Sink
let duckdb: Sink

before(async () => {
  influxd = await startInfluxd()
  const { url } = influxd
  influx = createSink({ name: 'a', type: 'influxdb', version: 1, url, database: 'factory' }, silentLogger)
  duckdb = createSink({ name: 'b', type: 'duckdb', file: join(directory, 'store.duckdb') }, silentLogger)
  await Promise.all([influx.start(), duckdb.start()])
})

after(async () => {
  await Promise.all([influx.close(), duckdb.close()])
  await influxd.remove()
  rmSync(directory, { recursive: true })
})

const point = fc.record({
  device: fc.constantFrom('a', 'b'),
  site: fc.constantFrom('x', 'y'),
  ms: fc.integer({ min: -40_000, max: 40_000 }),
  nanoseconds: fc.constantFrom('000000', '000001', '120000'),
  // Quarters, so that sums are exact in whatever order they are made.
  quarters: fc.integer({ min: -1_000, max: 1_000 }),
  integer: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  boolean: fc.boolean(),
  text: fc.constantFrom('run', 'stop', 'fault'),
})
type Point = typeof point extends fc.Arbitrary<infer P> ? P : never

const query: fc.Arbitrary<HistoryQuery> = fc
  .record({
    tags: fc.constantFrom({ device: 'a', site: 'x' }, { device: 'b', site: 'y' }),
    field: fc.constantFrom('f', 'i', 'b', 's'),
    fromMs: fc.integer({ min: -50_000, max: 20_000 }),
    spanMs: fc.integer({ min: 1, max: 60_000 }),
    everyMs: fc.constantFrom(undefined, 1, 7, 1_000, 3_333, 60_000),
    aggregate: fc.constantFrom(...AGGREGATES),
    limit: fc.constantFrom(1, 3, 10_000),
  })
  .map(({ fromMs, spanMs, everyMs, aggregate, ...rest }) => {
    const from = HOUR_MS + fromMs
    return {
      ...rest,
      fromMs: from,
      toMs: from + spanMs,
      ...(everyMs === undefined ? {} : { everyMs, aggregate }),
    }
  })

test('both stores answer every query alike', async () => {
  let run = 0
  const property = fc.asyncProperty(
    fc.array(point, { minLength: 1, maxLength: 60 }),
    fc.array(query, { minLength: 5, maxLength: 15 }),
    async (points, queries) => {
      const measurement = `m${++run}`
      const batch = blocks(
        run,
        points.map((each) => lineOf(measurement, each)),
      )
      assert.deepEqual(await influx.write(batch), STORED)
      assert.deepEqual(await duckdb.write(batch), STORED)
      for (const each of queries) {
        const ofRun = { ...each, measurement }
        assert.deepEqual(await answerOf(duckdb, ofRun), await answerOf(influx, ofRun), JSON.stringify(ofRun))
      }
    },
  )
  await fc.assert(property, { numRuns: 25, seed: 7 })
})

function lineOf(measurement: string, { device, site, ms, nanoseconds, ...values }: Point): string {
  const { quarters, integer, boolean, text } = values
  const fields = `f=${quarters / 4},i=${integer}i,b=${boolean},s="${text}"`
  return `${measurement},device=${device},site=${site} ${fields} ${HOUR_MS + ms}${nanoseconds}`
}

/** The rows, or the error of an aggregate that the values do not have; an empty time range may be either. */
async function answerOf(sink: Sink, each: HistoryQuery): Promise<unknown> {
  const needsNumbers = each.everyMs !== undefined && ['mean', 'min', 'max'].includes(each.aggregate ?? 'last')
  if (needsNumbers && (each.field === 'b' || each.field === 's')) return 'no numbers'
  const rows = await sink.query(each)
  // A mean of integers: influxd adds them up in 64 bits, which overflow.
  return each.field === 'i' && each.aggregate === 'mean' ? rows.map(({ time }) => time) : rows
}
