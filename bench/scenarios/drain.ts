import { type Influxd, startInfluxd } from '../../test/support/influxd.js'
import { nodeGenerator } from '../generators.js'
import { sleep } from '../processes.js'
import type { Table } from '../report.js'
import { GatewayTarget } from '../targets/gateway.js'

const CEILING_BATCH_POINTS = 20_000

/** How fast the backlog of an outage drains, beside what influxd takes of the same lines when nothing else runs. */
export async function drain(outageSeconds: number, rate: number): Promise<Table> {
  const influxd = await startInfluxd()
  const gateway = await GatewayTarget.start(influxd)
  try {
    await nodeGenerator.run({ port: gateway.mqttPort, connections: 100, window: 1000, rate, seconds: 1 })
    await gateway.settled()
    await influxd.down()
    await nodeGenerator.run({
      port: gateway.mqttPort,
      connections: 100,
      window: 1000,
      rate,
      seconds: outageSeconds,
    })
    const drained = await drainRate(gateway, influxd)
    await influxd.query('DROP DATABASE factory')
    await influxd.query('CREATE DATABASE factory')
    const ceiling = await ceilingRate(influxd, drained.points)
    return {
      title: `Draining the backlog of ${outageSeconds} s without influxd`,
      columns: ['', 'points', 'points/s', '× ceiling'],
      rows: [
        ['the gateway drains', drained.points, drained.perSecond, drained.perSecond / ceiling],
        ['influxd’s ceiling for the same lines', drained.points, ceiling, 1],
      ],
      note: 'The drain is timed from the first point that arrives after influxd is back to the last.',
    }
  } finally {
    await gateway.stop()
    await influxd.remove()
  }
}

async function drainRate(
  gateway: GatewayTarget,
  influxd: Influxd,
): Promise<{ points: number; perSecond: number }> {
  const { pending } = (await gateway.totals()).points
  await influxd.up()
  // Until it falls: what the gateway says itself, of devices that left, still comes in.
  let [left, peak] = [pending, pending]
  while (left >= peak) {
    await sleep(10)
    left = (await gateway.totals()).points.pending
    peak = Math.max(peak, left)
  }
  const start = performance.now()
  const atStart = left
  while (left > 0) {
    await sleep(20)
    left = (await gateway.totals()).points.pending
  }
  return { points: pending, perSecond: (atStart * 1000) / (performance.now() - start) }
}

/** The lines as the gateway writes them, posted by two writers that do nothing else. */
async function ceilingRate(influxd: Influxd, points: number): Promise<number> {
  const startNs = BigInt(Date.now()) * 1_000_000n
  const batches: Buffer[] = []
  for (let from = 0; from < points; from += CEILING_BATCH_POINTS) {
    const lines: string[] = []
    for (let n = from; n < Math.min(points, from + CEILING_BATCH_POINTS); n++) lines.push(line(n, startNs))
    batches.push(Buffer.from(lines.join('')))
  }
  const start = performance.now()
  const writer = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) await post(influxd, batch)
  }
  await Promise.all([writer(), writer()])
  return (points * 1000) / (performance.now() - start)
}

async function post({ url }: Influxd, body: Buffer): Promise<void> {
  const answer = await fetch(`${url}/write?db=factory&precision=ns`, {
    method: 'POST',
    body: new Uint8Array(body),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

function line(n: number, startNs: bigint): string {
  const value = ((n / 100) % 100).toFixed(3)
  const series = `telemetry,area=moulding,device=imm-${n % 100},line=line1,site=ningbo`
  return `${series} temperature=${value},pressure=${value},count=${Math.floor(n / 100)} ${startNs + BigInt(n)}\n`
}
