import { type Static, Type } from 'typebox'
import type { DeviceRecord } from '../core/registry.js'
import { pathOf } from '../devices/device-path.js'
import { PRESENCES, STATUSES } from './device-json.js'
import type { HttpViews } from './inputs.js'
import { ScopeParameter, textParameter } from './schema-parts.js'

/** Parameters that narrow a list of devices. */
export const FilterParameters = {
  status: Type.Optional(Type.Enum([...STATUSES])),
  presence: Type.Optional(Type.Enum([...PRESENCES])),
  scope: Type.Optional(ScopeParameter),
  site: Type.Optional(textParameter('Name of the site, whole.')),
  area: Type.Optional(textParameter('Name of the area, whole.')),
  line: Type.Optional(textParameter('Name of the line, whole.')),
  sector: Type.Optional(textParameter('Division of GB/T 4754, two digits.')),
  vendor: Type.Optional(textParameter('Whole.')),
  model: Type.Optional(textParameter('Whole.')),
  label: Type.Optional(textParameter('name, or name=value.')),
  q: Type.Optional(
    textParameter('Text in the id, the names, the path, model, vendor, identifier or labels; in any case.'),
  ),
}

const Filter = Type.Object(FilterParameters)
export type DeviceFilter = Static<typeof Filter>

export type Passes = (slot: number, record: DeviceRecord) => boolean

const EXACT = ['status', 'site', 'area', 'line', 'sector', 'vendor', 'model'] as const

/** Undefined if every device passes. */
export function filterOf(filter: DeviceFilter, { presence }: HttpViews): Passes | undefined {
  const tests: Passes[] = []
  for (const key of EXACT) {
    const wanted = filter[key]
    if (wanted !== undefined) tests.push((_slot, record) => record[key] === wanted)
  }
  const { scope = '', label, q, presence: state } = filter
  if (scope !== '') tests.push((_slot, record) => `${pathOf(record)}/`.startsWith(`${scope}/`))
  if (label !== undefined) tests.push(labelTest(label))
  if (q !== undefined) tests.push(textTest(q.toLowerCase()))
  if (state !== undefined) {
    tests.push((slot, { status }) => status !== 'rejected' && presence?.of(slot).state === state)
  }
  if (tests.length === 0) return undefined
  return (slot, record) => tests.every((test) => test(slot, record))
}

function labelTest(label: string): Passes {
  return (_slot, { labels }) =>
    Object.entries(labels).some(([name, value]) => name === label || `${name}=${value}` === label)
}

function textTest(text: string): Passes {
  return (_slot, record) => {
    const { id, name, model, vendor, identifier, labels } = record
    const has = (part: string) => part.toLowerCase().includes(text)
    if (has(id) || has(name.zh) || has(name.en) || has(model) || has(vendor) || has(identifier)) return true
    return has(pathOf(record)) || Object.entries(labels).some(([key, value]) => has(key) || has(value))
  }
}
