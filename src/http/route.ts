import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Type } from 'typebox'
import type { AuditEventId } from '../core/audit.js'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import type { Role } from '../core/identity.js'
import { type AuditNote, ChangeRecord } from './change-record.js'
import type { Asker, GatewayViews, HttpViews } from './inputs.js'
import { scopedViews } from './scope/scoped-views.js'
import { visitorOf } from './visitor.js'

export const CLOSED = { additionalProperties: false } as const
/** Of an address that takes no parameters. */
export const NOTHING = Type.Object({}, CLOSED)

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'

export interface BodySpec<Body extends TSchema> {
  readonly schema: Body
  /** Media types that it may be of; others are refused before anything of it is read. */
  readonly types: readonly string[]
  /** `HttpOptions.maxBodyBytes` when absent. */
  readonly maxBytes?: number
  /** The schema only describes it: the route checks it by rules that a schema cannot say, all of them at once. */
  readonly isCheckedByRoute?: boolean
}

export const JSON_TYPE = 'application/json'

/**
 * Who may ask, where people have to sign in.
 *
 *     anyone    without signing in: only what is no secret (health, errors, signing in itself)
 *     scope
 *       tree    whoever has the role; the route itself narrows what it reads and changes to the scope of the identity
 *       plant   whoever has the role and no scope: it concerns the whole gateway
 *       self    whoever has the role; it concerns nobody but the one who asks
 */
export type AccessRule = 'anyone' | { readonly role: Role; readonly scope: 'tree' | 'plant' | 'self' }

/**
 * What a change leaves in the audit trail, whether it was made or failed; `dryRun` in the query changes nothing and leaves
 * nothing. `nothing`: the route changes nothing. `by route`: the route records it itself, as only it knows who does what.
 */
export type AuditRule =
  | 'nothing'
  | 'by route'
  | {
      readonly event: AuditEventId
      /** The parameter of the path that names what is changed; the address when absent. */
      readonly target?: string
    }

/** One method of one address of the API: what it takes, what it answers. docs/openapi.yaml is generated from it. */
export interface RouteSpec<
  Params extends TSchema,
  Query extends TSchema,
  Answer extends TSchema,
  Body extends TSchema = TSchema,
> {
  /** GET when absent, and HEAD with it. */
  readonly method?: Method
  /** As Fastify writes it: `/api/v1/dead-letters/:id`. */
  readonly url: string
  /** Who may ask. Without it, nothing compiles. */
  readonly access: AccessRule
  /** Of every route but those that read (GET). */
  readonly audit?: AuditRule
  readonly summary: string
  readonly params: Params
  /** Parameters that it does not name are refused. */
  readonly query: Query
  /** Headers that it heeds, by name, with what they do. */
  readonly headers?: Readonly<Record<string, string>>
  /** Absent for a route that reads no body. */
  readonly body?: BodySpec<Body>
  readonly answer: Answer
  /** Of the answer; application/json when absent. */
  readonly mediaType?: string
  /** What a `*` at the end of `url` stands for: one parameter, which may hold slashes. */
  readonly wildcard?: string
  /** Other statuses, beside 200, that the same answer can have. */
  readonly otherStatuses?: readonly number[]
  /** Statuses of answers without a body; with 204 there is no answer of status 200. */
  readonly emptyStatuses?: readonly number[]
  /** Its good answers have an entity tag. */
  readonly hasEntityTag?: boolean
  /** For an answer to be ready; `HttpOptions.answerTimeoutMs` when absent. */
  readonly answerTimeoutMs?: number
  /** Beside LG_REQUEST_INVALID. */
  readonly errors: readonly ErrorCode[]
}

export interface RouteRequest<Params, Query, Body = unknown> extends Asker {
  readonly params: Params
  readonly query: Query
  /** Undefined for a route that reads none. */
  readonly body: Body
  readonly headers: IncomingHttpHeaders
  readonly reply: FastifyReply
  /** It came through TLS, to the gateway or to a trusted proxy. */
  readonly isEncrypted: boolean
  /** Where the client reached this gateway, such as `https://gateway.example`; undefined if it does not say. */
  readonly origin: string | undefined
  /** Adds to what `audit` has recorded when the route is done: another target, facts that are no secret. */
  readonly note: (note: AuditNote) => void
}

export interface Route {
  readonly spec: RouteSpec<TSchema, TSchema, TSchema>
  register(app: FastifyInstance, views: GatewayViews): void
}

/** A reply stands for what the route has sent itself: a stream, or no body. */
type Answering<
  Params extends TSchema,
  Query extends TSchema,
  Answer extends TSchema,
  Body extends TSchema,
> = (
  views: HttpViews,
  request: RouteRequest<Static<Params>, Static<Query>, Static<Body>>,
) => Static<Answer> | FastifyReply | Promise<Static<Answer> | FastifyReply>

/** A route whose `handle` gets its parameters and its body validated and typed, and answers what `spec` says. */
export function route<
  Params extends TSchema,
  Query extends TSchema,
  Answer extends TSchema,
  Body extends TSchema = TSchema,
>(spec: RouteSpec<Params, Query, Answer, Body>, handle: Answering<Params, Query, Answer, Body>): Route {
  const { method = 'GET', url, params, query, body, answerTimeoutMs, access, audit } = spec
  const checked = body === undefined || body.isCheckedByRoute ? {} : { body: body.schema }
  const schema = { params, querystring: query, ...checked }
  const register = (app: FastifyInstance, views: GatewayViews) => {
    app.route({
      method,
      url,
      schema,
      config: { access },
      onRequest: async (request) => checkMediaType(request, body?.types ?? [JSON_TYPE]),
      ...(body?.maxBytes === undefined ? {} : { bodyLimit: body.maxBytes }),
      ...(answerTimeoutMs === undefined ? {} : { handlerTimeout: answerTimeoutMs }),
      handler: async (request, reply) => {
        const { identity, address, isEncrypted, origin } = visitorOf(request)
        const change = new ChangeRecord(views.audit, audit, request)
        // Fastify has validated all three by the schemas that the types are made of.
        const asked = {
          params: request.params as Static<Params>,
          query: request.query as Static<Query>,
          body: request.body as Static<Body>,
          headers: request.headers,
          reply,
          identity,
          address,
          isEncrypted,
          origin,
          note: change.note,
        }
        return change.around(() => handle(scopedViews(views, identity.scope), asked))
      },
    })
  }
  return { spec, register }
}

/**
 * A form of a page can send three types of its own accord, to any host; every other one needs the consent of the server.
 * No route takes one of the three, and none takes a body without a type.
 */
function checkMediaType({ method, headers }: FastifyRequest, allowed: readonly string[]): void {
  if (method === 'GET' || method === 'HEAD') return
  const type = headers['content-type']
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (type === undefined ? !hasBody : allowed.includes(type.split(';')[0]!.trim().toLowerCase())) return
  throw new GatewayError('LG_MEDIA_TYPE_UNSUPPORTED', { type: type ?? 'none', allowed: allowed.join(' or ') })
}

/**
 * Refuses the methods that nothing was registered for at this address, before anything of a body is read. To be called
 * when all that has the address is registered.
 */
export function refuseOtherMethods(app: FastifyInstance, url: string): void {
  const methods = app.supportedMethods as HTTPMethods[]
  const isTaken = (method: HTTPMethods) => app.hasRoute({ method, url })
  const allowed = IN_ORDER.filter(isTaken).join(', ')
  const method = methods.filter((name) => !isTaken(name))
  if (method.length === 0) return
  const onRequest = async ({ method, url: path }: { method: string; url: string }, reply: FastifyReply) => {
    reply.header('allow', allowed)
    throw new GatewayError('LG_METHOD_NOT_ALLOWED', { method, path: path.split('?')[0], allowed })
  }
  // Whoever asks learns that there is no such method, which docs/api.md tells anyway.
  app.route({ method, url, config: { access: 'anyone' }, onRequest, handler: async () => undefined })
}

const IN_ORDER: readonly HTTPMethods[] = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE']
