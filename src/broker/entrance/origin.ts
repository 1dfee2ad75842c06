import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../../core/loopback.js'

/**
 * Browsers let any page open a WebSocket to any host (RFC 6455, 10.2): it is the server that must look at where the page
 * is from. Programs send no Origin. Where only this machine can connect, the page's own host must be this machine, too:
 * a page of the internet can have its name resolve to 127.0.0.1 (DNS rebinding), and would be of the same origin.
 *
 * @param boundTo address that the server is bound to; undefined if the host that is asked for was checked already
 */
export function isOriginAllowed(
  { origin, host }: IncomingHttpHeaders,
  allowed: readonly string[],
  boundTo: string | undefined,
): boolean {
  if (origin === undefined || allowed.includes(origin)) return true
  if (host === undefined || !URL.canParse(origin)) return false
  const page = new URL(origin)
  const own = `${page.protocol}//${host}`
  if (!URL.canParse(own) || new URL(own).host !== page.host) return false
  return boundTo === undefined || !isLoopback(boundTo) || isLoopback(page.hostname)
}
