import { Command, type Help, Option } from 'commander'
import { argumentParsers } from './arguments.js'
import { addAuditCommand } from './audit.js'
import { addCaptureCommand } from './capture.js'
import { addCheckCommand } from './check.js'
import type { CommandSite } from './command.js'
import type { Context } from './context.js'
import { addCredentialsCommand } from './credentials.js'
import { addDeadLettersCommand } from './dead-letters.js'
import { addDemoCommand } from './demo.js'
import { addDevicesCommand } from './devices.js'
import { addFleetCommand } from './fleet.js'
import { addLedgerCommand } from './ledger.js'
import { addReloadCommand } from './reload.js'
import { addResolveCommand } from './resolve.js'
import { addRunCommand } from './run.js'
import { addSimulateCommand } from './simulate.js'
import { addSpoolCommand } from './spool.js'
import { addTailCommand } from './tail.js'
import { LANGUAGES, type Texts } from './texts.js'
import { addTokensCommand } from './tokens.js'
import { addTryCommand } from './try.js'
import { addUsersCommand } from './users.js'

/** The whole command line; `finish` is called with the exit code of the command that ran. */
export function createProgram(context: Context, finish: (exitCode: number) => void): Command {
  const { texts, terminal, version } = context
  const program = new Command('linegate')
    .description(texts.program.description)
    .version(version, '-V, --version', texts.program.version)
    .addOption(new Option('--lang <language>', texts.program.lang).choices(LANGUAGES))
    .helpOption('-h, --help', texts.program.help)
    .helpCommand('help [command]', texts.program.helpCommand)
    .configureHelp(localisedHelp(texts))
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .exitOverride()
  const site: CommandSite = { parent: program, context, parse: argumentParsers(texts), finish }
  addRunCommand(site)
  addCheckCommand(site)
  addDemoCommand(site)
  addCaptureCommand(site)
  addTryCommand(site)
  addReloadCommand(site)
  addSimulateCommand(site)
  addTailCommand(site)
  addLedgerCommand(site)
  addDeadLettersCommand(site)
  addSpoolCommand(site)
  addDevicesCommand(site)
  addFleetCommand(site)
  addResolveCommand(site)
  addCredentialsCommand(site)
  addUsersCommand(site)
  addTokensCommand(site)
  addAuditCommand(site)
  return program
}

/** Commander's help with its own words replaced. */
function localisedHelp({ program: words }: Texts): Partial<Help> {
  const titles: Readonly<Record<string, string>> = {
    'Usage:': words.usage,
    'Options:': words.options,
    'Global Options:': words.globalOptions,
    'Commands:': words.commands,
    'Arguments:': words.arguments,
  }
  return {
    showGlobalOptions: true,
    styleTitle: (title) => titles[title] ?? title,
    optionDescription: ({ description, defaultValue, defaultValueDescription, envVar }) => {
      const notes: string[] = []
      const fallback = defaultValueDescription ?? defaultValue
      if (fallback !== undefined && fallback !== '') notes.push(`${words.defaultValue}: ${fallback}`)
      if (envVar !== undefined) notes.push(`${words.environment}: ${envVar}`)
      return notes.length === 0 ? description : `${description} (${notes.join(', ')})`
    },
  }
}
