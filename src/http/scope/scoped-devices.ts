import type { Device } from '../../core/device.js'
import { isWithin } from '../../core/identity.js'
import type { DeviceDirectory } from '../../core/views.js'

/** The devices at or below a path, as if there were no others. */
export class ScopedDevices implements DeviceDirectory {
  readonly #devices: DeviceDirectory
  readonly #scope: string

  constructor(devices: DeviceDirectory, scope: string) {
    this.#devices = devices
    this.#scope = scope
  }

  get size(): number {
    return this.#devices.size
  }

  get(slot: number): Device | undefined {
    const device = this.#devices.get(slot)
    return device !== undefined && this.has(device.path) ? device : undefined
  }

  /** A device elsewhere that is called so by its path or id hides none here that is called so by its name. */
  find(idOrNameOrPath: string): readonly Device[] {
    const found = this.#devices.find(idOrNameOrPath)
    const here = found.filter(({ path }) => this.has(path))
    if (here.length > 0 || found.length === 0) return here
    return this.under(this.#scope).filter(({ device }) => device === idOrNameOrPath)
  }

  under(path: string): readonly Device[] {
    const narrowed = narrowedPath(path, this.#scope)
    return narrowed === undefined ? [] : this.#devices.under(narrowed)
  }

  childrenOf(path: string): readonly string[] {
    return this.has(path) ? this.#devices.childrenOf(path) : []
  }

  has(path: string): boolean {
    return isWithin(path, this.#scope)
  }
}

/** What of a path of the tree is within a scope: the path, the scope if that is below it, undefined if neither. */
export function narrowedPath(path: string, scope: string): string | undefined {
  if (isWithin(path, scope)) return path
  return isWithin(scope, path) ? scope : undefined
}
