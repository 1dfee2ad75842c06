import type { Path } from '../src/config/violation.js'
import { DeviceNames } from './device-names.js'
import { durationMs } from './duration.js'
import { planFault } from './faults/plan.js'
import type { FaultEntry, FleetFile, GroupEntry } from './fleet-schema.js'
import { PROFILES, profileNamed } from './profiles/index.js'

/** Something wrong between the keys of a fleet file whose shape is right. */
interface Wrong {
  readonly path: Path
  readonly message: string
}

/** A device as far as the checks of faults care. */
interface Known {
  readonly name: string
  readonly path: string
  readonly profile: string
}

interface PlacedGroup {
  readonly path: Path
  readonly group: GroupEntry
  readonly devices: readonly Known[]
}

const MIN_INTERVAL_MS = 10

export function checkFleet(file: FleetFile): Wrong[] {
  const groups = placeGroups(file)
  const devices = groups.flatMap((placed) => placed.devices)
  return [
    ...repeatedNames(file),
    ...groups.flatMap(checkGroup),
    ...checkFaults(file.faults ?? [], ['faults'], devices),
  ]
}

function placeGroups(file: FleetFile): PlacedGroup[] {
  const names = new DeviceNames()
  const placed: PlacedGroup[] = []
  file.sites.forEach((site, s) => {
    site.areas.forEach((area, a) => {
      area.lines.forEach((line, l) => {
        line.groups.forEach((group, g) => {
          const place = `${site.name}/${area.name}/${line.name}`
          const path = ['sites', s, 'areas', a, 'lines', l, 'groups', g].map(String)
          placed.push({ path, group, devices: nameDevices(group, place, names) })
        })
      })
    })
  })
  return placed
}

function nameDevices(group: GroupEntry, place: string, names: DeviceNames): Known[] {
  const prefix = group.prefix ?? profileNamed(group.profile).prefix
  return Array.from({ length: group.count }, () => {
    const name = names.next(prefix)
    return { name, path: `${place}/${name}`, profile: group.profile }
  })
}

function repeatedNames(file: FleetFile): Wrong[] {
  const wrong = repeated(file.sites, ['sites'])
  file.sites.forEach((site, s) => {
    const areas = ['sites', String(s), 'areas']
    wrong.push(...repeated(site.areas, areas))
    site.areas.forEach((area, a) => {
      wrong.push(...repeated(area.lines, [...areas, String(a), 'lines']))
    })
  })
  return wrong
}

function repeated(entries: readonly { readonly name: string }[], path: Path): Wrong[] {
  return entries.flatMap(({ name }, at) => {
    const first = entries.findIndex((entry) => entry.name === name)
    if (first === at) return []
    const message = `is the same as that of ${path.at(-1)}[${first}]`
    return [{ path: [...path, String(at), 'name'], message }]
  })
}

function checkGroup({ path, group, devices }: PlacedGroup): Wrong[] {
  const wrong = checkFaults(group.faults ?? [], [...path, 'faults'], devices)
  if (group.interval !== undefined && durationMs(group.interval) < MIN_INTERVAL_MS) {
    wrong.push({ path: [...path, 'interval'], message: `must be at least ${MIN_INTERVAL_MS}ms` })
  }
  return wrong
}

function checkFaults(faults: readonly FaultEntry[], path: Path, devices: readonly Known[]): Wrong[] {
  return faults.flatMap((entry, at) => checkFault(entry, [...path, String(at)], devices))
}

function checkFault(entry: FaultEntry, path: Path, devices: readonly Known[]): Wrong[] {
  const wrong: Wrong[] = []
  const { everyMs, durationMs: lastsMs, matches } = planFault(entry)
  if (everyMs < lastsMs || everyMs === 0) {
    wrong.push({ path: [...path, 'every'], message: 'must not be shorter than duration' })
  }
  const struck = devices.filter(({ name, path: device }) => matches(name, device))
  if (struck.length === 0) wrong.push({ path: [...path, 'devices'], message: 'names no device of the fleet' })
  if (entry.kind === 'stuckSensor' && struck.length > 0)
    wrong.push(...checkSignal(entry.signal, struck, path))
  return wrong
}

function checkSignal(signal: string, struck: readonly Known[], path: Path): Wrong[] {
  const profiles = PROFILES.filter(({ name }) => struck.some(({ profile }) => profile === name))
  if (profiles.some(({ ranges }) => signal in ranges)) return []
  const known = profiles.flatMap(({ ranges }) => Object.keys(ranges))
  const message = `is not a signal of these devices; they have ${[...new Set(known)].join(', ')}`
  return [{ path: [...path, 'signal'], message }]
}
