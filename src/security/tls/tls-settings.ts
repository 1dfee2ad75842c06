import { constants } from 'node:crypto'
import type { TlsOptions } from 'node:tls'
import type { AuthenticationMethod } from '../../core/client-access.js'
import type { TlsFiles } from './tls-files.js'

/**
 * Suites of TLS 1.3, and of TLS 1.2 those with forward secrecy and authenticated encryption alone (RFC 9325, 4.2). AES-128
 * first: half of the devices that matter have it in hardware; ChaCha20 is for those that have not.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

const CURVES = 'X25519:prime256v1:secp384r1'

/** A device that was cut off for less than this resumes its session without signatures. */
const RESUMABLE_SECONDS = 3_600

/**
 * What of TLS is the same before and after certificates are read again.
 *
 * Tickets are good for one set of files: their keys are made anew with each, so that a certificate that the authorities or
 * the lists of now do not let pass cannot come in on a session from before. A resumed session carries the certificate
 * that it began with, and Node takes it for authorized if it carries none (TLS 1.3): whoever asks has to look at both.
 */
export function tlsSettings(files: TlsFiles, methods: readonly AuthenticationMethod[]): TlsOptions {
  const requestCert = methods.includes('certificate')
  return {
    minVersion: files.minVersion ?? 'TLSv1.2',
    ciphers: CIPHERS,
    ecdhCurve: CURVES,
    honorCipherOrder: true,
    // A renegotiation costs the server far more than the client.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionTimeout: RESUMABLE_SECONDS,
    requestCert,
    rejectUnauthorized: requestCert && methods.length === 1,
  }
}
