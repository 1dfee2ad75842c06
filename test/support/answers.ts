import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import type { TSchema } from 'typebox'
import { Problem } from '../../src/http/problem.js'
import { ROUTES } from '../../src/http/routes/index.js'

const ajv = new Ajv({
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ },
})

/** The body of a good answer, checked against the schema of its route: no key missing, none that is not declared. */
export async function answerOf<T>(response: Response, status = 200, method = 'GET'): Promise<T> {
  const body: unknown = await response.json()
  assert.equal(response.status, status, JSON.stringify(body))
  const path = new URL(response.url).pathname
  const route = ROUTES.find(
    ({ spec }) =>
      (spec.method ?? 'GET') === method && new RegExp(`^${spec.url.replace(':id', '[^/]+')}$`).test(path),
  )
  assert.ok(route, path)
  assertMatches(closed(route.spec.answer), body)
  return body as T
}

export async function problemIn(response: Response, status: number, code: string): Promise<Problem> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  const problem = (await response.json()) as Problem
  assertMatches(closed(Problem), problem)
  assert.deepEqual([response.status, problem.status, problem.code], [status, status, code])
  assert.equal(problem.type, `/docs/errors#${code}`)
  assert.doesNotMatch(problem.detail + problem.action, /[{}]/, 'every placeholder is filled')
  return problem
}

function assertMatches(schema: object, value: unknown): void {
  const validate = ajv.compile(schema)
  assert.ok(validate(value), `${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`)
}

/** The schema with objects that have no other keys than those they name. */
function closed(schema: TSchema): object {
  return JSON.parse(JSON.stringify(schema), (_key, node) =>
    node?.type === 'object' ? { ...node, additionalProperties: false } : node,
  )
}
