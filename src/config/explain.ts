import type { ErrorObject } from 'ajv'
import { FORMATS } from './formats.js'
import { suggest } from './suggest.js'
import type { Path } from './violation.js'

/** A violation of the schema, its path still in pieces. */
export interface Fault {
  readonly path: Path
  readonly message: string
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a section of keys and values',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

/** Ajv's error in plain words, or nothing for one that only says that another was found. */
export function explain(error: ErrorObject): Fault[] {
  if (error.keyword === 'if') return []
  const path = pathOf(error)
  switch (error.keyword) {
    case 'required':
      return [{ path: [...path, error.params.missingProperty], message: `is required${context(error)}` }]
    case 'additionalProperties':
      return [{ path: [...path, error.params.additionalProperty], message: explainUnknown(error) }]
    case 'uniqueBy':
      return [explainRepeated(path, error)]
    default:
      return [{ path, message: explainValue(error) }]
  }
}

/** Where the value is, by key and index. */
export function pathOf({ instancePath }: ErrorObject): Path {
  return instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function context({ parentSchema }: ErrorObject): string {
  const title: unknown = parentSchema?.title
  return title === undefined ? '' : ` for ${String(title)}`
}

function explainUnknown(error: ErrorObject): string {
  const known = Object.keys(error.parentSchema?.properties ?? {})
  const near = suggest(String(error.params.additionalProperty), known)
  const hint = near === undefined ? `the keys are ${known.join(', ')}` : `did you mean ${near}?`
  return `is not a known key${context(error)}; ${hint}`
}

function explainRepeated(path: Path, { params }: ErrorObject): Fault {
  const { key, index, first } = params as { key: string; index: number; first: number }
  return { path: [...path, String(index), key], message: `is the same as that of ${path.at(-1)}[${first}]` }
}

function explainValue(error: ErrorObject): string {
  const limit: unknown = error.params.limit
  switch (error.keyword) {
    case 'type':
      return explainType(error)
    case 'enum':
      return explainChoice(error)
    case 'format':
      return FORMATS[error.schema as keyof typeof FORMATS](error.data as string) ?? ''
    case 'minimum':
      return `must be at least ${limit}`
    case 'maximum':
      return `must be at most ${limit}`
    case 'minLength':
      return 'must not be empty'
    case 'maxLength':
      return `must be at most ${limit} characters long`
    case 'minItems':
      return `must have at least ${limit === 1 ? 'one entry' : `${limit} entries`}`
    case 'pattern':
      return `has characters or a form that is not allowed here; an example: ${error.parentSchema?.examples[0]}`
    default:
      return error.message ?? error.keyword
  }
}

function explainType({ data, params }: ErrorObject): string {
  const kind = KINDS[params.type as string] ?? params.type
  return data === null ? `is empty; give it ${kind}, or leave the key out` : `must be ${kind}`
}

function explainChoice({ data, params }: ErrorObject): string {
  const allowed = (params.allowedValues as unknown[]).map(String)
  const near = suggest(String(data), allowed)
  const hint = near === undefined || near === String(data) ? '' : `; did you mean ${near}?`
  return `must be ${allowed.length === 1 ? allowed[0] : `one of ${allowed.join(', ')}`}${hint}`
}
