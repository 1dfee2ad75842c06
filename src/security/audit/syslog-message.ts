/**
 * A record as a syslog message, RFC 5424: facility 13 (log audit), the facts as structured data, the text in English.
 *
 *     <110>1 2026-01-31T08:00:00.000Z plant-gw linegate 4711 sign_in [linegate@32473 seq="7" …][details@32473 …] BOM text
 */
import { AUDIT_TEXTS } from '../../core/audit-texts.js'
import type { AuditRecord } from './record.js'

const FACILITY = 13
const SEVERITY = { critical: 2, warning: 4, informational: 6 } as const
/** The private enterprise number that RFC 5612 keeps for documentation: Linegate has none of its own. */
const ENTERPRISE = 32_473
const BOM = '\ufeff'

export interface SyslogSource {
  readonly hostname: string
  readonly processId: number
}

/** At most `maxBytes` long: then without the details, which the trail has. */
export function syslogMessage(
  record: AuditRecord,
  source: SyslogSource,
  maxBytes = Number.POSITIVE_INFINITY,
): Buffer {
  const whole = Buffer.from(messageText(record, source, detailsOf(record)))
  if (whole.length <= maxBytes) return whole
  return Buffer.from(messageText(record, source, element('details', { omitted: 'true' })))
}

function messageText(record: AuditRecord, { hostname, processId }: SyslogSource, details: string): string {
  const priority = FACILITY * 8 + severityOf(record)
  const { seq, category, event, result, actor, address, target, suppressed, previous, hash } = record
  const facts = {
    seq,
    category,
    result,
    actor,
    address,
    target,
    ...(suppressed ? { suppressed } : {}),
    previous,
    hash,
  }
  const header = `<${priority}>1 ${record.time} ${headerText(hostname, 255)} linegate ${processId} ${headerText(event, 32)}`
  return `${header} ${element('linegate', facts)}${details} ${BOM}${textOf(record)}`
}

export function textOf({ event, result, actor, target, suppressed }: AuditRecord): string {
  const text = Object.hasOwn(AUDIT_TEXTS, event) ? AUDIT_TEXTS[event].en : event
  const more = suppressed ? ` (and ${suppressed} more)` : ''
  const on = target === '' ? '' : ` (${target})`
  return printable(`${actor}: ${text}${on}: ${result}${more}`)
}

function severityOf({ event, result, category }: AuditRecord): number {
  if (result === 'success') return SEVERITY.informational
  return category === 'audit' && event !== 'exported' ? SEVERITY.critical : SEVERITY.warning
}

function detailsOf({ details }: AuditRecord): string {
  return Object.keys(details).length === 0 ? '' : element('details', details)
}

function element(name: string, parameters: Readonly<Record<string, string | number | boolean>>): string {
  const pairs = Object.entries(parameters).map(
    ([key, value]) => ` ${parameterName(key)}="${escaped(String(value))}"`,
  )
  return `[${name}@${ENTERPRISE}${pairs.join('')}]`
}

/** RFC 5424, 6.3.3: of at most 32 characters, without `=`, `]`, `"` and spaces. */
function parameterName(name: string): string {
  return name.replace(/[^!-~]|[=\]"]/g, '_').slice(0, 32) || '_'
}

function escaped(text: string): string {
  return printable(text).replace(/["\\\]]/g, (character) => `\\${character}`)
}

/** Receivers may write lines: no text makes one of its own. */
function printable(text: string): string {
  return text.replace(/\p{Cc}|[\u2028\u2029]/gu, (c) => `#${c.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

function headerText(text: string, length: number): string {
  return text.replace(/[^!-~]/g, '_').slice(0, length) || '-'
}
