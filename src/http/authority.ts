import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../core/errors.js'
import { isLoopback } from '../core/loopback.js'
import type { Arrival } from './arrival.js'

export interface AuthorityRules {
  /** Address that the server is bound to. */
  readonly host: string
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
}

/**
 * A page of the internet can have its own name resolve to 127.0.0.1 and then read what is served there as its own
 * (DNS rebinding). The browser still sends that name as Host, so a server on the loopback answers to loopback names only.
 *
 * @throws {GatewayError} LG_HOST_REFUSED
 */
export function checkHost({ host }: Pick<Arrival, 'host'>, rules: AuthorityRules): void {
  // Browsers always send one.
  if (host === undefined || !isLoopback(rules.host)) return
  const name = hostNameOf(host)
  if (name !== undefined && (isLoopback(name) || rules.allowedHosts.includes(name))) return
  throw new GatewayError('LG_HOST_REFUSED', { host })
}

/**
 * Browsers let any page open a WebSocket to any host (RFC 6455, 10.2): it is the server that must look at where the page
 * is from. Programs send no Origin.
 *
 * @throws {GatewayError} LG_ORIGIN_REFUSED
 */
export function checkOrigin(
  { origin }: IncomingHttpHeaders,
  arrival: Pick<Arrival, 'host' | 'isEncrypted'>,
  rules: AuthorityRules,
): void {
  if (origin === undefined || rules.allowedOrigins.includes(origin) || isOwn(origin, arrival)) return
  throw new GatewayError('LG_ORIGIN_REFUSED', { origin })
}

/**
 * Whether a page is of the address that the request goes to. Under TLS its scheme counts: what is served there without may
 * be written by whoever sits in between. Without, a page of https comes through a proxy that is not told of.
 */
function isOwn(origin: string, { host, isEncrypted }: Pick<Arrival, 'host' | 'isEncrypted'>): boolean {
  if (host === undefined || !URL.canParse(origin)) return false
  const page = new URL(origin)
  if (isEncrypted && page.protocol !== 'https:') return false
  const own = `${page.protocol}//${host}`
  return URL.canParse(own) && new URL(own).host === page.host
}

/** Without the port; undefined for what is no host. */
function hostNameOf(host: string): string | undefined {
  const url = `http://${host}`
  return /[/?#@\\]/.test(host) || !URL.canParse(url) ? undefined : new URL(url).hostname
}
