import type { TestContext } from 'node:test'
import { silentLogger } from '../../src/core/logger.js'
import type { Sink } from '../../src/core/sink.js'
import { createSink } from '../../src/sinks/create-sink.js'
import type { InfluxDbSinkOptions } from '../../src/sinks/options.js'

/** A sink of version 1 on the database `factory`, unless `more` says otherwise; closed with the test. */
export function sinkOn(t: TestContext, url: string, more: Partial<InfluxDbSinkOptions> = {}): Sink {
  const options = { name: 'influx', type: 'influxdb', version: 1, url, database: 'factory', ...more } as const
  const sink = createSink(options, silentLogger)
  t.after(() => sink.close())
  return sink
}
