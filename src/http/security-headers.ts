import type { FastifyReply, FastifyRequest } from 'fastify'

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
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Counts and history are of the moment; files of the page set their own.
  'cache-control': 'no-store',
} as const

/** The page loads nothing from elsewhere and runs nothing inline; no other page may frame or embed what is answered. */
export async function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(HEADERS)
  reply.header('content-security-policy', `${POLICY}; connect-src 'self'${webSockets(request.headers.host)}`)
}

/** `'self'` does not cover the schemes of WebSockets in every browser. */
function webSockets(host = ''): string {
  return /^[\w.-]+(:\d+)?$/.test(host) ? ` ws://${host} wss://${host}` : ''
}
