import type { GatewayConfig, RouteConfig } from './schema.js'
import type { Violation } from './violation.js'

type Production = NonNullable<RouteConfig['production']>
/** What is wrong with a route's production; paths begin below it. */
type Rule = (production: Production, route: RouteConfig) => readonly Violation[]

/** Rules between the keys of `routes[].production`. */
export function productionIsSound({ routes }: GatewayConfig): Violation[] {
  return routes.flatMap((route, at) => {
    const { production } = route
    if (production === undefined) return []
    return RULES.flatMap((rule) => rule(production, route)).map(({ path, message }) => ({
      path: `routes[${at}].production${path === '' ? '' : `.${path}`}`,
      message,
    }))
  })
}

interface Named {
  readonly path: string
  readonly field: string
}

function fieldsOf({ counters }: Production): Named[] {
  return Object.entries(counters).map(([role, counter]) =>
    typeof counter === 'string'
      ? { path: `counters.${role}`, field: counter }
      : { path: `counters.${role}.field`, field: counter.field },
  )
}

const saysSomething: Rule = ({ counters, state }) =>
  Object.keys(counters).length > 0 || state !== undefined
    ? []
    : [{ path: '', message: 'needs a counter or a state, or leave the key out' }]

const oneFieldEach: Rule = (production) => {
  const fields = fieldsOf(production)
  return fields.flatMap(({ path, field }, at) => {
    const other = fields.slice(0, at).find((earlier) => earlier.field === field)
    return other === undefined ? [] : [{ path, message: `is the field of ${other.path} too` }]
  })
}

const countersAreNumbers: Rule = (production, { fieldTypes }) =>
  fieldsOf(production).flatMap(({ path, field }) => {
    const type = fieldTypes[field]
    if (type !== 'string' && type !== 'boolean') return []
    return [{ path, message: `is a ${type} by fieldTypes; a counter is a number` }]
  })

const onlyTotalsWrap: Rule = ({ counters }) =>
  Object.entries(counters).flatMap(([role, counter]) => {
    if (typeof counter === 'string' || counter.kind === 'total' || counter.wrapsAt === undefined) return []
    return [{ path: `counters.${role}.wrapsAt`, message: 'is for the kind total only' }]
  })

const statesApart: Rule = ({ state }) =>
  (state?.plannedStop ?? []).flatMap((value, at) =>
    state?.running.includes(value)
      ? [{ path: `state.plannedStop[${at}]`, message: `"${value}" is a running state too` }]
      : [],
  )

const RULES: readonly Rule[] = [saysSomething, oneFieldEach, countersAreNumbers, onlyTotalsWrap, statesApart]
