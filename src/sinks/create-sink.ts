import type { Logger } from '../core/logger.js'
import type { Sink } from '../core/sink.js'
import { DuckDbSink } from './duckdb.js'
import { InfluxDbSink } from './influxdb.js'
import type { SinkOptions } from './options.js'

/** The sink of an entry of the configuration, not started yet. */
export function createSink(options: SinkOptions, logger: Logger): Sink {
  switch (options.type) {
    case 'influxdb':
      return new InfluxDbSink(options, logger)
    case 'duckdb':
      return new DuckDbSink(options, logger)
  }
}
