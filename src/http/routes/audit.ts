import { Readable } from 'node:stream'
import { type Static, Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { actorOf } from '../../core/identity.js'
import { DAMAGE_KINDS } from '../../security/audit/damage.js'
import type { AuditRecords } from '../../security/audit/reader.js'
import type { Asker, HttpViews } from '../inputs.js'
import { CLOSED, NOTHING, route } from '../route.js'
import { CursorParameter, limitParameter, NextCursor } from '../schema-parts.js'
import {
  AuditFilterParameters,
  AuditRecordJson,
  readAuditCursor,
  toAuditFilter,
  writeAuditCursor,
} from './audit-json.js'

const ACCESS = { role: 'admin', scope: 'plant' } as const
const EXPORT_TIMEOUT_MS = 300_000

export const auditRoute = route(
  {
    url: '/api/v1/audit',
    access: ACCESS,
    summary: 'The audit trail, newest first. A page may be short of its limit, and not the last one.',
    params: NOTHING,
    query: Type.Object(
      { ...AuditFilterParameters, limit: limitParameter(100, 1_000), cursor: Type.Optional(CursorParameter) },
      CLOSED,
    ),
    answer: Type.Object({ items: Type.Array(AuditRecordJson), nextCursor: NextCursor }),
    errors: ['LG_AUDIT_UNAVAILABLE', 'LG_AUDIT_UNREADABLE'],
  },
  async (views, { query: { limit, cursor, ...filter } }) => {
    const { reader } = trailOf(views)
    const page = await reader.page(toAuditFilter(filter, Date.now()), limit, readAuditCursor(cursor))
    const items = page.records.map((record) => ({ ...record, details: { ...record.details } }))
    return { items, nextCursor: writeAuditCursor(page.next) }
  },
)

export const exportAuditRoute = route(
  {
    url: '/api/v1/audit/export',
    access: ACCESS,
    summary:
      'The audit trail, oldest first, one record a line as it is on disk; that it was exported is recorded.',
    params: NOTHING,
    query: Type.Object(AuditFilterParameters, CLOSED),
    answer: Type.String({ description: 'JSON lines, as docs/audit.md describes them.' }),
    mediaType: 'application/x-ndjson',
    answerTimeoutMs: EXPORT_TIMEOUT_MS,
    errors: ['LG_AUDIT_UNAVAILABLE', 'LG_AUDIT_UNREADABLE'],
  },
  ({ audit, ...views }, { query, reply, ...asker }) => {
    const { reader } = trailOf(views)
    const filter = toAuditFilter(query, Date.now())
    if (reply.request.method === 'GET')
      audit.record({ ...askedBy(asker), id: 'exported', details: { ...query } })
    reply.type('application/x-ndjson; charset=utf-8')
    reply.header('content-disposition', 'attachment; filename="audit.jsonl"')
    return reply.send(Readable.from(textOf(reader.records(filter)), { objectMode: false }))
  },
)

const Count = Type.Integer({ minimum: 0 })
const ReportJson = Type.Object({
  ok: Type.Boolean(),
  files: Count,
  records: Count,
  firstSeq: Count,
  lastSeq: Count,
  lastHash: Type.String(),
  head: Type.Enum(['absent', 'unchecked', 'authentic', 'forged']),
  unfinishedBytes: Count,
  damage: Type.Array(
    Type.Object({
      kind: Type.Enum([...DAMAGE_KINDS]),
      file: Type.String(),
      line: Count,
      firstSeq: Count,
      lastSeq: Count,
    }),
    { description: 'The first 1,000.' },
  ),
  damageCount: Count,
})

export const verifyAuditRoute = route(
  {
    method: 'POST',
    url: '/api/v1/audit/verify',
    access: ACCESS,
    audit: 'by route',
    summary:
      'Whether the audit trail is as it was written, and each place where it is not; that it was verified is recorded.',
    params: NOTHING,
    query: NOTHING,
    answer: ReportJson,
    answerTimeoutMs: EXPORT_TIMEOUT_MS,
    errors: ['LG_AUDIT_UNAVAILABLE', 'LG_AUDIT_UNREADABLE'],
  },
  async ({ audit, ...views }, asker): Promise<Static<typeof ReportJson>> => {
    const report = await trailOf(views).verify()
    const result = report.ok ? 'success' : 'failure'
    const details = { records: report.records, damage: report.damageCount }
    audit.record({ ...askedBy(asker), id: 'verified', result, details })
    return { ...report, damage: [...report.damage] }
  },
)

function trailOf({ auditRecords }: Pick<HttpViews, 'auditRecords'>): AuditRecords {
  if (auditRecords === undefined) throw new GatewayError('LG_AUDIT_UNAVAILABLE')
  return auditRecords
}

function askedBy({ identity, address }: Asker) {
  return { result: 'success', actor: actorOf(identity), address, target: 'audit' } as const
}

async function* textOf(records: AsyncIterable<{ readonly line: string }>): AsyncGenerator<string> {
  for await (const { line } of records) yield `${line}\n`
}
