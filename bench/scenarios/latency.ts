import { startInfluxd } from '../../test/support/influxd.js'
import type { Generator } from '../generators.js'
import type { Table } from '../report.js'
import { startBareAedes, startMosquitto } from '../targets/brokers.js'
import { GatewayTarget } from '../targets/gateway.js'

/** Time from when a message was due to its acknowledgement, at a fixed rate. */
export async function latency(generator: Generator, rate: number, seconds: number): Promise<Table> {
  const influxd = await startInfluxd()
  const starters = [
    startMosquitto,
    startBareAedes,
    () => GatewayTarget.start(influxd),
    () => GatewayTarget.start(),
  ]
  const rows: (string | number)[][] = []
  try {
    for (const starter of starters) {
      const target = await starter()
      const load = { port: target.mqttPort, connections: 100, window: 1000, rate }
      await generator.run({ ...load, seconds: 2 })
      const { ackMs, acked } = await generator.run({ ...load, seconds }).finally(() => target.stop())
      rows.push([target.name, acked, ackMs.p50, ackMs.p99, ackMs.p999, ackMs.max])
    }
  } finally {
    await influxd.remove()
  }
  return {
    title: `Acknowledgement latency in ms at ${rate.toLocaleString('en-US')} messages/s (${generator.name})`,
    columns: ['', 'messages', 'p50', 'p99', 'p99.9', 'max'],
    rows,
    note: 'Counted from the time a message was due, so that a stall is charged to every message it delayed.',
  }
}
