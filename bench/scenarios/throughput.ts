import { startInfluxd } from '../../test/support/influxd.js'
import type { Generator } from '../generators.js'
import { cpuSeconds } from '../processes.js'
import { median, type Table } from '../report.js'
import { startBareAedes, startMosquitto, startRawFloor } from '../targets/brokers.js'
import { GatewayTarget } from '../targets/gateway.js'
import type { Target } from '../targets/target.js'

export interface Measured {
  readonly target: string
  readonly ackedPerSecond: number
  /** Microseconds of CPU per acknowledged message, by process, until everything is stored. */
  readonly cpuUs: Readonly<Record<string, number>>
  /** Points stored per second from the first message until the last one is stored; NaN for plain brokers. */
  readonly storedPerSecond: number
  /** Microseconds of CPU per acknowledged message of the generator itself. */
  readonly generatorCpuUs: number
}

export type Starter = () => Promise<Target>

/** Starts one after the other, loads each for the same time, and goes round: what drifts, drifts for all. */
export async function alternate(
  starters: readonly Starter[],
  generator: Generator,
  load: { connections: number; window: number; seconds: number },
  rounds: number,
): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>()
  for (let round = 0; round < rounds; round++) {
    for (const starter of starters) {
      const target = await starter()
      const measured = await measure(target, generator, load).finally(() => target.stop())
      console.error(`  ${generator.name}: ${target.name} ${Math.round(measured.ackedPerSecond)}/s`)
      results.set(target.name, [...(results.get(target.name) ?? []), measured])
    }
  }
  return results
}

async function measure(
  target: Target,
  generator: Generator,
  load: { connections: number; window: number; seconds: number },
): Promise<Measured> {
  const options = { ...load, ...target.entry, port: target.mqttPort }
  // A short warm-up, so that all run compiled code with warm files.
  await generator.run({ ...options, seconds: 1 })
  const storedBefore = (await target.settled?.()) ?? 0
  const before = Object.entries(target.pids).map(([name, pid]) => [name, cpuSeconds(pid)] as const)
  const { acked, sent, seconds, msgsPerSecond, cpuSeconds: generatorSeconds } = await generator.run(options)
  const end = performance.now()
  // Mosquitto leaves some behind when 10,000 clients stop at once.
  if (target.settled !== undefined && acked !== sent) {
    throw new Error(`${target.name}: ${sent - acked} messages were not acknowledged`)
  }
  const stored = (await target.settled?.()) ?? Number.NaN
  // Without what the generator takes to start and to connect.
  const storedSeconds = seconds + (performance.now() - end) / 1000
  if (target.settled !== undefined && stored - storedBefore !== acked) {
    throw new Error(`${target.name}: ${acked} acknowledged, ${stored - storedBefore} stored`)
  }
  const cpuUs = Object.fromEntries(
    before.map(([name, used]) => [name, ((cpuSeconds(target.pids[name]!) - used) * 1e6) / acked]),
  )
  return {
    target: target.name,
    ackedPerSecond: msgsPerSecond,
    cpuUs,
    storedPerSecond: acked / storedSeconds,
    generatorCpuUs: (generatorSeconds * 1e6) / acked,
  }
}

/** Acknowledged messages a second and CPU per message: gateway, other brokers and the floor, alternating. */
export async function throughput(
  generator: Generator,
  window: number,
  seconds: number,
  rounds: number,
): Promise<Table> {
  const influxd = await startInfluxd()
  try {
    const starters = [
      () => startMosquitto(),
      startBareAedes,
      () => GatewayTarget.start(influxd, 'off'),
      () => GatewayTarget.start(influxd),
      () => GatewayTarget.start(),
      startRawFloor,
    ]
    const results = await alternate(starters, generator, { connections: 100, window, seconds }, rounds)
    return toTable(generator, window, results)
  } finally {
    await influxd.remove()
  }
}

function toTable(
  generator: Generator,
  window: number,
  results: ReadonlyMap<string, readonly Measured[]>,
): Table {
  const all = [...results.values()]
  const rate = (measured: readonly Measured[]) => median(measured.map(({ ackedPerSecond }) => ackedPerSecond))
  const mosquitto = rate(all[0]!)
  const aedesCpu = median(all[1]!.map(({ cpuUs }) => cpuUs.broker!))
  return {
    title: `Acknowledged QoS 1 messages per second: ${generator.name}, 100 connections, window ${window}, JSON of 3 fields`,
    columns: ['', 'acknowledged/s', '× Mosquitto', 'stored/s', 'CPU µs/message', '× bare Aedes'],
    rows: all.map((measured) => {
      const own = median(measured.map(({ cpuUs }) => cpuUs.gateway ?? cpuUs.broker!))
      const influxd = median(measured.map(({ cpuUs }) => cpuUs.influxd ?? Number.NaN))
      const stored = median(measured.map(({ storedPerSecond }) => storedPerSecond))
      return [
        measured[0]!.target,
        rate(measured),
        rate(measured) / mosquitto,
        stored,
        Number.isNaN(influxd) ? own.toFixed(2) : `${own.toFixed(2)} (influxd ${influxd.toFixed(2)})`,
        own / aedesCpu,
      ]
    }),
  }
}
