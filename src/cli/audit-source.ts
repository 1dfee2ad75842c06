/** Where the records of the trail come from: a gateway that runs, the data directory of one that does not, or a copy. */
import { toAuditFilter } from '../http/routes/audit-json.js'
import { AuditReader } from '../security/audit/reader.js'
import type { AuditRecord } from '../security/audit/record.js'
import { placesIn } from '../security/audit/verify.js'
import { administer } from './administration.js'
import type { GatewayApi } from './api.js'
import type { ApiOptions } from './api-access.js'
import { type AuditFilterOptions, filterOf } from './audit-filter.js'
import type { Context } from './context.js'

export interface AuditSourceOptions extends ApiOptions, AuditFilterOptions {
  /** A data directory, or a copy of the folder of the trail. */
  readonly data?: string
}

export interface FoundRecords {
  /** Newest first. */
  readonly records: AuditRecord[]
  readonly more: boolean
}

const AUDIT_PATH = '/api/v1/audit'
const EXPORT_TIMEOUT_MS = 600_000
const PAGE_SIZE = 1_000

/** The newest records that pass. */
export async function newestRecords(
  options: AuditSourceOptions,
  limit: number,
  context: Context,
): Promise<FoundRecords> {
  if (options.data !== undefined) return newestIn(options.data, options, limit)
  return administer(options, context, {
    online: (api) => newestOf(api, options, limit),
    offline: ({ config }) => newestIn(config.gateway.dataDirectory, options, limit),
  })
}

/** Hands each record that passes to `take`, oldest first; that they were exported is recorded, but in a copy. */
export async function exportRecords(
  options: AuditSourceOptions,
  take: (record: AuditRecord) => void,
  context: Context,
): Promise<void> {
  if (options.data !== undefined) return exportFrom(options.data, options, take, context)
  return administer(options, context, {
    online: (api) => exportOf(api, options, take),
    offline: async ({ config, audit }) => {
      const details = { ...filterOf(options) }
      audit.record({
        id: 'exported',
        result: 'success',
        actor: 'local',
        address: '',
        target: 'audit',
        details,
      })
      await exportFrom(config.gateway.dataDirectory, options, take, context)
    },
  })
}

async function newestOf(api: GatewayApi, options: AuditSourceOptions, limit: number): Promise<FoundRecords> {
  const records: AuditRecord[] = []
  let cursor: string | undefined
  while (records.length < limit) {
    const query = { ...filterOf(options), limit: Math.min(PAGE_SIZE, limit - records.length), cursor }
    const page = await api.get<{ items: AuditRecord[]; nextCursor: string | null }>(AUDIT_PATH, query)
    records.push(...page.items)
    if (page.nextCursor === null) return { records, more: false }
    cursor = page.nextCursor
  }
  return { records, more: true }
}

async function newestIn(
  directory: string,
  options: AuditSourceOptions,
  limit: number,
): Promise<FoundRecords> {
  const reader = await readerIn(directory)
  const filter = toAuditFilter(filterOf(options), Date.now())
  const records: AuditRecord[] = []
  let page = await reader.page(filter, limit)
  records.push(...page.records)
  while (records.length < limit && page.next !== undefined) {
    page = await reader.page(filter, limit - records.length, page.next)
    records.push(...page.records)
  }
  return { records, more: page.next !== undefined }
}

async function exportOf(
  api: GatewayApi,
  options: AuditSourceOptions,
  take: (record: AuditRecord) => void,
): Promise<void> {
  let rest = ''
  for await (const piece of api.read(`${AUDIT_PATH}/export`, { ...filterOf(options) }, EXPORT_TIMEOUT_MS)) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    for (const line of lines) take(JSON.parse(line) as AuditRecord)
  }
}

async function exportFrom(
  directory: string,
  options: AuditSourceOptions,
  take: (record: AuditRecord) => void,
  { signal }: Context,
): Promise<void> {
  const reader = await readerIn(directory)
  for await (const { record } of reader.records(toAuditFilter(filterOf(options), Date.now()))) {
    signal.throwIfAborted()
    take(record)
  }
}

async function readerIn(directory: string): Promise<AuditReader> {
  const { folder } = await placesIn(directory)
  return new AuditReader(folder)
}
