import { ConfigSchema } from './schema.js'
import { withDefinitions } from './shared-definitions.js'

type Node = Readonly<Record<string, unknown>>

/**
 * The JSON Schema (2020-12) that editors complete and check YAML files with. A key with a default need not be
 * written, and where a variable may stand for a number, `${NAME}` is fine too.
 */
export function jsonSchema(): Node {
  const { type, properties, additionalProperties } = forWriting(ConfigSchema) as Node
  return withDefinitions({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Linegate configuration',
    type,
    properties,
    additionalProperties,
  })
}

function forWriting(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(forWriting)
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node).filter((entry) => !isInternal(entry))
  const written = Object.fromEntries(entries.map(([key, child]) => [key, forWriting(child)]))
  return withVariables(withoutDefaulted(written))
}

/** Keywords of the loader alone; a key of the configuration that has such a name is an object. */
function isInternal([key, value]: readonly [string, unknown]): boolean {
  return (key === 'uniqueBy' || key === 'format') && typeof value === 'string'
}

function withoutDefaulted(node: Node): Node {
  if (!Array.isArray(node.required) || typeof node.properties !== 'object') return node
  const properties = node.properties as Record<string, Node>
  const { required: all, ...rest } = node
  const required = (all as string[]).filter((key) => {
    // The decoder of a route may be that of its preset.
    const mayComeFromPreset = key === 'decoder' && properties.preset !== undefined
    return properties[key]?.default === undefined && !mayComeFromPreset
  })
  return required.length === 0 ? rest : { ...rest, required }
}

const VARIABLE = { type: 'string', pattern: '^\\$\\{.+\\}$' }

function withVariables(node: Node): Node {
  const { type, minimum, maximum, ...rest } = node
  if (type !== 'integer' && type !== 'number' && type !== 'boolean') return node
  const plain = type === 'boolean' ? { type } : { type, minimum, maximum }
  return { ...rest, anyOf: [plain, VARIABLE] }
}
