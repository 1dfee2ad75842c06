import type { FastifyReply } from 'fastify'
import type { Arrival } from './arrival.js'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy':
    'accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()',
  // For what does not know frame-ancestors.
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Counts and history are of the moment; files of the page set their own.
  'cache-control': 'no-store',
} as const

/** A year: whoever came by TLS once does not come without it (RFC 6797). */
const STRICT_TRANSPORT = 'max-age=31536000'

/** The page loads nothing from elsewhere and runs nothing inline; no other page may frame or embed what is answered. */
export function setSecurityHeaders(
  arrival: Pick<Arrival, 'host' | 'isEncrypted'>,
  reply: FastifyReply,
): void {
  reply.headers(HEADERS)
  reply.header('content-security-policy', `${POLICY}; connect-src 'self'${webSockets(arrival)}`)
  if (arrival.isEncrypted) reply.header('strict-transport-security', STRICT_TRANSPORT)
}

/** `'self'` does not cover the schemes of WebSockets in every browser. */
function webSockets({ host = '', isEncrypted }: Pick<Arrival, 'host' | 'isEncrypted'>): string {
  if (!/^[\w.-]+(:\d+)?$/.test(host)) return ''
  return isEncrypted ? ` wss://${host}` : ` ws://${host} wss://${host}`
}
