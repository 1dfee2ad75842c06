import { ConfigSchema } from './schema.js'
import { SAME_AS_QUALITY } from './schema-quality.js'

type Node = Readonly<Record<string, unknown>>

interface Row {
  readonly path: string
  readonly schema: Node
  /** Names of the cases that have the key, such as `version 1`; empty when there are no cases. */
  readonly cases: string[]
  /** Values that the cases allow, where they are few. */
  readonly values: Set<unknown>
  /** Names of the cases that require the key. */
  readonly requiredBy: string[]
}

/** The keys of the configuration as Markdown, one table a section. For docs/configuration.md. */
export function configurationReference(): string {
  return Object.entries(ConfigSchema.properties)
    .map(([name, section]) => sectionReference(name, section as unknown as Node))
    .join('\n')
}

function sectionReference(name: string, section: Node): string {
  const rows = new Map<string, Row>()
  collect({ path: name, title: '', required: false }, section, rows)
  rows.delete(name)
  const caseCount = new Set([...rows.values()].flatMap(({ cases }) => cases)).size
  const lines = [...rows.values()]
    .filter(({ path }) => !path.endsWith('[]') && !path.endsWith('.*'))
    .map((row) => tableLine(row, caseCount))
  const isList = section.type === 'array'
  const fallback = isList ? `\n\nDefault: \`${JSON.stringify(section.default)}\`` : ''
  const head = '| Key | Type | Default | Meaning | Example |\n|---|---|---|---|---|'
  return `### ${name}\n\n${String(section.description)}${fallback}\n\n${head}\n${lines.join('\n')}\n`
}

interface Position {
  readonly path: string
  readonly title: string
  readonly required: boolean
}

/** Adds the key and all keys below it; a key that several cases share appears once. */
function collect(at: Position, schema: Node, rows: Map<string, Row>): void {
  const cases = schema.allOf as { then: Node }[] | undefined
  if (cases !== undefined) {
    for (const { then } of cases) collect(at, then, rows)
    return
  }
  const { path } = at
  const title = path.endsWith('[]') ? String(schema.title ?? '') : at.title
  const row = rows.get(path) ?? { path, schema, cases: [], values: new Set(), requiredBy: [] }
  if (title !== '' && !row.cases.includes(title)) row.cases.push(title)
  if (at.required && !row.requiredBy.includes(title)) row.requiredBy.push(title)
  for (const value of allowed(schema)) row.values.add(value)
  rows.set(path, row)
  if (schema.$comment === SAME_AS_QUALITY) return
  // A section that a page of its own describes.
  if (schema.$comment !== undefined) return
  const required = (schema.required ?? []) as string[]
  for (const [key, child] of Object.entries((schema.properties ?? {}) as Record<string, Node>)) {
    collect({ path: `${path}.${key}`, title, required: required.includes(key) }, child, rows)
  }
  for (const child of Object.values((schema.patternProperties ?? {}) as Record<string, Node>)) {
    if (child.properties !== undefined) collect({ path: `${path}.*`, title, required: false }, child, rows)
  }
  if (schema.items !== undefined) {
    collect({ path: `${path}[]`, title, required: false }, schema.items as Node, rows)
  }
}

function allowed(schema: Node): readonly unknown[] {
  return schema.const === undefined ? ((schema.enum ?? []) as unknown[]) : [schema.const]
}

function tableLine(row: Row, caseCount: number): string {
  const { path, schema, cases } = row
  const only = cases.length > 0 && cases.length < caseCount ? ` Only for ${cases.join(', ')}.` : ''
  const meaning = String(schema.description ?? '') + only
  const example = (schema.examples as unknown[] | undefined)?.[0]
  const cells = [
    code(path),
    typeOf(row),
    fallbackOf(row),
    meaning,
    example === undefined ? '' : code(example),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function fallbackOf({ schema, cases, requiredBy }: Row): string {
  if (schema.default !== undefined) return code(schema.default)
  if (requiredBy.length === 0) return ''
  return requiredBy.length < cases.length ? `required for ${requiredBy.join(', ')}` : 'required'
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['Bytes', 'bytes'],
  ['Ms', 'milliseconds'],
  ['Seconds', 'seconds'],
  ['Days', 'days'],
]

function typeOf({ path, schema, values }: Row): string {
  if (values.size > 0) return [...values].map(code).join(' ')
  if (schema.type === 'integer') return `${unitOf(path)}${boundsOf(schema)}`
  if (schema.type === 'number') return 'number'
  if (schema.type === 'boolean') return '`true` `false`'
  if (schema.type === 'array') return 'list'
  if (schema.type === 'object') return 'section'
  return schema.writeOnly === true ? 'text, secret' : 'text'
}

function unitOf(path: string): string {
  const unit = UNITS.find(([suffix]) => path.endsWith(suffix))?.[1]
  return unit === undefined ? 'whole number' : `whole number of ${unit}`
}

function boundsOf({ minimum, maximum }: Node): string {
  const from = `, from ${String(minimum)}`
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? from : `${from} to ${String(maximum)}`
}
