import type { FastifyInstance, FastifyReply, HTTPMethods } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Type } from 'typebox'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import type { HttpViews } from './inputs.js'

export const CLOSED = { additionalProperties: false } as const
/** Of an address that takes no parameters. */
export const NOTHING = Type.Object({}, CLOSED)

/** One address of the API: what it takes, what it answers. docs/openapi.yaml is generated from it. */
export interface RouteSpec<Params extends TSchema, Query extends TSchema, Answer extends TSchema> {
  /** As Fastify writes it: `/api/v1/dead-letters/:id`. */
  readonly url: string
  readonly summary: string
  readonly params: Params
  /** Parameters that it does not name are refused. */
  readonly query: Query
  readonly answer: Answer
  /** Of the answer; application/json when absent. */
  readonly mediaType?: string
  /** Another status, beside 200, that the same answer can have. */
  readonly otherStatus?: number
  /** Beside LG_REQUEST_INVALID. */
  readonly errors: readonly ErrorCode[]
}

export interface RouteRequest<Params, Query> {
  readonly params: Params
  readonly query: Query
  readonly reply: FastifyReply
}

export interface Route {
  readonly spec: RouteSpec<TSchema, TSchema, TSchema>
  register(app: FastifyInstance, views: HttpViews): void
}

type Answering<Params extends TSchema, Query extends TSchema, Answer extends TSchema> = (
  views: HttpViews,
  request: RouteRequest<Static<Params>, Static<Query>>,
) => Static<Answer> | Promise<Static<Answer>>

/** A route whose `handle` gets its parameters validated and typed, and answers what `spec` says. */
export function route<Params extends TSchema, Query extends TSchema, Answer extends TSchema>(
  spec: RouteSpec<Params, Query, Answer>,
  handle: Answering<Params, Query, Answer>,
): Route {
  const schema = { params: spec.params, querystring: spec.query }
  const register = (app: FastifyInstance, views: HttpViews) => {
    app.get(spec.url, { schema }, async ({ params, query }, reply) =>
      // Fastify has validated both by the schemas that the types are made of.
      handle(views, { params: params as Static<Params>, query: query as Static<Query>, reply }),
    )
    refuseOtherMethods(app, spec.url)
  }
  return { spec, register }
}

const ALLOWED = 'GET, HEAD'

/** Answers 405 before anything of a body is read. */
export function refuseOtherMethods(app: FastifyInstance, url: string): void {
  const method = app.supportedMethods.filter((name) => !ALLOWED.includes(name)) as HTTPMethods[]
  const onRequest = async ({ method, url: path }: { method: string; url: string }, reply: FastifyReply) => {
    reply.header('allow', ALLOWED)
    throw new GatewayError('LG_METHOD_NOT_ALLOWED', { method, path: path.split('?')[0], allowed: ALLOWED })
  }
  app.route({ method, url, onRequest, handler: async () => undefined })
}
