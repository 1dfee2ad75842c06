import { Argument, Option } from 'commander'
import { addApiCommand, addCommand, type CommandSite, jsonOption } from './command.js'
import { addFilterOptions, filterOf } from './dead-letters-filter.js'
import { type DeadLetterListOptions, listDeadLetters } from './dead-letters-list.js'
import { type DeadLetterPurgeOptions, purgeDeadLetters } from './dead-letters-purge.js'
import { type DeadLetterReplayOptions, replayDeadLetters } from './dead-letters-replay.js'
import { type DeadLetterShowOptions, showDeadLetter } from './dead-letters-show.js'
import { type DeadLetterSummaryOptions, summariseDeadLetters } from './dead-letters-summary.js'

const DEFAULT_LIMIT = 50

export function addDeadLettersCommand(site: CommandSite): void {
  const { commands } = site.context.texts
  const examples = [
    'dead-letters list',
    'dead-letters show 17',
    'dead-letters replay --reason malformed --dry-run',
  ]
  const parent = addCommand(site, 'dead-letters', commands.deadLetters, examples)
  addListCommand({ ...site, parent })
  addShowCommand({ ...site, parent })
  addReplayCommand({ ...site, parent })
  addPurgeCommand({ ...site, parent })
  addSummaryCommand({ ...site, parent })
}

function addListCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  const command = addApiCommand(site, 'list', commands.deadLettersList, [
    'dead-letters list',
    'dead-letters list --device imm-01 --limit 10',
    "dead-letters list --reason malformed --topic 'plant/+/line1/#' --from 2h --json",
  ])
  addFilterOptions(command, site)
    .addOption(
      new Option('--limit <count>', options.limit).argParser(parse.positiveInteger).default(DEFAULT_LIMIT),
    )
    .addOption(jsonOption(site))
    .action(async (given: DeadLetterListOptions) => finish(await listDeadLetters(given, context)))
}

function addShowCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'show', commands.deadLettersShow, [
    'dead-letters show 17',
    'dead-letters show 17 --json',
  ])
    .addArgument(new Argument('<id>', options.letterId).argParser(parse.positiveInteger))
    .addOption(jsonOption(site))
    .action(async (id: number, given: DeadLetterShowOptions) =>
      finish(await showDeadLetter(id, given, context)),
    )
}

function addReplayCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options, deadLetters } = context.texts
  const toIds = (text: string, before: readonly number[] = []) => [...before, parse.positiveInteger(text)]
  const command = addApiCommand(site, 'replay', commands.deadLettersReplay, [
    'dead-letters replay 17 18',
    'dead-letters replay --reason malformed --device imm-01 --dry-run',
    'dead-letters replay --all',
  ]).addArgument(new Argument('[ids...]', options.letterIds).argParser(toIds))
  addFilterOptions(command, site)
    .option('--all', options.allLetters)
    .option('--dry-run', options.replayDryRun)
    .addOption(jsonOption(site))
    .action(async (ids: readonly number[], given: DeadLetterReplayOptions) => {
      const filters = Object.keys(filterOf(given)).length > 0 || given.all === true
      if (ids.length === 0 && !filters) command.error(deadLetters.selectSomething)
      if (ids.length > 0 && filters) command.error(deadLetters.idsAndFilter)
      finish(await replayDeadLetters(ids, given, context))
    })
}

function addPurgeCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options, deadLetters } = context.texts
  const command = addApiCommand(site, 'purge', commands.deadLettersPurge, [
    'dead-letters purge --to 30d',
    'dead-letters purge --reason malformed --device imm-01 --dry-run',
    'dead-letters purge --reason series_budget --yes',
  ])
  addFilterOptions(command, site)
    .option('--dry-run', options.purgeDryRun)
    .option('--yes', options.yes)
    .addOption(jsonOption(site))
    .action(async (given: DeadLetterPurgeOptions) => {
      if (Object.keys(filterOf(given)).length === 0) command.error(deadLetters.purgeWhat)
      finish(await purgeDeadLetters(given, context))
    })
}

function addSummaryCommand(site: CommandSite): void {
  const { context, finish } = site
  const examples = ['dead-letters summary', 'dead-letters summary --json']
  addApiCommand(site, 'summary', context.texts.commands.deadLettersSummary, examples)
    .addOption(jsonOption(site))
    .action(async (given: DeadLetterSummaryOptions) => finish(await summariseDeadLetters(given, context)))
}
