import { type Command, InvalidArgumentError, Option } from 'commander'
import { EXPORT_FORMATS } from '../security/audit/formats.js'
import type { Link } from '../security/audit/line.js'
import { type AuditExportOptions, exportAudit } from './audit-export.js'
import { addFilterOptions } from './audit-filter.js'
import { type AuditListOptions, listAudit } from './audit-list.js'
import { type AuditVerifyOptions, verifyTrail } from './audit-verify.js'
import { addApiCommand, addCommand, type CommandSite, configOption, jsonOption } from './command.js'

const DEFAULT_LIMIT = 50

export function addAuditCommand(site: CommandSite): void {
  const examples = ['audit list --result failure', 'audit verify', 'audit export --format csv --from 30d']
  const parent = addCommand(site, 'audit', site.context.texts.audit.commands.audit, examples)
  addListCommand({ ...site, parent })
  addExportCommand({ ...site, parent })
  addVerifyCommand({ ...site, parent })
}

function addListCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts.audit
  const command = addApiCommand(site, 'list', commands.list, [
    'audit list',
    'audit list --event sign_in --result failure --from 24h',
    'audit list --actor user:anna --limit 10 --json',
  ]).addOption(dataOption(site))
  addFilterOptions(command, site)
    .addOption(
      new Option('--limit <count>', options.limit).argParser(parse.positiveInteger).default(DEFAULT_LIMIT),
    )
    .addOption(jsonOption(site))
    .action(async (given: AuditListOptions) => finish(await listAudit(given, context)))
}

function addExportCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts.audit
  const command: Command = addApiCommand(site, 'export', commands.export, [
    'audit export --from 30d',
    'audit export --format csv --category credential',
    'audit export --format syslog --data /mnt/evidence/data',
  ]).addOption(dataOption(site))
  addFilterOptions(command, site)
    .addOption(new Option('--format <format>', options.format).choices(EXPORT_FORMATS).default('jsonl'))
    .action(async (given: AuditExportOptions) => finish(await exportAudit(given, context)))
}

function addVerifyCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options, badKnown } = context.texts.audit
  const known = (text: string, before: readonly Link[]) => [...before, linkOf(text, badKnown)]
  addCommand(site, 'verify', commands.verify, [
    'audit verify',
    'audit verify --config /etc/linegate/gateway.yaml --json',
    'audit verify --data /mnt/evidence/data',
  ])
    .addOption(configOption(site))
    .addOption(dataOption(site).conflicts('config'))
    .addOption(new Option('--known <seq:hash>', options.known).argParser(known).default([], ''))
    .addOption(jsonOption(site))
    .action(async (given: AuditVerifyOptions) => finish(await verifyTrail(given, context)))
}

function dataOption({ context }: CommandSite): Option {
  return new Option('--data <directory>', context.texts.audit.options.data)
}

function linkOf(text: string, complaint: string): Link {
  const match = /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(text)
  if (match === null) throw new InvalidArgumentError(complaint)
  return { seq: Number(match[1]), hash: match[2]! }
}
