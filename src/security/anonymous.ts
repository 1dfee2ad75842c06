import { BlockList, isIP } from 'node:net'
import { GatewayError } from '../core/errors.js'

export interface AnonymousListener {
  readonly host: string
  readonly port: number
  readonly tls?: { readonly requestClientCertificate?: boolean }
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether only programs of this machine can reach a listener that is bound to `host`. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true
  const family = isIP(host)
  return family !== 0 && LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Anyone who reaches an MQTT listener can publish, unless it asks for client certificates. That is refused for listeners
 * that the network can reach, unless the configuration says that it is meant. A name other than localhost counts as the network: what it resolves to may change.
 *
 * @throws {GatewayError} LG_MQTT_ANONYMOUS_EXPOSED, for the first such listener
 */
export function refuseExposedAnonymous(
  listeners: readonly AnonymousListener[],
  allowAnonymousFromNetwork: boolean,
): void {
  if (allowAnonymousFromNetwork) return
  const exposed = listeners.find(
    ({ host, tls }) => tls?.requestClientCertificate !== true && !isLoopback(host),
  )
  if (exposed === undefined) return
  throw new GatewayError('LG_MQTT_ANONYMOUS_EXPOSED', { host: exposed.host, port: exposed.port })
}
