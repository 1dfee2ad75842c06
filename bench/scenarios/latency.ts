import { startInfluxd } from '../../test/support/influxd.js'
import type { Generator } from '../generators.js'
import type { LoadResult } from '../load.js'
import { median, type Table } from '../report.js'
import { startBareAedes, startMosquitto, startRawFloor } from '../targets/brokers.js'
import { GatewayTarget } from '../targets/gateway.js'

/** Time from when a message was due to its acknowledgement, at a fixed rate; the median of the rounds. */
export async function latency(
  generator: Generator,
  rate: number,
  seconds: number,
  rounds: number,
): Promise<Table> {
  const results = new Map<string, LoadResult['ackMs'][]>()
  for (let round = 0; round < rounds; round++) {
    const influxd = await startInfluxd()
    const starters = [
      () => startMosquitto(),
      startBareAedes,
      () => GatewayTarget.start(influxd),
      () => GatewayTarget.start(),
      startRawFloor,
    ]
    try {
      for (const starter of starters) {
        const target = await starter()
        const load = { port: target.mqttPort, connections: 100, window: 1000, rate }
        await generator.run({ ...load, seconds: 2 })
        const { ackMs } = await generator.run({ ...load, seconds }).finally(() => target.stop())
        results.set(target.name, [...(results.get(target.name) ?? []), ackMs])
      }
    } finally {
      await influxd.remove()
    }
  }
  return {
    title: `Acknowledgement latency in ms at ${rate.toLocaleString('en-US')} messages/s (${generator.name})`,
    columns: ['', 'p50', 'p99', 'p99.9', 'max', 'p99 of each round'],
    rows: [...results].map(([name, all]) => {
      const of = (quantile: keyof LoadResult['ackMs']) => median(all.map((ackMs) => ackMs[quantile]))
      const each = all.map(({ p99 }) => p99.toFixed(1)).join(', ')
      return [name, of('p50'), of('p99'), of('p999'), of('max'), each]
    }),
    note: 'Counted from the time a message was due, so that a stall is charged to every message it delayed. Median of the rounds.',
  }
}
