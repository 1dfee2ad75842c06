import { startInfluxd } from '../../test/support/influxd.js'
import type { Generator } from '../generators.js'
import { median, type Table } from '../report.js'
import { startMosquitto } from '../targets/brokers.js'
import { GatewayTarget } from '../targets/gateway.js'
import { alternate, type Measured } from './throughput.js'

const WINDOW = 32

/** What becomes of the rate when the same load comes over many more connections. */
export async function manyConnections(
  generator: Generator,
  counts: readonly number[],
  seconds: number,
  rounds: number,
): Promise<Table> {
  const influxd = await startInfluxd()
  try {
    const starters = [() => startMosquitto(), () => GatewayTarget.start(influxd)]
    const byCount: Map<string, Measured[]>[] = []
    for (const connections of counts) {
      byCount.push(await alternate(starters, generator, { connections, window: WINDOW, seconds }, rounds))
    }
    return toTable(generator, counts, byCount)
  } finally {
    await influxd.remove()
  }
}

function toTable(
  generator: Generator,
  counts: readonly number[],
  byCount: readonly Map<string, Measured[]>[],
): Table {
  const names = [...byCount[0]!.keys()]
  const rate = (measured: readonly Measured[]) => median(measured.map(({ ackedPerSecond }) => ackedPerSecond))
  return {
    title: `The same load over more connections: acknowledged messages per second (${generator.name}, window ${WINDOW})`,
    columns: ['', ...counts.map((count) => count.toLocaleString('en-US')), '× of the first'],
    rows: names.map((name) => {
      const rates = byCount.map((results) => rate(results.get(name)!))
      return [name, ...rates, rates.at(-1)! / rates[0]!]
    }),
  }
}
