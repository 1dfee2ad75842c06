/**
 * Identifiers (标识) of items. Three forms are told apart:
 *
 * - Handle (RFC 3651), `<prefix>/<suffix>`. In the national system the prefix is `88.<secondary node>.<enterprise node>`.
 *   Letters of a prefix are compared without regard to case (RFC 3651); those of a suffix with it.
 * - OID (ISO/IEC 9834-1), numbers joined by dots such as `1.2.156.3001.1`, and DID (W3C), `did:<method>:<id>`. Both are
 *   opaque here: they are compared as they are written.
 */
export interface ParsedHandle {
  readonly form: 'handle'
  readonly prefix: string
  readonly suffix: string
}

export interface OpaqueIdentifier {
  readonly form: 'oid' | 'did'
}

export type ParsedIdentifier = (ParsedHandle | OpaqueIdentifier) & {
  /** As it was written. */
  readonly text: string
  /** Two identifiers are the same if and only if their keys are. */
  readonly key: string
}

/** Code points, prefix, slash and suffix together. */
export const MAX_IDENTIFIER_CHARACTERS = 255

const SEGMENT = /^[0-9A-Za-z](?:[0-9A-Za-z_-]*[0-9A-Za-z])?$/
const OID = /^[0-2](?:\.(?:0|[1-9]\d*))+$/
/** W3C DID Core 1.0, 3.1: the method is lower case, the id has letters, digits, `._-` and percent-encoded bytes. */
const DID = /^did:[a-z0-9]+:(?:(?:[0-9A-Za-z._-]|%[0-9A-Fa-f]{2})*:)*(?:[0-9A-Za-z._-]|%[0-9A-Fa-f]{2})+$/
/** Controls, line ends, halves of characters, and marks without width, which make two handles look the same. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const NATIONAL_PREFIX = '88'
const NATIONAL_SEGMENTS = 3

/** What is wrong with an identifier, in words that go on from it; undefined if nothing is. */
export function identifierFault(text: string): string | undefined {
  if (text === '') return 'is empty'
  if (Array.from(text).length > MAX_IDENTIFIER_CHARACTERS) {
    return `is longer than ${MAX_IDENTIFIER_CHARACTERS} characters`
  }
  if (UNPRINTABLE.test(text)) return 'has characters that cannot be printed'
  if (text.startsWith('did:')) return DID.test(text) ? undefined : 'is not a DID: did:<method>:<id>'
  const slash = text.indexOf('/')
  if (slash < 0) return OID.test(text) ? undefined : NOT_A_HANDLE
  return prefixFault(text.slice(0, slash)) ?? suffixFault(text.slice(slash + 1))
}

const NOT_A_HANDLE =
  'is neither a Handle (88.608.8889/87654321), nor an OID (1.2.156.3001.1), nor a DID (did:<method>:<id>)'

/** What is wrong with a prefix, such as `88.608.8889`. */
export function prefixFault(prefix: string): string | undefined {
  const segments = prefix.split('.')
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    return `has the prefix "${prefix}"; a prefix is letters, digits, - and _, in parts joined by dots`
  }
  if (segments[0] === NATIONAL_PREFIX && segments.length !== NATIONAL_SEGMENTS) {
    return `has the prefix "${prefix}"; with 88 it is 88.<secondary node>.<enterprise node>`
  }
  return undefined
}

function suffixFault(suffix: string): string | undefined {
  if (suffix === '') return 'has nothing after the slash'
  return suffix === suffix.trim() ? undefined : 'begins or ends its suffix with a space'
}

/** Undefined for what is no identifier; `identifierFault` says why. */
export function parseIdentifier(text: string): ParsedIdentifier | undefined {
  if (identifierFault(text) !== undefined) return undefined
  if (text.startsWith('did:')) return { form: 'did', text, key: text }
  const slash = text.indexOf('/')
  if (slash < 0) return { form: 'oid', text, key: text }
  const prefix = text.slice(0, slash)
  const suffix = text.slice(slash + 1)
  return { form: 'handle', prefix, suffix, text, key: `${prefixKey(prefix)}/${suffix}` }
}

/** A prefix as it is compared. */
export function prefixKey(prefix: string): string {
  return prefix.toLowerCase()
}

/** Whether `prefix` is `above` or a part of its tree: `88.608` is above `88.608.8889`, and not above `88.6081`. */
export function isUnder(prefix: string, above: string): boolean {
  return `${prefixKey(prefix)}.`.startsWith(`${prefixKey(above)}.`)
}

/**
 * The identifier as a part of a URL's path. A suffix is one segment, its slashes encoded, so that no suffix climbs out of
 * the path (`88.1.2/../..`); one that is all dots would be taken for a step up even so, and stays in the prefix's segment.
 */
export function toUrlPath(identifier: ParsedIdentifier): string {
  if (identifier.form !== 'handle') return encodeURIComponent(identifier.text)
  const { prefix, suffix } = identifier
  return `${prefix}${/^\.{1,2}$/.test(suffix) ? '%2F' : '/'}${encodeURIComponent(suffix)}`
}
