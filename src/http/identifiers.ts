import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { GatewayError } from '../core/errors.js'
import { isOwnToken } from './access.js'
import type { HttpViews, IdentifierViews } from './inputs.js'

/** @throws {GatewayError} LG_NOT_FOUND when this gateway resolves nothing */
export function identifiersOf({ identifiers }: HttpViews, { url }: FastifyRequest): IdentifierViews {
  if (identifiers !== undefined) return identifiers
  throw new GatewayError('LG_NOT_FOUND', { path: url.split('?')[0] })
}

/** A header that may come more than once, as one list. */
export function listHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

/** The token for private values, if the header has one: those of people and programs that sign in are no business of it. */
export function handleAuthorization({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization !== undefined && isOwnToken(authorization) ? undefined : authorization
}
