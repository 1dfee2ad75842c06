import { DeviceNames } from './device-names.js'
import type { DevicePlan, Fleet } from './fleet.js'

const COPY_DIGITS = 4

/**
 * The fleet with exactly `count` devices. Fewer than it has are picked evenly from all lines; for more, its lines are
 * copied over and over: the copy of `line1` is `line1-2`, its devices get the next free numbers, `imm-0021`, …
 */
export function scaleFleet(fleet: Fleet, count: number): Fleet {
  const { devices } = fleet
  if (count === devices.length) return fleet
  if (count < devices.length) return { ...fleet, devices: thinned(devices, count) }
  return { ...fleet, devices: [...devices, ...copies(devices, count - devices.length)] }
}

function thinned(devices: readonly DevicePlan[], count: number): DevicePlan[] {
  return Array.from({ length: count }, (_, at) => devices[Math.floor((at * devices.length) / count)]!)
}

function copies(devices: readonly DevicePlan[], count: number): DevicePlan[] {
  const names = new DeviceNames()
  for (const { prefix } of devices) names.next(prefix)
  return Array.from({ length: count }, (_, at) => {
    const original = devices[at % devices.length]!
    const generation = 2 + Math.floor(at / devices.length)
    return {
      ...original,
      line: `${original.line}-${generation}`,
      name: names.next(original.prefix, COPY_DIGITS),
    }
  })
}
