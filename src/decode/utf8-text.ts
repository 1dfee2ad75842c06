import { isUtf8 } from 'node:buffer'
import { DecodeError } from './decoder.js'

/** The payload as text. Decoding puts U+FFFD where bytes are not UTF-8; only then are they looked at again. */
export function utf8Text(payload: Buffer): string {
  const text = payload.toString()
  if (text.includes('\ufffd') && !isUtf8(payload))
    throw new DecodeError('not_utf8', 'the payload is not UTF-8')
  return text
}
