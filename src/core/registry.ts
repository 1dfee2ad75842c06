import type { Device } from './device.js'

/**
 * `confirmed`: someone answers for it, so it counts as registered. `discovered`: it spoke, and waits to be confirmed
 * or rejected. `rejected`: its messages are refused.
 */
export type DeviceStatus = 'confirmed' | 'discovered' | 'rejected'

/** What is known of a device apart from its slot; what is not known is empty or absent. */
export interface DeviceRecord {
  /**
   * Unique in the gateway; 1 to 128 characters without control characters. It never changes, except that a discovered
   * device takes the id under which its place is registered.
   */
  readonly id: string
  readonly status: DeviceStatus
  readonly name: { readonly zh: string; readonly en: string }
  /** The place: the levels of the tree. `device` is the last of them, the id unless stated otherwise. */
  readonly site: string
  readonly area: string
  readonly line: string
  readonly device: string
  readonly model: string
  readonly vendor: string
  /** Two-digit division of GB/T 4754. */
  readonly sector: string
  /** Milliseconds between messages. */
  readonly expectedIntervalMs?: number
  /** Milliseconds of silence beyond the interval that a device survives (3GPP TS 22.104). */
  readonly survivalTimeMs?: number
  /** Handle, OID or DID. */
  readonly identifier: string
  readonly labels: Readonly<Record<string, string>>
  /** Where the record came from first. */
  readonly source: 'file' | 'api' | 'contact'
  /** 1, 2, 3, … with every change: the ETag. */
  readonly revision: number
  /** Epoch milliseconds. */
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** A node of the tree: a path that has devices at or below it. Nodes come and go with their devices. */
export interface TreeNode {
  readonly path: string
  readonly name: string
  readonly parent: TreeNode | undefined
  /** Sorted by name. */
  readonly children: readonly TreeNode[]
  /** Devices right at or right below this node that have no node of their own, by slot in order of arrival. */
  readonly slots: Iterable<number>
}

/**
 * A number of every device, summed up per node. A node is always the sum of the devices at and below it, through every
 * move: the tree asks `own` for the device's number, takes it from its old ancestors and gives it to the new ones.
 */
export interface NodeSum {
  /** The device's own number has just changed by `delta`; costs the depth of the tree. */
  add(slot: number, delta: number): void
  of(node: TreeNode): number
}

export interface DeviceTree {
  readonly root: TreeNode
  node(path: string): TreeNode | undefined
  /** Rises when a known device is moved, taken out, or put in again; not when a new one joins. */
  readonly revision: number
  /** Starts with the sum over the devices that are in the tree now. */
  sum(own: (slot: number) => number): NodeSum
}

/** What happened to a device; `before` is absent for a new one, `after` for one that was removed. */
export interface DeviceChange {
  readonly slot: number
  readonly before: DeviceRecord | undefined
  readonly after: DeviceRecord | undefined
  /** The place as readers know it; of the record that is there. */
  readonly device: Device
}
