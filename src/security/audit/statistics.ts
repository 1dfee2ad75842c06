import { AUDIT_CATEGORIES, type AuditCategory, type AuditEvent, type AuditEventId } from '../../core/audit.js'
import { categoryOf } from './record.js'

/** Since the start. */
export interface AuditStatistics {
  /** Events by category and result, those that were only counted included. */
  readonly events: Readonly<Record<AuditCategory, Readonly<Record<AuditEvent['result'], number>>>>
  /** Refusals that have no record of their own. */
  readonly suppressed: number
  /** True while records cannot be written. */
  readonly failing: boolean
  /** Records that are not in a file yet. */
  readonly waiting: number
  /** Records that did not fit into memory while they could not be written. */
  readonly lost: number
  readonly syslog?: { readonly sent: number; readonly dropped: number; readonly waiting: number }
}

type Counts = Record<AuditCategory, Record<AuditEvent['result'], number>>

export class EventCounts {
  readonly byCategory: Counts
  suppressed = 0
  lost = 0

  constructor() {
    const rows = AUDIT_CATEGORIES.map((category) => [category, { success: 0, failure: 0 }])
    this.byCategory = Object.fromEntries(rows) as Counts
  }

  add(id: AuditEventId, result: AuditEvent['result']): void {
    this.byCategory[categoryOf(id)][result]++
  }
}
