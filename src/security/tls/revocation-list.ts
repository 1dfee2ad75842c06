import { elementsOf, firstMemberOf, Tag } from './der.js'
import { revocationKey } from './peer-certificate.js'

export interface RevocationList {
  /** As `PeerCertificate.revocationKey`. */
  readonly revoked: ReadonlySet<string>
  /** When the next one is due. From then on TLS trusts no certificate of this authority; undefined if it says nothing. */
  readonly nextUpdateMs: number | undefined
}

const PEM_BLOCK = /-----BEGIN X509 CRL-----[\s\S]+?-----END X509 CRL-----/g

/** The lists of a PEM file, each as PEM: Node takes only the first of a text. */
export function splitLists(pem: string): string[] {
  return pem.match(PEM_BLOCK) ?? []
}

/** @throws {Error} if it is none (RFC 5280, 5.1) */
export function parseList(pem: string): RevocationList {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const fields = elementsOf(firstMemberOf(der).content)
  const [, issuer, thisUpdate, ...rest] = fields[0]?.tag === Tag.integer ? fields.slice(1) : fields
  if (issuer === undefined || thisUpdate === undefined || !isTime(thisUpdate.tag))
    throw new Error('it is no revocation list')
  const nextUpdate = rest.find(({ tag }) => isTime(tag))
  const entries = rest.find(({ tag }) => tag === Tag.sequence)
  const revoked = entries === undefined ? [] : elementsOf(entries.content)
  return {
    revoked: new Set(revoked.map(({ content }) => revocationKey(issuer.bytes, serialOf(content)))),
    nextUpdateMs: nextUpdate && timeOf(nextUpdate.tag, nextUpdate.content.toString('latin1')),
  }
}

function serialOf(entry: Buffer): Buffer {
  const [serial] = elementsOf(entry)
  if (serial?.tag !== Tag.integer) throw new Error('it is no revocation list')
  return serial.content
}

function isTime(tag: number): boolean {
  return tag === Tag.utcTime || tag === Tag.generalizedTime
}

/** `YYMMDDHHMMSSZ`, years from 50 on in the last century (RFC 5280, 4.1.2.5.1), or `YYYYMMDDHHMMSSZ`. */
function timeOf(tag: number, text: string): number {
  const century = Number(text.slice(0, 2)) >= 50 ? '19' : '20'
  const whole = tag === Tag.utcTime ? century + text : text
  return Date.parse(whole.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}
