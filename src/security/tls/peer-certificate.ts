import type { X509Certificate } from 'node:crypto'
import type { ClientCertificate } from '../../core/client-access.js'
import { type Element, elementsOf, firstMemberOf, membersOf, Tag } from './der.js'

export interface PeerCertificate {
  readonly facts: ClientCertificate
  /** Of issuer and serial number: what revocation lists name it by. */
  readonly revocationKey: string
  readonly expiresAtMs: number
}

/** 2.5.29.17 */
const SUBJECT_ALTERNATIVE_NAME = Buffer.from([0x55, 0x1d, 0x11])
const KINDS: ReadonlyMap<number, string> = new Map([
  [0x81, 'email'],
  [0x82, 'DNS'],
  [0x86, 'URI'],
])

/** @throws {Error} for a certificate that is not DER, which TLS does not let pass */
export function peerCertificateOf(certificate: X509Certificate): PeerCertificate {
  const fields = fieldsOf(certificate.raw)
  return {
    facts: {
      commonName: commonNameOf(certificate),
      subject: nameOf(certificate.subject),
      alternativeNames: alternativeNamesOf(fields),
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      serialNumber: certificate.serialNumber,
    },
    revocationKey: revocationKey(fields[2]!.bytes, fields[0]!.content),
    expiresAtMs: Date.parse(certificate.validTo),
  }
}

/** @param issuer its name, as an element @param serialNumber content of the integer */
export function revocationKey(issuer: Buffer, serialNumber: Buffer): string {
  return `${issuer.toString('base64')} ${serialNumber.toString('hex')}`
}

/** Serial number, algorithm, issuer, validity, subject, key, and what may follow (RFC 5280, 4.1). */
function fieldsOf(raw: Buffer): Element[] {
  const fields = elementsOf(firstMemberOf(raw).content)
  return fields[0]?.tag === Tag.context(0) ? fields.slice(1) : fields
}

/** '' for a certificate with several: which of them would it be? */
function commonNameOf(certificate: X509Certificate): string {
  const { subject } = certificate.toLegacyObject()
  const name: unknown = subject?.CN
  return typeof name === 'string' ? name : ''
}

/** OpenSSL has a line for each part, the widest first; RFC 4514 starts at the narrowest. */
function nameOf(lines: string): string {
  return (lines ?? '').split('\n').reverse().join(',')
}

/**
 * Out of the certificate itself: in the text that Node makes of them, names that hold commas and quotes look like
 * several, or have to be unquoted.
 */
function alternativeNamesOf(fields: readonly Element[]): string[] {
  const extensions = fields.find(({ tag }) => tag === Tag.context(3))
  if (extensions === undefined) return []
  const found = membersOf(extensions.content)
    .map(({ content }) => elementsOf(content))
    .find(([id]) => id?.tag === Tag.oid && id.content.equals(SUBJECT_ALTERNATIVE_NAME))
  if (found === undefined) return []
  return membersOf(found.at(-1)!.content).flatMap(({ tag, content }) => {
    const kind = KINDS.get(tag)
    return kind === undefined ? [] : [`${kind}:${content.toString('utf8')}`]
  })
}
