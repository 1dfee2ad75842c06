import { expressionFault } from '../expression/index.js'
import { examineMapping } from './compile.js'
import type { MappingConfig, MappingOptions } from './config.js'

interface CheckedRoute {
  readonly fieldTypes: MappingOptions['fieldTypes']
  readonly timestamp: { readonly key?: string; readonly unit: MappingOptions['timestampUnit'] }
  readonly expression?: string
  readonly mapping?: MappingConfig
}

interface CheckedConfig {
  readonly routes: readonly CheckedRoute[]
}

interface RouteViolation {
  readonly path: string
  readonly message: string
}

/** What is wrong with the mappings and expressions of a configuration, and with how they go together. */
export function mappingsAreSound({ routes }: CheckedConfig): RouteViolation[] {
  const learnt = new Set(routes.flatMap(({ mapping }) => mapping?.learn?.table ?? []))
  return routes.flatMap((route, at) => [...expressionFaults(route, at), ...mappingFaults(route, at, learnt)])
}

function expressionFaults({ expression }: CheckedRoute, at: number): RouteViolation[] {
  const fault = expression === undefined ? undefined : expressionFault(expression)
  return fault === undefined
    ? []
    : [{ path: `routes[${at}].expression`, message: `cannot be read: ${fault}` }]
}

function mappingFaults(
  { mapping, fieldTypes, timestamp }: CheckedRoute,
  at: number,
  learnt: ReadonlySet<string>,
): RouteViolation[] {
  if (mapping === undefined) return []
  const options = {
    fieldTypes,
    timestampUnit: timestamp.unit,
    ...(timestamp.key === undefined ? {} : { timestampKey: timestamp.key }),
  }
  const { violations, lookups } = examineMapping(mapping, options)
  const unknown = lookups
    .filter(({ table }) => !learnt.has(table))
    .map(({ table, path }) => ({ path, message: `names the table ${table}, which no route learns` }))
  return [...violations, ...unknown].map(({ path, message }) => ({ path: keyPath(at, path), message }))
}

const PLAIN_KEY = /^[\w-]+$/

/** As the configuration writes its paths. */
function keyPath(route: number, path: readonly (string | number)[]): string {
  return path.reduce<string>((whole, key) => {
    if (typeof key === 'number') return `${whole}[${key}]`
    return PLAIN_KEY.test(key) ? `${whole}.${key}` : `${whole}[${JSON.stringify(key)}]`
  }, `routes[${route}].mapping`)
}
