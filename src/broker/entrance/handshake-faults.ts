import type { TLSSocket } from 'node:tls'

/** What Node says of connections that break, whoever broke them. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_TLS_HANDSHAKE_TIMEOUT'])

/** OpenSSL's reason stands at the end: `error:0A000102:SSL routines:tls_early_post_process_client_hello:unsupported protocol:../deps/…`. */
const OPENSSL_ERROR = /:SSL routines:[^:]*:([^:]+):/

/** Why the server ended a handshake; undefined if the connection broke. */
export function refusedHandshake(error: NodeJS.ErrnoException, socket: TLSSocket): string | undefined {
  // Node ends a connection over the certificate without an error of its own.
  if (socket.authorizationError) return `certificate: ${String(socket.authorizationError)}`
  if (BROKEN.has(error.code ?? '')) return undefined
  return OPENSSL_ERROR.exec(error.message)?.[1] ?? error.message
}
