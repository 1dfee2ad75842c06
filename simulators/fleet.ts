import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { explain } from '../src/config/explain.js'
import { describeViolation, formatPath, type Violation } from '../src/config/violation.js'
import { YamlSource } from '../src/config/yaml-source.js'
import { causeOf, GatewayError } from '../src/core/errors.js'
import { DeviceNames } from './device-names.js'
import { durationMs } from './duration.js'
import { type FaultPlan, planFault } from './faults/plan.js'
import { checkFleet } from './fleet-checks.js'
import { type FleetFile, FleetSchema, type GroupEntry } from './fleet-schema.js'
import { profileNamed } from './profiles/index.js'
import type { Profile } from './profiles/profile.js'
import { parseShift, type Shift, timeOfDayMs } from './signals/shifts.js'

const ROUND_THE_CLOCK = ['00:00-00:00']

/** One device to simulate. */
export interface DevicePlan {
  readonly site: string
  readonly area: string
  readonly line: string
  readonly name: string
  /** What its name starts with, for the names of its copies. */
  readonly prefix: string
  readonly profile: Profile
  readonly intervalMs: number
  readonly shifts: readonly Shift[]
  /** Faults of its group and of the fleet, matching or not. */
  readonly faults: readonly FaultPlan[]
}

export interface Fleet {
  readonly name: string
  /** 32 bits. */
  readonly seed: number
  /** Time of day in the plant, in milliseconds since midnight, when the simulation starts. */
  readonly startsAtMs: number
  readonly handoverMs: number
  readonly devices: readonly DevicePlan[]
}

export function pathOf({ site, area, line, name }: DevicePlan): string {
  return `${site}/${area}/${line}/${name}`
}

/** @throws {GatewayError} LG_FLEET_UNREADABLE; LG_FLEET_INVALID with all violations */
export async function loadFleet(file: string): Promise<Fleet> {
  let yaml: string
  try {
    yaml = await readFile(file, 'utf8')
  } catch (error) {
    throw new GatewayError('LG_FLEET_UNREADABLE', { file, cause: causeOf(error) }, { cause: error })
  }
  return parseFleet(yaml, file)
}

/**
 * A fleet out of the text of a fleet file; `file` names it in errors.
 * @throws {GatewayError} LG_FLEET_INVALID with all violations
 */
export function parseFleet(yaml: string, file = 'The fleet'): Fleet {
  const source = YamlSource.parse(yaml)
  const violations = source.violations.length > 0 ? source.violations : violationsOf(source.value)
  if (violations.length > 0) {
    const listed = violations.map((violation) => `  ${describeViolation(locate(violation, source))}`)
    throw new GatewayError('LG_FLEET_INVALID', { file, count: listed.length, violations: listed.join('\n') })
  }
  return planFleet(source.value as FleetFile)
}

interface Found extends Violation {
  readonly keys?: readonly string[]
}

function locate({ keys, ...violation }: Found, source: YamlSource): Violation {
  const place = keys === undefined ? undefined : source.locate(keys)
  return { ...violation, ...place }
}

const validate = new Ajv({ allErrors: true, verbose: true }).compile(FleetSchema)

/** All that is wrong: with the shape of the file, or, once that is right, with what its parts say of each other. */
function violationsOf(value: unknown): Found[] {
  const wrong = validate(value) ? checkFleet(value as FleetFile) : validate.errors!.flatMap(explain)
  const found = new Map<string, Found>()
  for (const { path, message } of wrong) {
    const key = formatPath(path)
    found.set(`${key} ${message}`, { path: key, message, keys: path })
  }
  return [...found.values()]
}

function planFleet(file: FleetFile): Fleet {
  const names = new DeviceNames()
  const general = (file.faults ?? []).map(planFault)
  const devices: DevicePlan[] = []
  for (const site of file.sites) {
    for (const area of site.areas) {
      const shifts = (area.shifts ?? file.shifts ?? ROUND_THE_CLOCK).map(parseShift)
      for (const line of area.lines) {
        const place = { site: site.name, area: area.name, line: line.name, shifts }
        for (const group of line.groups) devices.push(...planGroup(group, place, general, names))
      }
    }
  }
  return {
    name: file.name,
    seed: file.seed,
    startsAtMs: timeOfDayMs(file.startsAt ?? '08:00'),
    handoverMs: file.handover === undefined ? 0 : durationMs(file.handover),
    devices,
  }
}

type Place = Pick<DevicePlan, 'site' | 'area' | 'line' | 'shifts'>

function planGroup(
  group: GroupEntry,
  place: Place,
  general: readonly FaultPlan[],
  names: DeviceNames,
): DevicePlan[] {
  const profile = profileNamed(group.profile)
  const prefix = group.prefix ?? profile.prefix
  const intervalMs = group.interval === undefined ? profile.intervalMs : durationMs(group.interval)
  const faults = [...(group.faults ?? []).map(planFault), ...general]
  return Array.from({ length: group.count }, () => {
    return { ...place, name: names.next(prefix), prefix, profile, intervalMs, faults }
  })
}
