import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { GatewayError } from '../core/errors.js'

/**
 * The origin of the page that opens the connection, if it is not the one that the request goes to. Browsers let any page
 * open a WebSocket to any host (RFC 6455, 10.2), so it is the server that must look. Programs send no Origin.
 */
export function originOf({ headers }: IncomingMessage): string | undefined {
  const { origin, host } = headers
  if (origin === undefined || hostOf(origin) === host) return undefined
  return origin
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

/** Answers an upgrade request with an error and ends the connection. */
export function refuseUpgrade(socket: Duplex, { code, message, row, action }: GatewayError): void {
  const status = row.httpStatus ?? 400
  const body = JSON.stringify({ code, message, action })
  // Whatever happens to a socket that is being ended concerns nobody.
  socket.on('error', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
