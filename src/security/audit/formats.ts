import { stringify } from 'csv-stringify/sync'
import type { AuditRecord } from './record.js'
import { type SyslogSource, syslogMessage } from './syslog-message.js'

export const EXPORT_FORMATS = ['jsonl', 'syslog', 'csv'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const COLUMNS = [
  'seq',
  'time',
  'category',
  'event',
  'result',
  'actor',
  'address',
  'target',
  'details',
  'suppressed',
  'previous',
  'hash',
] as const

/** In front of the first record. */
export function exportHeading(format: ExportFormat): string {
  return format === 'csv' ? `${COLUMNS.join(',')}\n` : ''
}

/** One record, with its newline. */
export function exportLine(format: ExportFormat, record: AuditRecord, source: SyslogSource): string {
  if (format === 'jsonl') return `${JSON.stringify(record)}\n`
  if (format === 'syslog') return `${syslogMessage(record, source)}\n`
  const row = COLUMNS.map((name) => (name === 'details' ? JSON.stringify(record.details) : record[name]))
  // A table program would run a text that begins like a formula.
  return stringify([row], { escape_formulas: true })
}
