import type { Device } from '../../core/device.js'
import type { DeviceChange, DeviceRecord, DeviceTree } from '../../core/registry.js'

/** What presence needs of the registry. */
export interface PresenceRegistry {
  /** Slots run from 1 to this. */
  readonly size: number
  readonly tree: DeviceTree
  get(slot: number): Device | undefined
  record(slot: number): DeviceRecord | undefined
  /** The device with this id or path, or else all with this name. */
  find(idOrNameOrPath: string): readonly Device[]
  /** Called when the change is in the tree. */
  onChange(listener: (change: DeviceChange) => void): void
}
