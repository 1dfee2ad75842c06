import type { AuthenticationMethod } from '../core/client-access.js'
import { GatewayError } from '../core/errors.js'
import { isLoopback } from '../core/loopback.js'

interface Entrance {
  readonly host: string
  readonly port: number
}

/** What of a configuration decides who can reach what. */
export interface Entrances {
  readonly mqtt: {
    readonly listeners: readonly (Entrance & { readonly authentication: readonly AuthenticationMethod[] })[]
    readonly overHttp: { readonly authentication: readonly AuthenticationMethod[] }
    readonly allowAnonymousFromNetwork: boolean
  }
  readonly http: Entrance & {
    readonly tls?: object
    readonly signIn: 'off' | 'required'
    readonly trustedProxies: readonly string[]
  }
}

/** An entrance that must not be opened as it is. */
export interface Exposure {
  /** Of the configuration, such as `mqtt.listeners[0].host`. */
  readonly path: string
  readonly error: GatewayError
}

/**
 * Beyond this machine nobody comes in without saying who it is, and people do so encrypted, unless the configuration says
 * in so many words that it is meant.
 */
export function exposures({ mqtt, http }: Entrances): Exposure[] {
  const found: Exposure[] = []
  const refuse = (path: string, code: 'LG_MQTT_ANONYMOUS_EXPOSED' | 'LG_HTTP_EXPOSED', at: Entrance) =>
    found.push({ path, error: new GatewayError(code, { host: at.host, port: at.port }) })
  if (!mqtt.allowAnonymousFromNetwork) {
    for (const [i, listener] of mqtt.listeners.entries()) {
      if (isOpen(listener.host, listener.authentication))
        refuse(`mqtt.listeners[${i}].host`, 'LG_MQTT_ANONYMOUS_EXPOSED', listener)
    }
    if (isOpen(http.host, mqtt.overHttp.authentication))
      refuse('mqtt.overHttp.authentication', 'LG_MQTT_ANONYMOUS_EXPOSED', http)
  }
  const isEncrypted = http.tls !== undefined || http.trustedProxies.length > 0
  if (!isLoopback(http.host) && (http.signIn === 'off' || !isEncrypted))
    refuse('http.host', 'LG_HTTP_EXPOSED', http)
  return found
}

/** @throws {GatewayError} LG_MQTT_ANONYMOUS_EXPOSED, LG_HTTP_EXPOSED: the first exposure */
export function refuseExposed(entrances: Entrances): void {
  const [first] = exposures(entrances)
  if (first !== undefined) throw first.error
}

function isOpen(host: string, authentication: readonly AuthenticationMethod[]): boolean {
  return authentication.includes('none') && !isLoopback(host)
}
