import http from 'node:http'
import https from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { isLoopback } from '../core/loopback.js'
import type { Answer } from './influx-verdict.js'

const MAX_ANSWER_CHARS = 16_384
/** Telemetry in line protocol shrinks to a sixth even so; higher levels cost several times the CPU. */
const GZIP_LEVEL = 1

const compress = promisify(gzip)

export interface InfluxWriterOptions {
  /** Of the store, with the path and the parameters of its write API. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxSockets: number
}

/** Posts line protocol as it is: no chunk is copied or read on the way to a store on this machine. */
export class InfluxWriter {
  readonly #options: InfluxWriterOptions
  readonly #agent: http.Agent
  readonly #compresses: boolean

  constructor(options: InfluxWriterOptions) {
    const { url, maxSockets } = options
    const Agent = url.protocol === 'https:' ? https.Agent : http.Agent
    this.#options = options
    this.#agent = new Agent({ keepAlive: true, maxSockets, noDelay: true })
    this.#compresses = !isLoopback(url.hostname)
  }

  /** Rejects when no whole answer came: refused, reset, timed out. */
  async post(chunks: readonly Buffer[], bytes: number): Promise<Answer> {
    if (!this.#compresses) return this.#send(chunks, bytes, {})
    const body = await compress(Buffer.concat(chunks, bytes), { level: GZIP_LEVEL })
    return this.#send([body], body.length, { 'content-encoding': 'gzip' })
  }

  close(): void {
    this.#agent.destroy()
  }

  async #send(
    chunks: readonly Buffer[],
    bytes: number,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    try {
      return await this.#attempt(chunks, bytes, headers)
    } catch (error) {
      if (error instanceof StaleConnection) return this.#attempt(chunks, bytes, headers)
      throw error
    }
  }

  #attempt(
    chunks: readonly Buffer[],
    bytes: number,
    more: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const { url, timeoutMs } = this.#options
    const headers = { ...this.#options.headers, ...more, 'content-length': bytes }
    const { request } = url.protocol === 'https:' ? https : http
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent: this.#agent, headers })
      const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
      const fail = (error: Error) => {
        clearTimeout(timer)
        reject(isStale(sent, error) ? new StaleConnection(error.message) : error)
      }
      const succeed = (answer: Answer) => {
        clearTimeout(timer)
        resolve(answer)
      }
      // An answer may come before the body is out (413, 401); what then happens to the connection is of no interest.
      sent.on('response', (response) => readAnswer(response, succeed, fail))
      sent.on('error', fail)
      sent.cork()
      for (const chunk of chunks) sent.write(chunk)
      sent.end()
    })
  }
}

/** The store had closed an idle connection in the moment in which it was used again: no sign that the store is ill. */
class StaleConnection extends Error {}

function isStale(request: http.ClientRequest, error: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function readAnswer(
  response: http.IncomingMessage,
  succeed: (answer: Answer) => void,
  fail: (error: Error) => void,
): void {
  let body = ''
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    if (body.length < MAX_ANSWER_CHARS) body += text.slice(0, MAX_ANSWER_CHARS - body.length)
  })
  response.on('error', fail)
  response.on('end', () => {
    const { statusCode = 0, headers } = response
    succeed({ status: statusCode, retryAfter: headers['retry-after'], body })
  })
}
