import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import { actorOf } from '../core/identity.js'
import type { Logger } from '../core/logger.js'
import type { Access } from './access.js'
import type { TrustedProxies } from './arrival.js'
import { type AuthorityRules, checkHost, checkOrigin } from './authority.js'
import { acceptBodies } from './bodies.js'
import type { HttpOptions } from './inputs.js'
import { asGatewayError, PROBLEM_TYPE, problemOf } from './problem.js'
import { checkQuery } from './query-limits.js'
import { answerProblem } from './raw-answer.js'
import { JSON_TYPE } from './route.js'
import { setSecurityHeaders } from './security-headers.js'
import { VISITOR, type Visitor, visitorOf } from './visitor.js'

/** How often Node looks for connections past their time. */
const CHECK_INTERVAL_MS = 2_000
/** Of a part of an address: an id of 128 characters, percent-encoded. */
const MAX_PARAMETER_LENGTH = 2_048
/** Of requests that make no sense, or that come from where they must not. */
const RECORDED_STATUSES: ReadonlySet<number> = new Set([400, 403, 405, 413, 414, 415, 421, 431])
/** Methods that change nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What looks at every request before anything else does. */
export interface Gate {
  readonly rules: AuthorityRules
  readonly proxies: TrustedProxies
  readonly access: Access
}

/** Fastify with what holds for every address: limits, checks, headers, and problem documents for whatever goes wrong. */
export function createApp(
  options: HttpOptions,
  gate: Gate,
  logger: Logger,
  tls: TlsOptions | undefined,
): FastifyInstance {
  const fail = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const error = toAnswer(thrown, request, options, logger)
    putOnRecord(error, request, visitorOf(request), gate)
    return sendProblem(error, reply)
  }
  // An address that cannot be decoded: no hook has seen the request.
  const failEarly = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    setSecurityHeaders({ host: undefined, isEncrypted: tls !== undefined }, reply)
    const error = toAnswer(thrown, request, options, logger)
    putOnRecord(error, request, null, gate)
    return sendProblem(error, reply)
  }
  const app = fastify({
    logger: false,
    ...limitsOf(options, tls),
    forceCloseConnections: 'idle',
    // Fastify's own answer while it closes is not a problem document; connections end after their next answer.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: failEarly,
    clientErrorHandler: answerClientError,
  })
  // The schemas of answers are kept by the compiler and by tests; at run time they would only hide a mistake.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  acceptBodies(app)
  app.decorateRequest(VISITOR, null)
  checkArrivals(app, gate)
  recordReads(app, gate)
  app.setErrorHandler(fail)
  answerStrangers(app)
  return app
}

/** In this order: each check may rely on those before it, and all come before a body is read, which may be anything. */
function checkArrivals(app: FastifyInstance, { rules, proxies, access }: Gate): void {
  app.addHook('onRequest', async (request, reply) => {
    const arrival = proxies.arrivalOf(request.raw)
    setSecurityHeaders(arrival, reply)
    checkHost(arrival, rules)
    // A page of another origin could not read the answer, but what it asked for would have been done.
    if (!READING.has(request.method)) checkOrigin(request.headers, arrival, rules)
    checkQuery(request.url)
    refuseUnknown(request)
    const { config, url } = request.routeOptions
    // What says nothing of who may ask is a mistake, and for nobody.
    if (config.access === undefined) throw new Error(`No access rule: ${request.method} ${url}`)
    const target = `${request.method} ${url}`
    request.setDecorator(VISITOR, access.admit(config.access, arrival, request.headers, target))
  })
}

function recordReads(app: FastifyInstance, { access }: Gate): void {
  app.addHook('onResponse', async (request, { statusCode }) => {
    const { config, url = '' } = request.routeOptions
    if (!READING.has(request.method) || statusCode >= 400 || config.access === 'anyone') return
    access.recordRead(visitorOf(request), request.url.split('?')[0] ?? url)
  })
}

function limitsOf(options: HttpOptions, tls: TlsOptions | undefined) {
  const http = {
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: options.headersTimeoutMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    // Whatever Node's command line says: two programs that read a request differently are what smuggling lives on.
    insecureHTTPParser: false,
  }
  return {
    requestTimeout: options.requestTimeoutMs,
    handlerTimeout: options.answerTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionTimeout: options.stalledAfterMs,
    bodyLimit: options.maxBodyBytes,
    ...(tls === undefined ? { http } : { https: { ...http, ...tls } }),
  }
}

function refuseUnknown({ is404, url }: FastifyRequest): void {
  if (is404) throw new GatewayError('LG_NOT_FOUND', { path: url.split('?')[0] })
}

function toAnswer(
  thrown: unknown,
  request: FastifyRequest,
  { maxBodyBytes, answerTimeoutMs }: HttpOptions,
  logger: Logger,
): GatewayError {
  const type = request.headers['content-type'] ?? 'none'
  const details = { limit: maxBodyBytes, limitMs: answerTimeoutMs, type, allowed: JSON_TYPE }
  const error = asGatewayError(thrown, details)
  const { method } = request
  // Without the query: tokens and codes of sign-in are sent in it, rightly or by mistake.
  const url = request.url.split('?')[0]
  if (error.code === 'LG_INTERNAL') {
    const stack = thrown instanceof Error ? thrown.stack : String(thrown)
    logger.error({ method, url, stack }, 'A request failed because of a defect')
  } else logger.debug({ method, url, code: error.code }, error.message)
  return error
}

/** Who may not is on record already; what was not there, and what failed here, is nobody's attempt at anything. */
function putOnRecord(
  { code, row }: GatewayError,
  request: FastifyRequest,
  visitor: Visitor | null,
  { access }: Gate,
): void {
  const { httpStatus = 500 } = row
  if (!RECORDED_STATUSES.has(httpStatus) || code === 'LG_ACCESS_DENIED') return
  const actor = visitor === null ? 'anonymous' : actorOf(visitor.identity)
  const address = visitor?.address ?? request.raw.socket.remoteAddress ?? ''
  access.recordRefusal(code, actor, address, request.raw)
}

function sendProblem(error: GatewayError, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  // RFC 9110, 15.5.2.
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  if (error.code === 'LG_FAILURES_EXCEEDED') reply.header('retry-after', String(error.details.seconds))
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem))
}

const CLIENT_ERRORS: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'LG_HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'LG_REQUEST_TIMEOUT',
}

/** Bytes that Node could not read as a request. */
function answerClientError(error: Pick<FastifyError, 'code' | 'message'>, socket: Socket): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const code = CLIENT_ERRORS[error.code] ?? 'LG_REQUEST_INVALID'
  answerProblem(socket, new GatewayError(code, { cause: 'it is not HTTP' }))
}

/** Node would answer these by itself, without a document, or not at all. */
function answerStrangers({ server }: FastifyInstance): void {
  server.on('connect', ({ url: path }: IncomingMessage, socket: Duplex) => {
    answerProblem(
      socket,
      new GatewayError('LG_METHOD_NOT_ALLOWED', { method: 'CONNECT', path, allowed: 'GET' }),
    )
  })
  server.on('checkExpectation', ({ socket }: IncomingMessage) => {
    answerProblem(
      socket,
      new GatewayError('LG_REQUEST_INVALID', { cause: 'what it expects is not known here' }),
    )
  })
}
