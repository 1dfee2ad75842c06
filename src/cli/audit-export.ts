import { hostname } from 'node:os'
import { type ExportFormat, exportHeading, exportLine } from '../security/audit/formats.js'
import { type AuditSourceOptions, exportRecords } from './audit-source.js'
import type { Context } from './context.js'

export interface AuditExportOptions extends AuditSourceOptions {
  readonly format: ExportFormat
}

/** Writes the records to standard output, oldest first. */
export async function exportAudit(options: AuditExportOptions, context: Context): Promise<number> {
  const { terminal } = context
  const { format } = options
  const source = { hostname: hostname(), processId: process.pid }
  terminal.out(exportHeading(format))
  await exportRecords(options, (record) => terminal.out(exportLine(format, record, source)), context)
  return 0
}
