import type { FastifyRequest } from 'fastify'
import type { Arrival } from './arrival.js'
import type { Asker } from './inputs.js'
import type { AccessRule } from './route.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What has none is for nobody. */
    access?: AccessRule
  }
}

/** Who asks, and how the request came. */
export interface Visitor extends Asker, Arrival {}

/** Of what `createApp` puts on each request. */
export const VISITOR = 'visitor'
export const ARRIVAL = 'arrival'

export function visitorOf(request: FastifyRequest): Visitor {
  return request.getDecorator<Visitor>(VISITOR)
}
