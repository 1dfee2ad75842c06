import type { Command } from 'commander'
import type { CommandSite } from './command.js'

/** What narrows the letters, as options give it and the API takes it. */
export interface LetterFilterOptions {
  readonly device?: string
  readonly reason?: string
  readonly topic?: string
  readonly from?: string
  readonly to?: string
}

export const LETTERS_PATH = '/api/v1/dead-letters'

export function addFilterOptions(command: Command, { context, parse }: CommandSite): Command {
  const { options } = context.texts
  return command
    .option('--device <device>', options.device)
    .option('--reason <code>', options.reason)
    .option('--topic <topic>', options.letterTopic)
    .option('--from <time>', options.letterFrom, parse.time)
    .option('--to <time>', options.letterTo, parse.time)
}

/** Only the keys that were given. */
export function filterOf({ device, reason, topic, from, to }: LetterFilterOptions): LetterFilterOptions {
  return {
    ...(device === undefined ? {} : { device }),
    ...(reason === undefined ? {} : { reason }),
    ...(topic === undefined ? {} : { topic }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

export function jsonBody(body: object): { body: Uint8Array<ArrayBuffer>; type: string } {
  return { body: new TextEncoder().encode(JSON.stringify(body)), type: 'application/json' }
}
