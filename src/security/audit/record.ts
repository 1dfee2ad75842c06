import { AUDIT_EVENTS, type AuditCategory, type AuditEvent, type AuditEventId } from '../../core/audit.js'
import { detached } from '../../core/detached.js'
import { isSecretName, REDACTED, withoutSecrets } from './redact.js'

/** What an event is once it has its place in the trail; one JSON object a line, its keys in this order. */
export interface AuditRecord {
  /** 1, 2, 3 … without a gap. */
  readonly seq: number
  /** RFC 3339, UTC. */
  readonly time: string
  readonly category: AuditCategory
  readonly event: AuditEventId
  readonly result: AuditEvent['result']
  readonly actor: string
  readonly address: string
  readonly target: string
  readonly details: Readonly<Record<string, string | number | boolean>>
  /** Refusals like this one that were left out since the record before of their kind. */
  readonly suppressed?: number
  /** Hash of the record before; 64 zeros for the first one. */
  readonly previous: string
  /** SHA-256, hexadecimal, over the line without this key. */
  readonly hash: string
}

/** An event that waits for its place: bounded, and without anything that looks like a secret. */
export interface PendingEvent {
  readonly timeMs: number
  readonly id: AuditEventId
  readonly result: AuditEvent['result']
  readonly actor: string
  readonly address: string
  readonly target: string
  readonly details: Readonly<Record<string, string | number | boolean>>
  readonly suppressed: number
}

const MAX_NAME = 64
const MAX_ADDRESS = 64
const MAX_TEXT = 512
const MAX_DETAIL = 1_024
const MAX_DETAILS = 32

export function toPending(event: AuditEvent, timeMs: number): PendingEvent {
  const { id, result, actor, address, target, details = {} } = event
  return {
    timeMs,
    id,
    result,
    actor: bounded(actor, MAX_TEXT),
    address: bounded(address, MAX_ADDRESS),
    target: bounded(target, MAX_TEXT),
    details: boundedDetails(details),
    suppressed: 0,
  }
}

export function categoryOf(id: AuditEventId): AuditCategory {
  return AUDIT_EVENTS[id]
}

function boundedDetails(details: NonNullable<AuditEvent['details']>): PendingEvent['details'] {
  const entries = Object.entries(details)
  const kept = entries.slice(0, MAX_DETAILS).map(([name, value]): [string, string | number | boolean] => {
    const isPlain = typeof value === 'boolean' || Number.isFinite(value)
    if (isPlain) return [bounded(name, MAX_NAME), value]
    return [bounded(name, MAX_NAME), isSecretName(name) ? REDACTED : bounded(String(value), MAX_DETAIL)]
  })
  return Object.fromEntries(kept)
}

/** A part that is cut off must not keep a whole payload in memory while it waits. */
function bounded(text: string, length: number): string {
  if (text.length <= length) return withoutSecrets(text)
  // A secret across the cut would be no longer recognised; what is a little longer is looked at whole.
  return `${detached(withoutSecrets(text.slice(0, 2 * length)).slice(0, length - 1))}…`
}

/** What the gateway says of itself. */
export function gatewayEvent(
  id: AuditEventId,
  result: AuditEvent['result'],
  target: string,
  details: NonNullable<AuditEvent['details']>,
  timeMs: number,
): PendingEvent {
  return toPending({ id, result, actor: 'gateway', address: '', target, details }, timeMs)
}
