import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** In the data directory. */
export const AUDIT_FOLDER = 'audit'
export const HEAD_FILE = 'head.json'
export const KEY_FILE = 'audit.key'

const NAME = /^audit-(\d{12,16})-(\d{4}-\d\d-\d\d)\.jsonl$/

export interface AuditFileName {
  readonly name: string
  readonly path: string
  /** Of its first record. */
  readonly firstSeq: number
  /** UTC, as in 2026-01-31. */
  readonly day: string
}

export function fileNameOf(firstSeq: number, day: string): string {
  return `audit-${String(firstSeq).padStart(12, '0')}-${day}.jsonl`
}

export function firstSeqOf(name: string): number | undefined {
  const match = NAME.exec(name)
  return match === null ? undefined : Number(match[1])
}

export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

/** In the order of their records. Other files of the folder do not count. */
export async function listFiles(folder: string): Promise<AuditFileName[]> {
  const found: AuditFileName[] = []
  for (const name of await readdir(folder)) {
    const match = NAME.exec(name)
    if (match === null) continue
    found.push({ name, path: join(folder, name), firstSeq: Number(match[1]), day: match[2]! })
  }
  return found.sort((a, b) => a.firstSeq - b.firstSeq || (a.name < b.name ? -1 : 1))
}
