import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { GatewayError } from '../core/errors.js'

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
