import { Option } from 'commander'
import type { ExchangeFormat } from '../devices/exchange/rows.js'
import { writeTable } from '../devices/exchange/write-table.js'
import { addCommand, type CommandSite } from './command.js'
import type { Context } from './context.js'
import { formatOption } from './devices.js'
import { demoFleet } from './simulate.js'

export interface FleetRegistryOptions {
  /** The fleet of the demo when absent. */
  readonly fleet?: string
  readonly devices?: number
  readonly format: ExchangeFormat
}

/** Prints the devices of a fleet, as it would publish, as a table of devices. */
export async function fleetRegistry(
  { fleet: file, devices: wanted, format }: FleetRegistryOptions,
  { terminal, packageRoot }: Context,
): Promise<number> {
  const [{ loadFleet }, { scaleFleet }, { registryOf }] = await Promise.all([
    import('../../simulators/fleet.js'),
    import('../../simulators/scale.js'),
    import('../../simulators/fleet-registry.js'),
  ])
  const fleet = await loadFleet(file ?? demoFleet(packageRoot))
  const devices = registryOf(wanted === undefined ? fleet : scaleFleet(fleet, wanted))
  for await (const piece of writeTable(format, devices)) terminal.out(piece)
  return 0
}

export function addFleetCommand(site: CommandSite): void {
  const { commands } = site.context.texts
  const parent = addCommand(site, 'fleet', commands.fleet, ['fleet registry'])
  addRegistryCommand({ ...site, parent })
}

function addRegistryCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addCommand(site, 'registry', commands.fleetRegistry, [
    'fleet registry',
    'fleet registry --fleet plant.yaml --format csv',
    'fleet registry --devices 5000',
  ])
    .option('--fleet <file>', options.fleet)
    .addOption(new Option('--devices <count>', options.devices).argParser(parse.positiveInteger))
    .addOption(formatOption(options.tableFormat).default('yaml' satisfies ExchangeFormat))
    .action(async (given: FleetRegistryOptions) => finish(await fleetRegistry(given, context)))
}
