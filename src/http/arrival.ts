import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import { GatewayError } from '../core/errors.js'
import { isLoopback } from '../core/loopback.js'

/** How a request came: directly, or as a trusted proxy says. */
export interface Arrival {
  /** IP address of the client; empty for a connection that is gone already. */
  readonly address: string
  /** It came through TLS. */
  readonly isEncrypted: boolean
  /** Host, with its port, that it is for. */
  readonly host: string | undefined
  /** Where the client reached this gateway, such as `https://gateway.example`; undefined if Host is no host. */
  readonly origin: string | undefined
}

/** Of a request, what says how it came. */
export interface ArrivingRequest {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingHttpHeaders
}

/**
 * What a reverse proxy says of its client is believed of those that are named alone: anyone else could say anything. Where
 * any are named, they are the only way in, since they are what encrypts; programs of this machine need no encryption.
 */
export class TrustedProxies {
  readonly #networks = new BlockList()
  readonly #areNeeded: boolean

  /** @param networks IP addresses and networks such as `10.1.0.0/16`. */
  constructor(networks: readonly string[]) {
    this.#areNeeded = networks.length > 0
    for (const network of networks) {
      const [address = '', bits] = network.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (bits === undefined) this.#networks.addAddress(address, family)
      else this.#networks.addSubnet(address, Number(bits), family)
    }
  }

  /** @throws {GatewayError} LG_PROXY_REQUIRED */
  arrivalOf({ socket, headers }: ArrivingRequest): Arrival {
    const peer = plain(socket.remoteAddress ?? '')
    if (this.#isTrusted(peer)) {
      const isEncrypted = lastOf(headers, 'x-forwarded-proto')?.toLowerCase() === 'https'
      const host = lastOf(headers, 'x-forwarded-host') ?? headers.host
      return {
        address: this.#clientOf(peer, headers),
        isEncrypted,
        host,
        origin: originOf(isEncrypted, host),
      }
    }
    if (this.#areNeeded && !isLoopback(peer)) throw new GatewayError('LG_PROXY_REQUIRED', { address: peer })
    const isEncrypted = socket instanceof TLSSocket
    const { host } = headers
    return { address: peer, isEncrypted, host, origin: originOf(isEncrypted, host) }
  }

  /** Each proxy appends whom it was asked by: the last one that is no proxy of ours is who no proxy of ours vouches for. */
  #clientOf(peer: string, headers: IncomingHttpHeaders): string {
    let client = peer
    for (const said of listOf(headers, 'x-forwarded-for').reverse()) {
      const address = plain(said)
      if (isIP(address) === 0) return client
      client = address
      if (!this.#isTrusted(address)) return client
    }
    return client
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#networks.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** An IPv4 client of a socket that speaks both is `::ffff:10.0.0.5` to Node. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function listOf(headers: IncomingHttpHeaders, name: string): string[] {
  const value = headers[name]
  const text = Array.isArray(value) ? value.join(',') : (value ?? '')
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** What the nearest proxy says. */
function lastOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return listOf(headers, name).at(-1)
}

function originOf(isEncrypted: boolean, host: string | undefined): string | undefined {
  if (host === undefined || /[/?#@\\]/.test(host)) return undefined
  const url = `${isEncrypted ? 'https' : 'http'}://${host}`
  return URL.canParse(url) ? new URL(url).origin : undefined
}
