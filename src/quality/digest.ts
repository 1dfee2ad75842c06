import { createHash } from 'node:crypto'

/** 22 characters that stand for a text of any length, as a key on disk must be short. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}
