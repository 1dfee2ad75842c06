import type { Device } from '../core/device.js'
import type { DeviceRecord } from '../core/registry.js'
import { haveSameLevels } from './device-path.js'
import { deviceOf, type Entry, NO_ADDRESSES } from './entry.js'

/**
 * The devices by slot, id, address and name. An address is a path under which a device publishes: its place, and places
 * that it had before. An id and an address belong to one device each; names repeat.
 */
export class DeviceLookup {
  /** The highest slot that was ever given. */
  lastSlot = 0
  #count = 0
  readonly #devices: (Device | undefined)[] = [undefined]
  readonly #records: (DeviceRecord | undefined)[] = [undefined]
  /** Only of devices that have moved. */
  readonly #former = new Map<number, readonly string[]>()
  readonly #ids = new Map<string, number>()
  readonly #addresses = new Map<string, number>()
  /** A set only where a name repeats. */
  readonly #names = new Map<string, number | Set<number>>()
  #rejected = new Uint8Array(1_024)

  /** Devices that are known now. */
  get count(): number {
    return this.#count
  }

  get(slot: number): Device | undefined {
    return this.#devices[slot]
  }

  record(slot: number): DeviceRecord | undefined {
    return this.#records[slot]
  }

  entry(slot: number): Entry | undefined {
    const record = this.#records[slot]
    return record === undefined ? undefined : { record, former: this.former(slot) }
  }

  former(slot: number): readonly string[] {
    return this.#former.get(slot) ?? NO_ADDRESSES
  }

  isRejected(slot: number): boolean {
    return this.#rejected[slot] === 1
  }

  slotOfId(id: string): number | undefined {
    return this.#ids.get(id)
  }

  slotOfAddress(path: string): number | undefined {
    return this.#addresses.get(path)
  }

  at(path: string): Device | undefined {
    const device = this.#devices[this.#addresses.get(path) ?? 0]
    return device?.path === path ? device : undefined
  }

  /** The device at this path, or else the one with this id, or else all with this name. */
  find(idOrNameOrPath: string): readonly Device[] {
    const at = this.at(idOrNameOrPath)
    if (at !== undefined) return [at]
    const holder = this.#ids.get(idOrNameOrPath)
    const slots = new Set(this.#slotsOfName(idOrNameOrPath))
    if (holder !== undefined) {
      // The id of a discovered device is nobody's choice: its namesakes are as likely to be meant.
      if (this.#records[holder]!.status !== 'discovered') slots.clear()
      slots.add(holder)
    }
    return [...slots].map((slot) => this.#devices[slot]!)
  }

  *slots(): IterableIterator<number> {
    for (let slot = 1; slot <= this.lastSlot; slot++) if (this.#records[slot] !== undefined) yield slot
  }

  /** For a slot without a device. Takes over an address that another device had. */
  attach(slot: number, { record, former }: Entry, device = this.#placeOf(slot, record)): void {
    for (let gap = this.#devices.length; gap < slot; gap++) {
      this.#devices[gap] = undefined
      this.#records[gap] = undefined
    }
    this.#devices[slot] = device
    this.#records[slot] = record
    this.lastSlot = Math.max(this.lastSlot, slot)
    this.#count++
    this.#ids.set(record.id, slot)
    this.#addresses.set(device.path, slot)
    for (const path of former) this.#addresses.set(path, slot)
    if (former.length > 0) this.#former.set(slot, former)
    this.#addName(device.device, slot)
    this.#setRejected(slot, record.status === 'rejected' ? 1 : 0)
  }

  /** Frees its id and addresses; `get` gives the place until `forget` or the next `attach`. */
  detach(slot: number): void {
    const record = this.#records[slot]
    const device = this.#devices[slot]
    if (record === undefined || device === undefined) return
    this.#count--
    free(this.#ids, record.id, slot)
    free(this.#addresses, device.path, slot)
    for (const path of this.former(slot)) free(this.#addresses, path, slot)
    this.#former.delete(slot)
    this.#removeName(device.device, slot)
    this.#setRejected(slot, 0)
    this.#records[slot] = undefined
  }

  forget(slot: number): void {
    this.#devices[slot] = undefined
  }

  /** The same place is the same object for as long as it is. */
  #placeOf(slot: number, record: DeviceRecord): Device {
    const known = this.#devices[slot]
    return known !== undefined && haveSameLevels(known, record) ? known : deviceOf(slot, record)
  }

  /** Ascending. */
  #slotsOfName(name: string): readonly number[] {
    const slots = this.#names.get(name)
    if (slots === undefined) return []
    return typeof slots === 'number' ? [slots] : [...slots].sort((a, b) => a - b)
  }

  #addName(name: string, slot: number): void {
    const slots = this.#names.get(name)
    if (slots === undefined) this.#names.set(name, slot)
    else if (typeof slots === 'number') this.#names.set(name, new Set([slots, slot]))
    else slots.add(slot)
  }

  #removeName(name: string, slot: number): void {
    const slots = this.#names.get(name)
    if (typeof slots === 'object' && slots.delete(slot) && slots.size > 0) return
    this.#names.delete(name)
  }

  #setRejected(slot: number, flag: 0 | 1): void {
    if (slot >= this.#rejected.length) {
      const longer = new Uint8Array(Math.max(slot + 1, this.#rejected.length * 2))
      longer.set(this.#rejected)
      this.#rejected = longer
    }
    this.#rejected[slot] = flag
  }
}

function free(index: Map<string, number>, key: string, slot: number): void {
  if (index.get(key) === slot) index.delete(key)
}
