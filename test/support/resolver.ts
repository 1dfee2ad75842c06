import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A resolver of handles, or whatever a test makes of it; it keeps what it was asked. */
export class Resolver {
  readonly asked: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = []
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) =>
    sendRecord(response, '88.608.1/x')
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push({ url: request.url ?? '', headers: request.headers })
      this.answer(response, request)
    })
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** A good answer with one value. */
export function sendRecord(response: ServerResponse, handle: string, ttl = 86_400, value = 'http://x'): void {
  const timestamp = '2026-01-01T00:00:00Z'
  const values = [{ index: 1, type: 'URL', data: { format: 'string', value }, ttl, timestamp }]
  sendJson(response, 200, { responseCode: 1, handle, values })
}
