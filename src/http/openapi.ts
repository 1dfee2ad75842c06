import { STATUS_CODES } from 'node:http'
import type { TSchema } from 'typebox'
import { stringify } from 'yaml'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import { PROBLEM_TYPE, Problem } from './problem.js'
import type { Route } from './route.js'
import { ROUTES } from './routes/index.js'

type Node = Readonly<Record<string, unknown>>
type ObjectSchema = TSchema & {
  readonly properties: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
}

/** The OpenAPI 3.1 document of the API, generated from the routes; docs/openapi.yaml is its text. */
export function openApi(): Node {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Linegate HTTP API',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8080' }],
    paths: Object.fromEntries(ROUTES.map((route) => [pathOf(route), { get: operation(route) }])),
    components: { schemas: { Problem } },
  }
}

export function openApiYaml(): string {
  const heading = '# Generated from the routes (src/http/openapi.ts); do not edit.\n'
  // TypeBox marks its schemas with properties of its own that JSON leaves out.
  const plain: unknown = JSON.parse(JSON.stringify(openApi()))
  return heading + stringify(plain, { lineWidth: 110, aliasDuplicateObjects: false })
}

function pathOf({ spec }: Route): string {
  return spec.url.replaceAll(/:(\w+)/g, '{$1}')
}

function operation({ spec }: Route): Node {
  const { summary, params, query, answer, mediaType = 'application/json', errors, otherStatus } = spec
  const content = { [mediaType]: { schema: answer } }
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')]
  return {
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: {
      200: { description: 'OK', content },
      ...(otherStatus === undefined
        ? {}
        : { [otherStatus]: { description: STATUS_CODES[otherStatus], content } }),
      ...problems(['LG_REQUEST_INVALID', ...errors]),
    },
  }
}

function parametersOf(schema: TSchema, place: 'path' | 'query'): Node[] {
  const { properties, required = [] } = schema as ObjectSchema
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    // What has a default may be left out.
    required: required.includes(name) && rest.default === undefined,
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

/** Responses by status; one status can stand for several codes. */
function problems(codes: readonly ErrorCode[]): Node {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) {
    const status = new GatewayError(code).row.httpStatus ?? 500
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries([...byStatus].map(([status, ofStatus]) => [status, problem(status, ofStatus)]))
}

function problem(status: number, codes: readonly ErrorCode[]): Node {
  return {
    description: `${STATUS_CODES[status]}: ${codes.join(', ')}`,
    content: { [PROBLEM_TYPE.split(';')[0]!]: { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}
