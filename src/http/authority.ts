import type { IncomingHttpHeaders } from 'node:http'
import { isIPv4 } from 'node:net'
import { GatewayError } from '../core/errors.js'

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
export function checkHost({ host }: IncomingHttpHeaders, rules: AuthorityRules): void {
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
export function checkOrigin({ origin, host }: IncomingHttpHeaders, rules: AuthorityRules): void {
  if (origin === undefined || rules.allowedOrigins.includes(origin)) return
  if (host !== undefined && URL.canParse(origin)) {
    const page = new URL(origin)
    const own = `${page.protocol}//${host}`
    if (URL.canParse(own) && new URL(own).host === page.host) return
  }
  throw new GatewayError('LG_ORIGIN_REFUSED', { origin })
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}

/** Without the port; undefined for what is no host. */
function hostNameOf(host: string): string | undefined {
  const url = `http://${host}`
  return /[/?#@\\]/.test(host) || !URL.canParse(url) ? undefined : new URL(url).hostname
}
