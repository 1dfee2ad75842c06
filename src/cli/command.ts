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

const DEFAULT_URL = 'http://127.0.0.1:8080'

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

export function configOption({ context }: CommandSite): Option {
  return new Option('-c, --config <file>', context.texts.options.config)
}

export function urlOption({ context, parse }: CommandSite): Option {
  return new Option('--url <address>', context.texts.options.url)
    .default(DEFAULT_URL)
    .env('LINEGATE_URL')
    .argParser(parse.httpUrl)
}

export function jsonOption({ context }: CommandSite): Option {
  return new Option('--json', context.texts.options.json)
}
