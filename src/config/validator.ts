import { Ajv, type ErrorObject, type SchemaValidateFunction } from 'ajv'
import { explain, type Fault, pathOf } from './explain.js'
import { FORMATS } from './formats.js'
import { ConfigSchema } from './schema.js'
import type { Path } from './violation.js'

/** No two entries of a list have the same value under the key; reported at the later of the two. */
const uniqueBy: SchemaValidateFunction = (key: string, entries: unknown[]) => {
  const firstAt = new Map<unknown, number>()
  const errors: Partial<ErrorObject>[] = []
  entries.forEach((entry, index) => {
    const value = (entry as Record<string, unknown> | null)?.[key]
    const first = firstAt.get(value)
    if (value === undefined) return
    if (first === undefined) firstAt.set(value, index)
    else errors.push({ keyword: 'uniqueBy', params: { key, index, first } })
  })
  uniqueBy.errors = errors
  return errors.length === 0
}

function createAjv(): Ajv {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true })
  ajv.addKeyword({
    keyword: 'uniqueBy',
    type: 'array',
    schemaType: 'string',
    errors: true,
    validate: uniqueBy,
  })
  for (const [name, faultOf] of Object.entries(FORMATS)) {
    ajv.addFormat(name, { type: 'string', validate: (value: string) => faultOf(value) === undefined })
  }
  return ajv
}

const validate = createAjv().compile(ConfigSchema)

/** Fills the defaults into `config`, in place, and returns what is wrong with it. */
export function validateSchema(config: unknown): Fault[] {
  validate(config)
  const faults = new Map<string, Fault>()
  for (const fault of (validate.errors ?? []).flatMap(explain)) {
    faults.set(`${fault.path.join('/')} ${fault.message}`, fault)
  }
  return [...faults.values()]
}

/** Values that the schema wanted to be something else than text, with what they could mean. */
export function misreadTexts(config: unknown): { path: Path; value: number | boolean }[] {
  validate(config)
  return (validate.errors ?? []).flatMap((error) => {
    const value = typeof error.data === 'string' ? meaningOf(error.data) : undefined
    return value !== undefined && wants(error, value) ? [{ path: pathOf(error), value }] : []
  })
}

function meaningOf(text: string): number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function wants(error: ErrorObject, value: number | boolean): boolean {
  if (error.keyword === 'enum') return (error.params.allowedValues as unknown[]).includes(value)
  if (error.keyword !== 'type') return false
  return typeof value === 'boolean'
    ? error.params.type === 'boolean'
    : /integer|number/.test(error.params.type)
}
