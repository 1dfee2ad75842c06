import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifySchemaValidationError } from 'fastify'
import { type Static, Type } from 'typebox'
import { type ErrorCode, GatewayError } from '../core/errors.js'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

export const Violation = Type.Object({
  path: Type.String({
    description: 'The parameter at fault, such as query.limit; of a table, its column or key.',
  }),
  message: Type.String(),
  line: Type.Optional(Type.Integer({ minimum: 1, description: 'Of a table.' })),
  column: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Of a CSV row, or the character of a YAML line.' }),
  ),
  file: Type.Optional(Type.String({ description: 'Where it is not in what was sent, but in a preset.' })),
})
export type Violation = Static<typeof Violation>

/** The body of every answer that is an error (RFC 9457), with our code and what to do next. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Address of what is said about this code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What happened.' }),
    code: Type.String({ description: 'Stable; for programs.' }),
    action: Type.String({ description: 'What to do next.' }),
    violations: Type.Optional(Type.Array(Violation)),
  },
  { description: 'A problem document, RFC 9457.' },
)
export type Problem = Static<typeof Problem>

/** Where the codes are described; `#<code>` is one of them. */
export const ERRORS_PATH = '/docs/errors'

/** The request is wrong in these ways. */
export function invalidRequest(violations: readonly Violation[]): GatewayError {
  const cause = violations.map(({ path, message }) => `${path} ${message}`).join('; ')
  return new GatewayError('LG_REQUEST_INVALID', { cause, violations })
}

export function invalidParameter(name: string, message: string): GatewayError {
  return invalidRequest([{ path: `query.${name}`, message }])
}

export function problemOf({ code, message, row, action, details }: GatewayError): Problem {
  const status = row.httpStatus ?? 500
  const violations = details.violations as readonly Violation[] | undefined
  return {
    type: `${ERRORS_PATH}#${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code,
    action,
    ...(violations === undefined ? {} : { violations: [...violations] }),
  }
}

/** What Fastify found wrong with a request, as an error of ours; undefined for what is a failure of the gateway. */
const REQUEST_ERRORS: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'LG_REQUEST_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'LG_MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_HANDLER_TIMEOUT: 'LG_REQUEST_TOOK_TOO_LONG',
}

/** Anything thrown while a request was served, as an error of the table. What is not known becomes LG_INTERNAL. */
export function asGatewayError(thrown: unknown, details: Readonly<Record<string, unknown>>): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  const { code, validation, validationContext, statusCode, message } = thrown as Partial<FastifyError>
  if (validation !== undefined) return invalidRequest(violationsOf(validation, validationContext))
  const known = REQUEST_ERRORS[code ?? '']
  if (known !== undefined) return new GatewayError(known, details)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new GatewayError('LG_REQUEST_INVALID', { cause: message })
  }
  return new GatewayError('LG_INTERNAL', {}, { cause: thrown })
}

const PLACES: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' }

function violationsOf(errors: readonly FastifySchemaValidationError[], context = ''): Violation[] {
  return errors.map((error) => {
    const { name, message } = describe(error)
    return { path: `${PLACES[context] ?? context}${name}`, message }
  })
}

function describe(error: FastifySchemaValidationError): { name: string; message: string } {
  const { keyword, params, instancePath } = error
  const name = instancePath.replaceAll('/', '.')
  if (keyword === 'additionalProperties') {
    return { name: `${name}.${params.additionalProperty}`, message: 'is not known here' }
  }
  if (keyword === 'required') return { name: `${name}.${params.missingProperty}`, message: 'is missing' }
  if (keyword === 'enum') {
    return { name, message: `must be one of ${(params.allowedValues as string[]).join(', ')}` }
  }
  return { name, message: error.message ?? 'is not valid' }
}
