import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditEvent } from '../../src/core/audit.js'
import { silentLogger } from '../../src/core/logger.js'
import { AuditLog, type AuditLogOptions } from '../../src/security/audit/audit-log.js'
import type { AuditRecord } from '../../src/security/audit/record.js'

export const DAY_MS = 86_400_000

export function auditLog(dataDirectory: string, options: Partial<AuditLogOptions> = {}): AuditLog {
  return new AuditLog({
    dataDirectory,
    retentionDays: 180,
    maxFileBytes: 16 * 1_048_576,
    logger: silentLogger,
    ...options,
  })
}

export function change(n: number): AuditEvent {
  return {
    id: 'device_changed',
    result: 'success',
    actor: 'user:anna',
    address: '10.0.0.7',
    target: `ningbo/moulding/line1/imm-${n}`,
    details: { revision: n },
  }
}

export function refusal(target: string, actor = 'device:imm-01', address = '10.0.0.9'): AuditEvent {
  return { id: 'publish_refused', result: 'failure', actor, address, target }
}

/** Names of the files of a trail, in their order. */
export function trailFiles(dataDirectory: string): string[] {
  return readdirSync(join(dataDirectory, 'audit'))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
}

export function recordsIn(dataDirectory: string): AuditRecord[] {
  return trailFiles(dataDirectory).flatMap((name) =>
    readFileSync(join(dataDirectory, 'audit', name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditRecord),
  )
}

/** A trail of `count` changes that was closed. */
export async function writtenTrail(
  dataDirectory: string,
  count: number,
  options: Partial<AuditLogOptions> = {},
): Promise<void> {
  const log = auditLog(dataDirectory, options)
  await log.open()
  for (let n = 1; n <= count; n++) log.record(change(n))
  await log.close()
}
