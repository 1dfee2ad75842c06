import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonSchema } from '../../src/config/json-schema.js'
import { withDefinitions } from '../../src/config/shared-definitions.js'

const LONG = { type: 'string', description: 'x'.repeat(600) }

/** The schema with its references replaced by what they stand for. */
function resolved(node: unknown, definitions: Record<string, unknown>): unknown {
  if (Array.isArray(node)) return node.map((child) => resolved(child, definitions))
  if (typeof node !== 'object' || node === null) return node
  const { $ref } = node as { $ref?: string }
  if ($ref !== undefined) return resolved(definitions[$ref.slice('#/$defs/'.length)], definitions)
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, resolved(child, definitions)]))
}

test('long parts that are used again stand in a schema once, and mean the same', () => {
  const inner = { type: 'object', properties: { a: LONG, b: { type: 'string' } } }
  const schema = { type: 'object', properties: { one: inner, two: inner, three: LONG, type: LONG } }
  const { $defs, ...rest } = withDefinitions(schema)
  assert.deepEqual(resolved(rest, $defs as Record<string, unknown>), schema)
  assert.equal(JSON.stringify({ $defs, rest }).split(LONG.description).length - 1, 1)
})

test('a schema without such parts stays as it is', () => {
  const schema = { type: 'object', properties: { a: LONG, b: { type: 'string' }, c: { type: 'string' } } }
  assert.deepEqual(withDefinitions(schema), schema)
})

test('the schema for editors has every reference that it uses', () => {
  const { $defs, ...rest } = jsonSchema()
  const used = [...JSON.stringify({ $defs, rest }).matchAll(/"#\/\$defs\/(\w+)"/g)].map(([, name]) => name!)
  assert.ok(used.length > 20)
  for (const name of used) assert.ok(Object.hasOwn($defs as object, name), name)
})
