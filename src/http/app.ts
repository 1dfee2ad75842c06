import type { Socket } from 'node:net'
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { type AuthorityRules, checkHost, checkOrigin } from './authority.js'
import { acceptBodies } from './bodies.js'
import type { HttpOptions } from './inputs.js'
import { asGatewayError, PROBLEM_TYPE, problemOf } from './problem.js'
import { answerProblem } from './raw-answer.js'
import { JSON_TYPE } from './route.js'
import { setSecurityHeaders } from './security-headers.js'

/** How often Node looks for connections past their time. */
const CHECK_INTERVAL_MS = 2_000
/** Of a part of an address: an id of 128 characters, percent-encoded. */
const MAX_PARAMETER_LENGTH = 2_048
/** Methods that change nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Fastify with what holds for every address: limits, checks, headers, and problem documents for whatever goes wrong. */
export function createApp(options: HttpOptions, rules: AuthorityRules, logger: Logger): FastifyInstance {
  const fail = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendProblem(toAnswer(thrown, request, options, logger), reply)
  const app = fastify({
    logger: false,
    ...limitsOf(options),
    forceCloseConnections: 'idle',
    // Fastify's own answer while it closes is not a problem document; connections end after their next answer.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: fail,
    clientErrorHandler: answerClientError,
  })
  // The schemas of answers are kept by the compiler and by tests; at run time they would only hide a mistake.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  acceptBodies(app)
  app.addHook('onRequest', setSecurityHeaders)
  app.addHook('onRequest', async ({ headers }) => checkHost(headers, rules))
  // A page of another origin could not read the answer, but what it asked for would have been done.
  app.addHook('onRequest', async ({ method, headers }) => {
    if (!READING.has(method)) checkOrigin(headers, rules)
  })
  app.setErrorHandler(fail)
  // Before a body is read, which may be anything.
  app.addHook('onRequest', refuseUnknown)
  return app
}

function limitsOf(options: HttpOptions) {
  return {
    requestTimeout: options.requestTimeoutMs,
    handlerTimeout: options.answerTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionTimeout: options.stalledAfterMs,
    bodyLimit: options.maxBodyBytes,
    http: {
      maxHeaderSize: options.maxHeaderBytes,
      headersTimeout: options.headersTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
  }
}

async function refuseUnknown({ is404, url }: FastifyRequest): Promise<void> {
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
  const { method, url } = request
  if (error.code === 'LG_INTERNAL') {
    const stack = thrown instanceof Error ? thrown.stack : String(thrown)
    logger.error({ method, url, stack }, 'A request failed because of a defect')
  } else logger.debug({ method, url, code: error.code }, error.message)
  return error
}

function sendProblem(error: GatewayError, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
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
