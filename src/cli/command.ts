import { type Command, Option } from 'commander'
import type { ArgumentParsers } from './arguments.js'
import type { Context } from './context.js'

/** Where a command is added, and what it needs. */
export interface CommandSite {
  readonly parent: Command
  readonly context: Context
  readonly parse: ArgumentParsers
  /** Takes the exit code of the command that ran. */
  finish(exitCode: number): void
}

/** Adds a command; `examples` are shown by its help, without the name of the program. */
export function addCommand(
  { parent, context }: CommandSite,
  usage: string,
  description: string,
  examples: readonly string[],
): Command {
  const lines = examples.map((example) => `  $ linegate ${example}`)
  return parent
    .command(usage)
    .description(description)
    .allowExcessArguments(false)
    .addHelpText('after', `\n${context.texts.program.examples}\n${lines.join('\n')}`)
}

/** The same for a command that asks the API of a gateway, or governs it whether it runs or not: with the options of `ApiOptions`. */
export function addApiCommand(
  site: CommandSite,
  usage: string,
  description: string,
  examples: readonly string[],
): Command {
  return addCommand(site, usage, description, examples)
    .addOption(urlOption(site))
    .addOption(tokenOption(site))
    .addOption(configOption(site))
}

export function configOption({ context }: CommandSite): Option {
  return new Option('-c, --config <file>', context.texts.options.config)
}

export function urlOption({ context, parse }: CommandSite): Option {
  return new Option('--url <address>', context.texts.options.url).env('LINEGATE_URL').argParser(parse.httpUrl)
}

/** In the environment rather than on the command line, which every program on the machine can see. */
export function tokenOption({ context }: CommandSite): Option {
  return new Option('--token <token>', context.texts.options.apiToken).env('LINEGATE_TOKEN')
}

export function jsonOption({ context }: CommandSite): Option {
  return new Option('--json', context.texts.options.json)
}
