import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { GatewayError } from '../core/errors.js'
import type { Identifiers } from '../devices/identifiers/identifiers.js'
import type { HttpViews } from './inputs.js'

/** @throws {GatewayError} LG_NOT_FOUND when this gateway resolves nothing */
export function identifiersOf({ identifiers }: HttpViews, { url }: FastifyRequest): Identifiers {
  if (identifiers !== undefined) return identifiers
  throw new GatewayError('LG_NOT_FOUND', { path: url.split('?')[0] })
}

/** Where the client reached this gateway, such as `http://10.0.0.5:8080`; undefined if its Host is no host. */
export function requestOrigin({ protocol, headers }: FastifyRequest): string | undefined {
  const { host } = headers
  if (host === undefined || /[/?#@\\]/.test(host)) return undefined
  const url = `${protocol}://${host}`
  return URL.canParse(url) ? new URL(url).origin : undefined
}

/** A header that may come more than once, as one list. */
export function listHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}
