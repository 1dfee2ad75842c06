import {
  Ajv,
  type AnySchema,
  type ErrorObject,
  type SchemaValidateFunction,
  type ValidateFunction,
} from 'ajv'
import { explain, type Fault, pathOf } from './explain.js'
import { FORMATS } from './formats.js'
import { ConfigSchema } from './schema.js'
import { PresetSchema } from './schema-preset.js'
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
  const ajv = new Ajv({ allowUnionTypes: true, allErrors: true, useDefaults: true, verbose: true })
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

/** Compiled when it is first asked for: that takes longer than most commands that need none. */
function compiled(schema: AnySchema): () => ValidateFunction {
  let validate: ValidateFunction | undefined
  return () => {
    validate ??= createAjv().compile(schema)
    return validate
  }
}

const configValidator = compiled(ConfigSchema)
const presetValidator = compiled(PresetSchema)

/** Fills the defaults into `config`, in place, and returns what is wrong with it. */
export function validateSchema(config: unknown): Fault[] {
  return faultsOf(configValidator(), config)
}

/** The same for a preset. */
export function validatePreset(preset: unknown): Fault[] {
  return faultsOf(presetValidator(), preset)
}

function faultsOf(validate: ValidateFunction, value: unknown): Fault[] {
  validate(value)
  const faults = new Map<string, Fault>()
  for (const fault of (validate.errors ?? []).flatMap(explain)) {
    faults.set(`${fault.path.join('/')} ${fault.message}`, fault)
  }
  return [...faults.values()]
}

/** Values that the schema wanted to be something else than text, with what they could mean. */
export function misreadTexts(config: unknown): { path: Path; value: number | boolean }[] {
  // A copy: what presets say must come before the defaults.
  const validate = configValidator()
  validate(structuredClone(config))
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
