type Node = Readonly<Record<string, unknown>>

/** Shorter parts are clearer where they stand. */
const MIN_CHARACTERS = 500

/** A JSON Schema whose longer parts stand in it once, under `$defs`, however often they are used. */
export function withDefinitions(schema: Node): Node {
  const uses = new Map<string, number>()
  count(schema, uses)
  const names = new Map<string, string>()
  const definitions: Record<string, unknown> = {}
  const shorten = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(shorten)
    if (typeof node !== 'object' || node === null) return node
    const text = JSON.stringify(node)
    const short = () => Object.fromEntries(Object.entries(node).map(([key, child]) => [key, shorten(child)]))
    if (!isSchema(node) || (uses.get(text) ?? 0) < 2 || text.length < MIN_CHARACTERS) return short()
    const known = names.get(text)
    if (known !== undefined) return { $ref: `#/$defs/${known}` }
    const name = `part${names.size + 1}`
    names.set(text, name)
    definitions[name] = short()
    return { $ref: `#/$defs/${name}` }
  }
  const whole = shorten(schema) as Node
  return names.size === 0 ? whole : { ...whole, $defs: definitions }
}

function count(node: unknown, uses: Map<string, number>): void {
  if (typeof node !== 'object' || node === null) return
  if (isSchema(node)) {
    const text = JSON.stringify(node)
    uses.set(text, (uses.get(text) ?? 0) + 1)
  }
  for (const child of Object.values(node)) count(child, uses)
}

/** Not the map of names under `properties`, which no reference may stand for. */
function isSchema(node: object): boolean {
  return 'type' in node ? typeof node.type === 'string' : 'allOf' in node && Array.isArray(node.allOf)
}
