import { type Command, Option } from 'commander'
import { AUDIT_CATEGORIES, AUDIT_EVENTS, type AuditCategory, type AuditEventId } from '../core/audit.js'
import type { CommandSite } from './command.js'

/** What narrows the records, as options give it and the API takes it. */
export interface AuditFilterOptions {
  readonly from?: string
  readonly to?: string
  readonly category?: AuditCategory
  readonly event?: AuditEventId
  readonly actor?: string
  readonly result?: 'success' | 'failure'
}

export function addFilterOptions(command: Command, { context, parse }: CommandSite): Command {
  const { options } = context.texts.audit
  return command
    .option('--from <time>', options.from, parse.time)
    .option('--to <time>', options.to, parse.time)
    .addOption(new Option('--category <category>', options.category).choices(AUDIT_CATEGORIES))
    .addOption(new Option('--event <id>', options.event).choices(Object.keys(AUDIT_EVENTS)))
    .option('--actor <actor>', options.actor)
    .addOption(new Option('--result <result>', options.result).choices(['success', 'failure']))
}

/** Only the keys that were given. */
export function filterOf(given: AuditFilterOptions): AuditFilterOptions {
  const { from, to, category, event, actor, result } = given
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(category === undefined ? {} : { category }),
    ...(event === undefined ? {} : { event }),
    ...(actor === undefined ? {} : { actor }),
    ...(result === undefined ? {} : { result }),
  }
}
