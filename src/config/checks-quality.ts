import { isUnit, unitConversion } from '../core/units.js'
import type { GatewayConfig, QualityConfig, RouteConfig } from './schema.js'
import { formatPath, type Path, type Violation } from './violation.js'

type Field = QualityConfig['fields'][string]
/** What is wrong with the quality of one field; paths begin below it. */
type Rule = (field: Field) => readonly Violation[]

/** The quality of the whole, of a route or of a device. */
interface Scope {
  readonly path: Path
  readonly own: NonNullable<RouteConfig['quality']>
}

/** Rules between the keys of `quality` and `routes[].quality`. */
export function qualityIsSound({ quality, routes }: GatewayConfig): Violation[] {
  const ofScopes = scopesOf(quality, routes).flatMap((scope) => [
    ...unsetBeforeIsDate(scope),
    ...Object.entries(scope.own.fields ?? {}).flatMap(([name, field]) =>
      violationsOfField([...scope.path, 'fields', name], field),
    ),
  ])
  return [...burstOfLimit(quality), ...ofScopes]
}

function scopesOf(quality: QualityConfig, routes: readonly RouteConfig[]): Scope[] {
  const devices = Object.entries(quality.devices)
  return [
    { path: ['quality'], own: quality },
    ...devices.map(([name, own]) => ({ path: ['quality', 'devices', name], own })),
    ...routes.flatMap(({ quality: own }, at) =>
      own === undefined ? [] : [{ path: ['routes', String(at), 'quality'], own }],
    ),
  ]
}

/** Below, a route may leave the rate to its devices, and a device to its routes. */
function burstOfLimit({ rateLimit }: QualityConfig): Violation[] {
  if (rateLimit.burst === undefined || rateLimit.pointsPerSecond !== undefined) return []
  return [{ path: 'quality.rateLimit.burst', message: 'is for a limit; give it pointsPerSecond too' }]
}

function unsetBeforeIsDate({ path, own }: Scope): Violation[] {
  const text = own.time?.unsetBefore
  if (text === undefined || isOfCalendar(text)) return []
  return [{ path: formatPath([...path, 'time', 'unsetBefore']), message: 'is no date of the calendar' }]
}

/** `Date.parse` takes the 30th of February for the 1st of March. */
function isOfCalendar(text: string): boolean {
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 10))
}

function violationsOfField(path: Path, field: Field): Violation[] {
  const whole = formatPath(path)
  return RULES.flatMap((rule) => rule(field)).map((violation) => ({
    path: violation.path === '' ? whole : `${whole}.${violation.path}`,
    message: violation.message,
  }))
}

const knownUnits: Rule = ({ unit, as }) =>
  Object.entries({ unit, as }).flatMap(([path, code]) =>
    code === undefined || isUnit(code)
      ? []
      : [{ path, message: `"${code}" is no UCUM code, such as Cel, bar, mm/s or kW.h` }],
  )

const unitsOfOneKind: Rule = ({ unit, as }) => {
  if (unit === undefined || as === undefined) return []
  const conversion = unitConversion(unit, as)
  if (conversion === 'incommensurable') {
    return [{ path: 'as', message: `"${as}" measures something else than "${unit}", the unit it comes in` }]
  }
  if (conversion === 'not linear') {
    return [{ path: 'as', message: `"${unit}" to "${as}" is no linear conversion, and others are not made` }]
  }
  return []
}

const oneWayToScale: Rule = ({ scale }) => {
  if (scale === undefined) return []
  const { factor, offset, from, to } = scale
  const byPoints = from !== undefined || to !== undefined
  const byFactor = factor !== undefined || offset !== undefined
  if (byPoints && byFactor)
    return [{ path: 'scale', message: 'has factor or offset, or from and to, not both' }]
  if (!byPoints && !byFactor) return [{ path: 'scale', message: 'needs factor or offset, or from and to' }]
  if (byPoints && from === undefined) return [{ path: 'scale.from', message: 'is required when there is to' }]
  if (byPoints && to === undefined) return [{ path: 'scale.to', message: 'is required when there is from' }]
  return []
}

const twoEndsToScale: Rule = ({ scale }) => {
  const { factor, from } = scale ?? {}
  const violations: Violation[] = []
  if (factor === 0)
    violations.push({ path: 'scale.factor', message: 'must not be 0: every value would be the same' })
  if (from?.length === 2 && from[0] === from[1]) {
    violations.push({ path: 'scale.from', message: 'must have two different values' })
  }
  return violations
}

const rangeIsOne: Rule = ({ range }) => {
  if (range === undefined) return []
  const { min, max } = range
  if (min === undefined && max === undefined) return [{ path: 'range', message: 'needs min or max' }]
  if (min === undefined || max === undefined || min <= max) return []
  return [{ path: 'range.min', message: `must not be more than max (${max})` }]
}

const oneDeadband: Rule = ({ deadband }) => {
  if (deadband === undefined) return []
  const given = KINDS_OF_DEADBAND.filter((kind) => deadband[kind] !== undefined)
  if (given.length === 1) return []
  const message =
    given.length === 0
      ? `needs one of ${KINDS_OF_DEADBAND.join(', ')}`
      : `has ${given.join(' and ')}; keep one`
  return [{ path: 'deadband', message }]
}

const KINDS_OF_DEADBAND = ['absolute', 'percent', 'swingingDoor'] as const
const RULES: readonly Rule[] = [
  knownUnits,
  unitsOfOneKind,
  oneWayToScale,
  twoEndsToScale,
  rangeIsOne,
  oneDeadband,
]
