import type { FieldTypeName } from '../decoder.js'
import { Assembly } from './assembly.js'
import { type Condition, compileConditions } from './conditions.js'
import type { ConditionConfig, MappingConfig, MappingOptions, RecordsConfig } from './config.js'
import { Findings, MappingInvalidError, Place } from './faults.js'
import { FieldSlots } from './field-node.js'
import { compileLearner, type Learner } from './learner.js'
import { Places } from './places.js'
import { RecordsReader } from './records.js'
import { compileRecords, type PlaceOf, type Shared } from './records-parts.js'

export interface CompiledMapping {
  /** A document of which one holds has no telemetry. */
  readonly ignore: readonly Condition[]
  /** In the order of the configuration; empty for a mapping that learns names. */
  readonly readers: readonly RecordsReader[]
  readonly learner: Learner | undefined
  readonly assembly: Assembly
  readonly slots: FieldSlots
}

/** Keys that only the mapping as a whole has. */
type OwnKey = 'records' | 'units' | 'ignore' | 'learn'
const OWN_KEYS: ReadonlySet<string> = new Set(['records', 'units', 'ignore', 'learn'] satisfies OwnKey[])
const BESIDE_LEARN: ReadonlySet<string> = new Set(['units', 'ignore', 'learn'] satisfies OwnKey[])

/** @throws {MappingInvalidError} with all that is wrong with it */
export function compileMapping(config: MappingConfig, options: MappingOptions): CompiledMapping {
  const findings = new Findings()
  const compiled = compileWith(config, options, findings)
  if (findings.violations.length > 0) throw new MappingInvalidError(findings.violations)
  return compiled
}

/** What compiling it finds: what is wrong with it, and which tables of names it asks. */
export function examineMapping(config: MappingConfig, options: MappingOptions): Findings {
  const findings = new Findings()
  compileWith(config, options, findings)
  return findings
}

function compileWith(config: MappingConfig, options: MappingOptions, findings: Findings): CompiledMapping {
  const root = new Place(findings)
  const assembly = new Assembly()
  const slots = new FieldSlots()
  const ignore = compileIgnore(config.ignore ?? [], root.at('ignore'))
  if (config.learn !== undefined) {
    for (const key of Object.keys(config)) {
      if (!BESIDE_LEARN.has(key)) root.at(key).violation('means nothing beside learn')
    }
    return {
      ignore,
      readers: [],
      learner: compileLearner(config.learn, config.units, root.at('learn')),
      assembly,
      slots,
    }
  }
  const shared: Shared = {
    options,
    types: new Map<string, FieldTypeName>(Object.entries(options.fieldTypes)),
    units: new Map(Object.entries(config.units ?? {})),
    slots,
    places: new Places(),
  }
  const readers = sectionsOf(config).map(({ section, keys }) => {
    const parts = compileRecords({ ...commonOf(config), ...section }, shared, placing(root, section, keys))
    return new RecordsReader(parts, assembly)
  })
  return { ignore, readers, learner: undefined, assembly, slots }
}

function compileIgnore(configs: readonly ConditionConfig[], place: Place): readonly Condition[] {
  const { ofRecord, ofField } = compileConditions(configs, place)
  if (ofField.length > 0) place.violation('is asked of the document: it has no @value and no @field')
  return ofRecord
}

interface Section {
  readonly section: RecordsConfig
  /** Where it stands in the mapping. */
  readonly keys: readonly (string | number)[]
}

/** Without `records`, the mapping itself is the one section: of the document, or of each element if it is a list. */
function sectionsOf(config: MappingConfig): Section[] {
  const { records } = config
  if (records === undefined) return [{ section: { at: config.at ?? '[*]' }, keys: [] }]
  if (!isList(records)) return [{ section: records, keys: ['records'] }]
  return records.map((section, at) => ({ section, keys: ['records', at] }))
}

function isList(records: RecordsConfig | readonly RecordsConfig[]): records is readonly RecordsConfig[] {
  return Array.isArray(records)
}

function commonOf(config: MappingConfig): RecordsConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !OWN_KEYS.has(key)))
}

/** A key that the section does not have is one of the mapping. */
function placing(root: Place, section: RecordsConfig, keys: readonly (string | number)[]): PlaceOf {
  return (key, depth) => {
    const path = section[key] === undefined || keys[0] !== 'records' ? [key] : [...keys, key]
    return new Place(root.findings, path, depth)
  }
}
