import { X509Certificate } from 'node:crypto'
import { causeOf, GatewayError } from '../../core/errors.js'
import { fingerprintOf } from './credential-input.js'

/**
 * SHA-256 fingerprint of a certificate in PEM form; of several, of the first.
 * @throws {GatewayError} LG_CERTIFICATE_UNREADABLE
 */
export function fingerprintOfPem(pem: string): string {
  // Node takes a file of both, and a private key has no business here.
  if (pem.includes('PRIVATE KEY-----')) {
    throw new GatewayError('LG_CERTIFICATE_UNREADABLE', {
      cause: 'it holds a private key, which stays secret',
    })
  }
  try {
    return fingerprintOf(new X509Certificate(pem).fingerprint256)
  } catch (error) {
    throw new GatewayError('LG_CERTIFICATE_UNREADABLE', { cause: causeOf(error) })
  }
}
