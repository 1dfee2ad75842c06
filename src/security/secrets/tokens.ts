/**
 * Tokens: secrets that a machine makes and keeps, so long that nobody guesses one.
 *
 *     lgd_k3v7q2m5x4ta_0Zr2…   <prefix>_<id>_<secret>
 *
 *     prefix   what it is for; lets scanners of source code find a token that leaked
 *     id       12 characters a–z 2–7 (60 bits): no secret; finds the record in one lookup, and may be shown and logged
 *     secret   32 random bytes, base64url: 43 characters
 *
 * With 256 bits of chance in it, one SHA-256 is all that keeping it safe takes: there is nothing to try out, which slow
 * hashes are for, and ten thousand devices that come back at once cost no more than ten thousand digests.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Devices; people's programs; enrolment; the command line on the machine of the gateway; sessions of people. */
export type TokenPrefix = 'lgd' | 'lgp' | 'lge' | 'lgl' | 'lgs'

export interface NewToken {
  /** The token itself, which nothing keeps. */
  readonly text: string
  readonly id: string
  readonly digest: Buffer
}

export interface PresentedToken {
  readonly id: string
  /** To be compared by `isSameDigest`. */
  readonly digest: Buffer
}

const ID_CHARACTERS = 12
const SECRET_BYTES = 32
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const FORM = /^[a-z2-7]{12}_[A-Za-z0-9_-]{43}$/
/** `lgd_`, the id, `_`, the secret. */
const TOKEN_CHARACTERS = 4 + ID_CHARACTERS + 1 + 43

export function makeToken(prefix: TokenPrefix): NewToken {
  const id = makeId()
  const text = `${prefix}_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`
  return { text, id, digest: digestOf(text) }
}

/** Undefined for what does not look like a token of this kind. */
export function parseToken(prefix: TokenPrefix, text: string): PresentedToken | undefined {
  if (text.length !== TOKEN_CHARACTERS || !text.startsWith(`${prefix}_`)) return undefined
  const rest = text.slice(prefix.length + 1)
  return FORM.test(rest) ? { id: rest.slice(0, ID_CHARACTERS), digest: digestOf(text) } : undefined
}

/** SHA-256. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** How long it takes says nothing of where they differ. */
export function isSameDigest(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Of 256 values of a byte, each of 32 characters has 8: none is likelier. */
function makeId(): string {
  let id = ''
  for (const byte of randomBytes(ID_CHARACTERS)) id += ALPHABET[byte % ALPHABET.length]!
  return id
}
