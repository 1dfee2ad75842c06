import type { Random } from '../signals/random.js'

const WAYS = [cutShort, notANumber, strayBytes, plainText] as const

/** The payload as a broken device would send it; never valid JSON. */
export function malformed(payload: string, random: Random): string | Buffer {
  return WAYS[random.integer(0, WAYS.length - 1)]!(payload, random)
}

/** At least the closing brace is missing. */
function cutShort(payload: string, random: Random): string {
  return payload.slice(0, random.integer(1, payload.length - 1))
}

/** What printf makes of a missing reading. */
function notANumber(payload: string): string {
  return payload.replace(/\}$/, ',"reading":nan}')
}

/** Not UTF-8, and, for a reader that lets that pass, not JSON either. */
function strayBytes(payload: string): Buffer {
  const bytes = Buffer.from(payload)
  bytes[0] = 0xff
  return bytes
}

function plainText(): string {
  return 'ERR 17: sensor bus timeout'
}
