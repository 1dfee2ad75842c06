import { createHash } from 'node:crypto'

/** LMDB takes keys of up to 1,978 bytes, an id or a topic of MQTT can have 65,535 and any character. */
const PLAIN = /^[ -~]{0,200}$/

/** A key for a client id or a topic: itself where that is short and plain, else its hash. */
export function sessionKey(text: string): string {
  return PLAIN.test(text) ? `=${text}` : `#${createHash('sha256').update(text).digest('hex')}`
}
