import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { causeOf } from '../../core/errors.js'
import { parseList, splitLists } from './revocation-list.js'

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  /** Authorities that sign the certificates of clients. */
  readonly caFile?: string
  /** Revocation lists of these authorities. */
  readonly crlFile?: string
  /** TLSv1.2 when absent. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** Something that TLS stops trusting at a time. */
export interface Expiry {
  readonly file: string
  /** Of the certificate, or what else it is. */
  readonly subject: string
  readonly atMs: number
  /** It is told from so many days before on. */
  readonly warnDays: number
}

/** Time enough to have new certificates signed. */
const CERTIFICATE_WARN_DAYS = 30
/** Lists are published every few days. */
const LIST_WARN_DAYS = 2

export interface LoadedTls {
  readonly context: SecureContextOptions
  /** Certificates that the lists name, as `PeerCertificate.revocationKey`. */
  readonly revoked: ReadonlySet<string>
  readonly expiries: readonly Expiry[]
}

/**
 * Reads the files, and checks that they can be used together.
 * @throws {Error} that names the file and says what is wrong with it
 */
export function loadTls(files: TlsFiles): LoadedTls {
  const { certFile, keyFile, caFile, crlFile } = files
  const certificates = certificatesOf(certFile, 'certFile')
  const key = reading('keyFile', keyFile, (text) => ({ text, key: createPrivateKey(text) }))
  if (!certificates.parsed[0]!.checkPrivateKey(key.key))
    throw new Error(`keyFile ${keyFile} is not the key of certFile ${certFile}`)
  const authorities = caFile === undefined ? undefined : certificatesOf(caFile, 'caFile')
  const lists = crlFile === undefined ? undefined : listsOf(crlFile)
  const context: SecureContextOptions = {
    cert: certificates.text,
    key: key.text,
    ...(authorities === undefined ? {} : { ca: authorities.text }),
    ...(lists === undefined ? {} : { crl: lists.texts }),
  }
  // What OpenSSL does not take, such as a key that is too short, is to be known before anything is changed.
  createSecureContext(context)
  return {
    context,
    revoked: lists?.revoked ?? new Set(),
    expiries: [...certificates.expiries, ...(authorities?.expiries ?? []), ...(lists?.expiries ?? [])],
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

function certificatesOf(file: string, name: string) {
  return reading(name, file, (text) => {
    const parsed = (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem))
    if (parsed.length === 0) throw new Error('it holds no certificate in PEM')
    const expiries = parsed.map(({ subject, validTo }) => ({
      file,
      subject: (subject ?? '').replaceAll('\n', ', '),
      atMs: Date.parse(validTo),
      warnDays: CERTIFICATE_WARN_DAYS,
    }))
    return { text, parsed, expiries }
  })
}

function listsOf(file: string) {
  return reading('crlFile', file, (text) => {
    const texts = splitLists(text)
    if (texts.length === 0) throw new Error('it holds no revocation list in PEM')
    const lists = texts.map(parseList)
    const expiries = lists.flatMap(({ nextUpdateMs }) =>
      nextUpdateMs === undefined
        ? []
        : [{ file, subject: 'revocation list', atMs: nextUpdateMs, warnDays: LIST_WARN_DAYS }],
    )
    return { texts, expiries, revoked: new Set(lists.flatMap(({ revoked }) => [...revoked])) }
  })
}

function reading<T>(name: string, file: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${name} ${file}: ${causeOf(error)}`, { cause: error })
  }
}
