import type { TLSSocket } from 'node:tls'
import { peerCertificateOf } from '../../security/tls/peer-certificate.js'
import type { Arrival } from './arrivals.js'

/**
 * Notes the certificate of a client, if it sent one that is trusted, or what is wrong with it. Returns why the client
 * cannot come in without.
 */
export function examineCertificate(socket: TLSSocket, arrival: Arrival): string | undefined {
  if (!arrival.methods.includes('certificate')) return undefined
  const fault = noteCertificate(socket, arrival)
  return arrival.methods.length === 1 ? fault : undefined
}

function noteCertificate(socket: TLSSocket, arrival: Arrival): string | undefined {
  const sent = socket.getPeerX509Certificate()
  // Node has a resumed session for authorized that carries no certificate.
  if (sent === undefined) return 'the client has no certificate'
  const certificate = peerCertificateOf(sent)
  if (!socket.authorized) arrival.certificateFault = String(socket.authorizationError)
  // A resumed session is as old as its ticket.
  else if (certificate.expiresAtMs <= Date.now()) arrival.certificateFault = 'CERT_HAS_EXPIRED'
  else arrival.certificate = certificate
  return arrival.certificateFault && `${certificate.facts.subject}: ${arrival.certificateFault}`
}
