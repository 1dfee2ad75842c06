import { Argument, Option } from 'commander'
import { EXCHANGE_FORMATS, type ExchangeFormat } from '../devices/exchange/rows.js'
import { addApiCommand, addCommand, type CommandSite, jsonOption } from './command.js'
import { CHANGES, changeDevices, type DeviceChangeOptions } from './devices-change.js'
import {
  type DeviceExportOptions,
  type DeviceImportOptions,
  exportDevices,
  importDevices,
} from './devices-exchange.js'
import { type DeviceListOptions, listDevices, SORTS, STATUSES } from './devices-list.js'
import { type DeviceShowOptions, showDevice } from './devices-show.js'

const DEFAULT_LIMIT = 50

export function addDevicesCommand(site: CommandSite): void {
  const { commands } = site.context.texts
  const examples = ['devices list', 'devices import devices.csv', 'devices confirm imm-01 imm-02']
  const parent = addCommand(site, 'devices', commands.devices, examples)
  addListCommand({ ...site, parent })
  addShowCommand({ ...site, parent })
  addImportCommand({ ...site, parent })
  addExportCommand({ ...site, parent })
  addChangeCommands({ ...site, parent })
}

function addListCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'list', commands.devicesList, [
    'devices list --status discovered',
    'devices list --scope ningbo/moulding --sort -lastReceived --limit 20',
    'devices list --text haitian --json',
  ])
    .addOption(new Option('--status <status>', options.status).choices(STATUSES))
    .option('--scope <path>', options.scope)
    .option('--text <text>', options.text)
    .option('--label <label>', options.label)
    .addOption(new Option('--sort <key>', options.sort).choices(SORTS))
    .addOption(
      new Option('--limit <count>', options.deviceLimit)
        .argParser(parse.positiveInteger)
        .default(DEFAULT_LIMIT),
    )
    .addOption(jsonOption(site))
    .action(async (given: DeviceListOptions) => finish(await listDevices(given, context)))
}

function addShowCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'show', commands.devicesShow, ['devices show imm-01', 'devices show imm-01 --json'])
    .addArgument(new Argument('<id>', options.deviceId))
    .addOption(jsonOption(site))
    .action(async (id: string, given: DeviceShowOptions) => finish(await showDevice(id, given, context)))
}

function addImportCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'import', commands.devicesImport, [
    'devices import devices.csv',
    'devices import devices.yaml --dry-run',
    'devices import - --format csv',
  ])
    .addArgument(new Argument('<file>', options.table))
    .addOption(formatOption(options.tableFormatOfFile))
    .option('--dry-run', options.dryRun)
    .addOption(jsonOption(site))
    .action(async (file: string, given: DeviceImportOptions) =>
      finish(await importDevices(file, given, context)),
    )
}

function addExportCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'export', commands.devicesExport, ['devices export', 'devices export --format csv'])
    .addOption(formatOption(options.tableFormat).default('yaml' satisfies ExchangeFormat))
    .action(async (given: DeviceExportOptions) => finish(await exportDevices(given, context)))
}

function addChangeCommands(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  const descriptions = {
    confirm: commands.devicesConfirm,
    reject: commands.devicesReject,
    remove: commands.devicesRemove,
  }
  for (const change of CHANGES) {
    const examples = [
      `devices ${change} imm-01 imm-02`,
      `devices ${change} --discovered --scope ningbo/moulding`,
    ]
    const command = addApiCommand(site, change, descriptions[change], examples)
      .addArgument(new Argument('[ids...]', options.deviceIds))
      .option('--discovered', options.discovered)
      .option('--scope <path>', options.discoveredScope)
    command.action(async (ids: string[], given: DeviceChangeOptions) => {
      if (ids.length === 0 && given.discovered !== true) command.error(context.texts.devices.nothingNamed)
      finish(await changeDevices(change, ids, given, context))
    })
  }
}

export function formatOption(description: string): Option {
  return new Option('--format <format>', description).choices(EXCHANGE_FORMATS)
}
