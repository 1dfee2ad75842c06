import type { ListedDevice } from '../src/devices/exchange/fields.js'
import type { DevicePlan, Fleet } from './fleet.js'

/** Divisions of GB/T 4754-2017. */
const SECTORS: Readonly<Record<string, string>> = {
  // Rubber and plastic products.
  'injection-moulding': '29',
  // General-purpose machinery.
  cnc: '34',
  // Computers, communication and other electronic equipment.
  'smt-line': '39',
  // Water transport, of which ports are a part.
  'port-crane': '55',
}

/** The devices of a fleet as a registry has them: who they are, where they stand, and how often they speak. */
export function registryOf({ devices }: Fleet): ListedDevice[] {
  const sectors = new Map<string, string>()
  for (const plan of devices) {
    const sector = SECTORS[plan.profile.name]
    if (sector !== undefined && !sectors.has(lineOf(plan))) sectors.set(lineOf(plan), sector)
  }
  return devices.map((plan) => listed(plan, SECTORS[plan.profile.name] ?? sectors.get(lineOf(plan))))
}

/** What serves a line (a 5G CPE) is of the sector of that line. */
function listed(plan: DevicePlan, sector: string | undefined): ListedDevice {
  const { name, site, area, line, profile, intervalMs } = plan
  const fields = {
    site,
    area,
    line,
    model: profile.name,
    ...(sector === undefined ? {} : { sector }),
    expectedIntervalMs: intervalMs,
  }
  return { id: name, fields }
}

function lineOf({ site, area, line }: DevicePlan): string {
  return `${site}/${area}/${line}`
}
