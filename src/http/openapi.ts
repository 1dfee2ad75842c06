import { STATUS_CODES } from 'node:http'
import type { TSchema } from 'typebox'
import { stringify } from 'yaml'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import { PROBLEM_TYPE, Problem } from './problem.js'
import { type BodySpec, JSON_TYPE, type Route } from './route.js'
import { ROUTES } from './routes/index.js'

type Node = Readonly<Record<string, unknown>>
type Spec = Route['spec']
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
    paths: paths(),
    components: { schemas: { Problem } },
  }
}

export function openApiYaml(): string {
  const heading = '# Generated from the routes (src/http/openapi.ts); do not edit.\n'
  // TypeBox marks its schemas with properties of its own that JSON leaves out.
  const plain = withComponents(JSON.stringify(openApi()))
  return heading + stringify(plain, { lineWidth: 110, aliasDuplicateObjects: false })
}

/** Schemas that refer to themselves become components of the document, which is where references in it lead. */
function withComponents(json: string): Node {
  const schemas: Record<string, unknown> = {}
  const document = JSON.parse(json, (_key, node) => {
    if (typeof node?.$ref !== 'string' || node.$ref.startsWith('#')) return node
    for (const [name, { $id: _, ...schema }] of Object.entries<Node>(node.$defs ?? {})) schemas[name] = schema
    return { $ref: `#/components/schemas/${node.$ref}` }
  }) as { components: { schemas: object } }
  Object.assign(document.components.schemas, schemas)
  return document
}

/** The address as OpenAPI writes it: `/api/v1/dead-letters/{id}`. */
export function pathOf({ spec }: Route): string {
  return spec.url.replaceAll(/:(\w+)/g, '{$1}').replace('*', `{${spec.wildcard}}`)
}

function paths(): Node {
  const byPath = new Map<string, Record<string, Node>>()
  for (const route of ROUTES) {
    const methods = byPath.get(pathOf(route)) ?? {}
    methods[(route.spec.method ?? 'GET').toLowerCase()] = operation(route)
    byPath.set(pathOf(route), methods)
  }
  return Object.fromEntries(byPath)
}

function operation({ spec }: Route): Node {
  const { summary, access, params, query, headers = {}, body, errors, wildcard = '*' } = spec
  const parameters = [
    ...parametersOf(params, 'path').map((one) => (one.name === '*' ? { ...one, name: wildcard } : one)),
    ...parametersOf(query, 'query'),
    ...Object.entries(headers).map(([name, description]) => headerParameter(name, description)),
  ]
  return {
    summary,
    'x-access': access,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
    responses: { ...answers(spec), ...problems([...refusalsOf(spec), ...errors]) },
  }
}

/** Of who asks, where people have to sign in. */
function refusalsOf({ access }: Spec): ErrorCode[] {
  if (access === 'anyone') return ['LG_REQUEST_INVALID']
  return ['LG_REQUEST_INVALID', 'LG_SIGN_IN_REQUIRED', 'LG_ACCESS_DENIED']
}

function contentOf({ types, schema }: BodySpec<TSchema>): Node {
  return Object.fromEntries(types.map((type) => [type, { schema }]))
}

function answers(spec: Spec): Node {
  const { answer, mediaType = JSON_TYPE, otherStatuses = [], emptyStatuses = [] } = spec
  const headers = spec.hasEntityTag
    ? { headers: { ETag: { description: 'The revision, in quotes.', schema: { type: 'string' } } } }
    : {}
  const content = { [mediaType]: { schema: answer } }
  const whole = [...(emptyStatuses.includes(204) ? [] : [200]), ...otherStatuses]
  return {
    ...Object.fromEntries(
      whole.map((status) => [status, { description: STATUS_CODES[status], ...headers, content }]),
    ),
    ...Object.fromEntries(emptyStatuses.map((status) => [status, { description: STATUS_CODES[status] }])),
  }
}

function headerParameter(name: string, description: string): Node {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
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
