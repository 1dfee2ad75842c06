import { existsSync, readFileSync } from 'node:fs'
import type { GatewayConfig } from '../config/schema.js'
import { isLoopback } from '../core/loopback.js'
import { type FoundKey, readLocalKey } from '../security/people/local-key.js'
import { type ApiAccess, GatewayApi } from './api.js'
import { loadChecked } from './configuration.js'
import type { Context } from './context.js'

/** Options of every command that talks to the API. */
export interface ApiOptions {
  /** Of the gateway; when absent, the one that runs with this configuration, else the usual one. */
  readonly url?: string
  /** Of a person's API token. */
  readonly token?: string
  /** Configuration of the gateway, where it runs on this machine; its data directory has the local key. */
  readonly config?: string
}

/** A gateway, and as whom to ask it. */
export interface Reached {
  readonly url: string
  readonly access: ApiAccess
}

const DEFAULT_URL = 'http://127.0.0.1:8080'

/** @throws {GatewayError} LG_CONFIG_INVALID, LG_CONFIG_UNREADABLE */
export function openApi(options: ApiOptions, context: Context): GatewayApi {
  const { url, access } = reach(options, context)
  return new GatewayApi(url, context.signal, access)
}

/**
 * With the token that is given, else the local key of the gateway at that address, else nothing.
 * @throws {GatewayError} LG_CONFIG_INVALID, LG_CONFIG_UNREADABLE
 */
export function reach({ url, token, config }: ApiOptions, context: Context): Reached {
  const given = token === undefined ? {} : { token }
  if (url !== undefined && (token !== undefined || !isLoopback(new URL(url).hostname)))
    return { url, access: given }
  const loaded = loadChecked(config === undefined ? {} : { config }, context)
  const found = readLocalKey(loaded.gateway.dataDirectory)
  const isIts = found !== undefined && (url === undefined || isSameServer(found.url, url))
  return {
    url: url ?? found?.url ?? DEFAULT_URL,
    access: { ...(isIts ? accessBy(found, loaded) : {}), ...given },
  }
}

/**
 * By the local key. The certificate of the gateway seldom is for the address of the loopback: it is known from the configuration.
 */
export function accessBy({ key }: FoundKey, { http }: GatewayConfig): ApiAccess {
  const file = http.tls?.certFile
  const certificate = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : undefined
  return { token: key, certificate }
}

/** Two addresses of this machine that lead to the same server: the key is for nobody else. */
function isSameServer(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)]
  return a.protocol === b.protocol && a.port === b.port
}
