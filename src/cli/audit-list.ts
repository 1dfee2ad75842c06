import { AUDIT_TEXTS } from '../core/audit-texts.js'
import type { AuditRecord } from '../security/audit/record.js'
import { type AuditSourceOptions, newestRecords } from './audit-source.js'
import type { Context } from './context.js'
import { count } from './numbers.js'
import { table } from './table.js'

export interface AuditListOptions extends AuditSourceOptions {
  readonly limit: number
  readonly json?: true
}

/** Prints the newest records, one a line. */
export async function listAudit(options: AuditListOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const { records, more } = await newestRecords(options, options.limit, context)
  if (options.json) terminal.out(`${JSON.stringify(records, null, 2)}\n`)
  else if (records.length === 0) terminal.out(`${texts.audit.none}\n`)
  else terminal.out(recordTable(records, context))
  if (more && !options.json) terminal.err(`${texts.audit.more(count(records.length))}\n`)
  return 0
}

function recordTable(records: readonly AuditRecord[], { texts }: Context): string {
  const words = texts.audit
  const titles = [words.seq, words.time, words.result, words.actor, words.address, words.event, words.target]
  const rows = records.map((record) => [
    String(record.seq),
    record.time,
    words.results[record.result],
    record.actor,
    record.address,
    eventText(record, texts),
    record.target,
  ])
  return table(
    titles.map((title) => ({ title })),
    rows,
  )
}

/** A trail may have events of a newer version. */
function eventText({ event, suppressed }: AuditRecord, { language, audit }: Context['texts']): string {
  const text = Object.hasOwn(AUDIT_TEXTS, event) ? AUDIT_TEXTS[event][language] : event
  return suppressed === undefined ? text : audit.andMore(text, count(suppressed))
}
