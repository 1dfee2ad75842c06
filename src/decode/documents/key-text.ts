import type { Document } from './document.js'

/** The name of a member whose key is no text; undefined if it can have none. */
export function keyText(key: Document): string | undefined {
  if (key instanceof Uint8Array) return Buffer.from(key).toString('base64')
  return typeof key === 'object' ? undefined : String(key)
}
