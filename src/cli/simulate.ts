import { join } from 'node:path'
import { Option } from 'commander'
import { formatSummary } from '../../simulators/summary.js'
import { addCommand, type CommandSite } from './command.js'
import type { Context } from './context.js'
import { count, milliseconds } from './numbers.js'
import { Progress } from './progress.js'

export interface SimulateOptions {
  /** The fleet of the demo when absent. */
  readonly fleet?: string
  readonly broker: string
  readonly speed: number
  readonly qos: 0 | 1 | 2
  readonly devices?: number
  /** In milliseconds. */
  readonly duration?: number
  readonly connections?: number
}

const DEFAULT_BROKER = 'mqtt://127.0.0.1:1883'

export function demoFleet(packageRoot: string): string {
  return join(packageRoot, 'config', 'fleets', 'demo.yaml')
}

/** Lets a fleet publish until the signal or its time is over; prints what was sent and acknowledged. */
export async function simulateFleet(options: SimulateOptions, context: Context): Promise<number> {
  const { texts, terminal, signal, packageRoot } = context
  const { fleet = demoFleet(packageRoot), broker: brokerUrl, duration: durationMs, ...rest } = options
  const { simulate } = await import('../../simulators/run.js')
  const progress = new Progress(terminal)
  const summary = await simulate({
    ...rest,
    ...(durationMs === undefined ? {} : { durationMs }),
    fleet,
    brokerUrl,
    signal,
    onProgress: ({ connected, connections, elapsedMs, sent, acknowledged }) =>
      progress.update(() =>
        sent === 0
          ? texts.simulate.connecting(count(connected), count(connections))
          : texts.simulate.progress(milliseconds(elapsedMs), count(sent), count(acknowledged)),
      ),
  })
  progress.end()
  terminal.out(formatSummary(summary, texts.language))
  return 0
}

export function addSimulateCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addCommand(site, 'simulate', commands.simulate, [
    'simulate',
    'simulate --speed 10 --devices 5000 --duration 60s',
    'simulate --fleet plant.yaml --broker mqtt://10.0.0.5:1883 --qos 0',
  ])
    .option('--fleet <file>', options.fleet)
    .option('--broker <url>', options.broker, DEFAULT_BROKER)
    .addOption(new Option('--speed <factor>', options.speed).argParser(parse.positiveNumber).default(1))
    .addOption(new Option('--devices <count>', options.devices).argParser(parse.positiveInteger))
    .addOption(new Option('--duration <time>', options.duration).argParser(parse.duration))
    .addOption(new Option('--qos <level>', options.qos).argParser(parse.qos).default(1))
    .addOption(new Option('--connections <count>', options.connections).argParser(parse.positiveInteger))
    .action(async (given: SimulateOptions) => finish(await simulateFleet(given, context)))
}
