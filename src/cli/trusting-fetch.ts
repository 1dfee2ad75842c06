import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { Readable } from 'node:stream'

/** What a TLS connection to a server of this certificate, PEM, needs: it is trusted itself, whatever name is in it. */
export function trusting(certificate: string) {
  return { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined }
}

/** `fetch` that takes this certificate, PEM, and no other. It follows no redirects. */
export function fetchTrusting(certificate: string): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', body, signal } = init
      const headers: OutgoingHttpHeaders = Object.fromEntries(new Headers(init.headers))
      const outgoing = request(
        String(input),
        { method, headers, ...(signal ? { signal } : {}), ...trusting(certificate) },
        (incoming) => resolve(responseOf(incoming)),
      )
      outgoing.once('error', reject)
      outgoing.end(body ?? undefined)
    })
}

/** Statuses whose answers have no body, which `Response` insists on. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304])

function responseOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each)
  }
  if (!EMPTY.has(status)) return new Response(Readable.toWeb(incoming) as ReadableStream, { status, headers })
  incoming.resume()
  return new Response(null, { status, headers })
}
