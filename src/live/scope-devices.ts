import { isWithin } from '../core/identity.js'
import type { DeviceTree } from '../core/registry.js'
import type { DeviceDirectory } from '../core/views.js'

/**
 * The slots of the devices at or below a scope. Grows with the directory, so that a look costs nothing for the devices
 * already known; when a device was moved or taken out, it is read anew.
 */
export class ScopeDevices {
  readonly #tree: DeviceTree
  readonly #devices: DeviceDirectory
  readonly #scope: string
  #slots: number[] = []
  #through = 0
  #revision = -1

  constructor(tree: DeviceTree, devices: DeviceDirectory, scope: string) {
    this.#tree = tree
    this.#devices = devices
    this.#scope = scope
  }

  /** In order of arrival; as of the last `look`. */
  get slots(): readonly number[] {
    return this.#slots
  }

  /** Takes in what changed since the last call; true if slots known before may be elsewhere in the list, or gone. */
  look(): boolean {
    const { revision } = this.#tree
    const { size } = this.#devices
    const isAnew = revision !== this.#revision
    if (isAnew) {
      this.#slots = this.#devices.under(this.#scope).map(({ slot }) => slot)
      this.#slots.sort((a, b) => a - b)
    } else this.#add(this.#through + 1, size)
    this.#revision = revision
    this.#through = size
    return isAnew
  }

  #add(first: number, last: number): void {
    for (let slot = first; slot <= last; slot++) {
      const device = this.#devices.get(slot)
      if (device !== undefined && isWithin(device.path, this.#scope)) this.#slots.push(slot)
    }
  }
}
