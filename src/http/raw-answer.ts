import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { GatewayError } from '../core/errors.js'
import { PROBLEM_TYPE, problemOf } from './problem.js'

/** Answers on a socket that no response object stands before (an upgrade, or bytes that are no request), and ends it. */
export function answerProblem(socket: Duplex, error: GatewayError): void {
  const problem = problemOf(error)
  const body = JSON.stringify(problem)
  // Whatever becomes of a socket that is being ended concerns nobody.
  socket.on('error', () => socket.destroy())
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nConnection: close\r\n` +
      `${problem.status === 401 ? 'WWW-Authenticate: Bearer\r\n' : ''}` +
      'Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n' +
      `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
