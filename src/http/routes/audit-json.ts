import { Type } from 'typebox'
import { AUDIT_CATEGORIES, AUDIT_EVENTS, type AuditEventId } from '../../core/audit.js'
import type { AuditFilter } from '../../security/audit/filter.js'
import type { AuditPlace } from '../../security/audit/reader.js'
import { invalidParameter } from '../problem.js'
import { Time, textParameter } from '../schema-parts.js'
import { parseTime } from '../time-range.js'

const EVENTS = Object.keys(AUDIT_EVENTS) as AuditEventId[]
const Category = Type.Enum([...AUDIT_CATEGORIES])
const Event = Type.Enum(EVENTS)
const Result = Type.Enum(['success', 'failure'])

export const AuditFilterParameters = {
  from: Type.Optional(textParameter('Only since then: RFC 3339, epoch milliseconds, or relative (-1h).')),
  to: Type.Optional(textParameter('Only before then.')),
  category: Type.Optional(Category),
  event: Type.Optional(Event),
  actor: Type.Optional(textParameter('Who did it, as recorded: user:anna, token:prometheus, device:imm-01.')),
  result: Type.Optional(Result),
}

export interface AuditQuery extends Omit<AuditFilter, 'fromMs' | 'toMs'> {
  readonly from?: string
  readonly to?: string
}

export function toAuditFilter(
  { from, to, category, event, actor, result }: AuditQuery,
  nowMs: number,
): AuditFilter {
  return {
    ...(from === undefined ? {} : { fromMs: parseTime('from', from, nowMs) }),
    ...(to === undefined ? {} : { toMs: parseTime('to', to, nowMs) }),
    ...(category === undefined ? {} : { category }),
    ...(event === undefined ? {} : { event }),
    ...(actor === undefined ? {} : { actor }),
    ...(result === undefined ? {} : { result }),
  }
}

export const AuditRecordJson = Type.Object({
  seq: Type.Integer({ minimum: 1 }),
  time: Time,
  category: Category,
  event: Event,
  result: Result,
  actor: Type.String({ description: 'user:…, token:…, device:…, certificate:…, local, gateway, anonymous.' }),
  address: Type.String({ description: 'IP address; empty for the gateway itself.' }),
  target: Type.String(),
  details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  suppressed: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Refusals like this one without a record of their own.' }),
  ),
  previous: Type.String({ description: 'Hash of the record before.' }),
  hash: Type.String({ description: 'SHA-256 over the line without this key.' }),
})

export function writeAuditCursor(place: AuditPlace | undefined): string | null {
  return place === undefined
    ? null
    : Buffer.from(`audit:${place.firstSeq}:${place.offset}`).toString('base64url')
}

export function readAuditCursor(cursor: string | undefined): AuditPlace | undefined {
  if (cursor === undefined) return undefined
  const match = /^audit:(\d{1,15}):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (match === null) {
    throw invalidParameter('cursor', 'must be the nextCursor of an earlier page of the same list')
  }
  return { firstSeq: Number(match[1]), offset: Number(match[2]) }
}
