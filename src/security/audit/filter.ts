import type { AuditCategory, AuditEvent, AuditEventId } from '../../core/audit.js'
import type { AuditRecord } from './record.js'

/** What is absent narrows nothing. */
export interface AuditFilter {
  /** Inclusive. */
  readonly fromMs?: number
  /** Exclusive. */
  readonly toMs?: number
  readonly category?: AuditCategory
  readonly event?: AuditEventId
  /** As recorded: `user:anna`. */
  readonly actor?: string
  readonly result?: AuditEvent['result']
}

export function passes(record: AuditRecord, filter: AuditFilter): boolean {
  const { fromMs, toMs, category, event, actor, result } = filter
  if (category !== undefined && record.category !== category) return false
  if (event !== undefined && record.event !== event) return false
  if (actor !== undefined && record.actor !== actor) return false
  if (result !== undefined && record.result !== result) return false
  if (fromMs === undefined && toMs === undefined) return true
  const timeMs = Date.parse(record.time)
  return (fromMs === undefined || timeMs >= fromMs) && (toMs === undefined || timeMs < toMs)
}
