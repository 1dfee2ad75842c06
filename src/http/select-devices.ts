import type { Device } from '../core/device.js'
import { GatewayError } from '../core/errors.js'
import type { DeviceDirectory } from '../core/views.js'

const MAX_PATHS_NAMED = 20

/** The one device that is called so, by name or by path. */
export function resolveDevice(devices: DeviceDirectory, nameOrPath: string): Device {
  const found = named(devices, nameOrPath)
  if (found.length === 1) return found[0]!
  const paths = found.slice(0, MAX_PATHS_NAMED).map(({ path }) => path)
  const more = found.length - paths.length
  throw new GatewayError('LG_DEVICE_AMBIGUOUS', {
    device: nameOrPath,
    paths: paths.join(', ') + (more === 0 ? '' : ` and ${more} more`),
  })
}

function named(devices: DeviceDirectory, nameOrPath: string): readonly Device[] {
  const found = devices.find(nameOrPath)
  if (found.length === 0) throw new GatewayError('LG_DEVICE_UNKNOWN', { device: nameOrPath })
  return found
}

/** Which devices a list is about: those of a name or path, those below a path of the tree, or all. */
export interface Selection {
  readonly device?: string
  readonly scope?: string
}

/** The same within the scope of who asks; all is what is within it. */
export function withinScope<S extends Selection>(selection: S, scope: string): S {
  const { scope: asked = '' } = selection
  return asked === '' && scope !== '' ? { ...selection, scope } : selection
}

export function isAll({ device, scope }: Selection): boolean {
  return device === undefined && (scope === undefined || scope === '')
}

/** Undefined for all devices, of which there may be too many to list at once. */
export function selectedDevices(
  devices: DeviceDirectory,
  selection: Selection,
): readonly Device[] | undefined {
  const { device, scope = '' } = selection
  if (isAll(selection)) return undefined
  if (device === undefined) return devices.under(scope)
  return named(devices, device).filter(({ path }) => scope === '' || `${path}/`.startsWith(`${scope}/`))
}

/**
 * Slots greater than `after`, ascending, `count` at the most. A device keeps its slot for ever and a new one gets the
 * next, so that pages neither repeat nor lose a device.
 */
export function slotsAfter(
  devices: DeviceDirectory,
  selected: readonly Device[] | undefined,
  after: number,
  count: number,
): number[] {
  if (selected === undefined) {
    const length = Math.max(0, Math.min(count, devices.size - after))
    return Array.from({ length }, (_, i) => after + 1 + i)
  }
  const slots = selected.map(({ slot }) => slot).filter((slot) => slot > after)
  return slots.sort((a, b) => a - b).slice(0, count)
}
