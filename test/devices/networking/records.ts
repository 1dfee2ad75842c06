import type { Device } from '../../../src/core/device.js'
import type { DeviceChange, DeviceRecord } from '../../../src/core/registry.js'
import { DeviceTree } from '../../../src/devices/tree.js'

/** Records in slots from 1, with the registry's own tree over them, that a test puts, moves and removes. */
export class Records {
  readonly #records: (DeviceRecord | undefined)[] = [undefined]
  readonly #byPath = new Map<string, Device>()
  #listeners: ((change: DeviceChange) => void)[] = []
  tree = this.#newTree()

  get size(): number {
    return this.#records.length - 1
  }

  get(slot: number): Device | undefined {
    const record = this.#records[slot]
    return record === undefined ? undefined : deviceOf(slot, record)
  }

  at(path: string): Device | undefined {
    return this.#byPath.get(path)
  }

  record(slot: number): DeviceRecord | undefined {
    return this.#records[slot]
  }

  find(nameOrPath: string): readonly Device[] {
    const exact = this.#byPath.get(nameOrPath)
    if (exact !== undefined) return [exact]
    return [...this.#byPath.values()].filter(({ device }) => device === nameOrPath)
  }

  onChange(listener: (change: DeviceChange) => void): void {
    this.#listeners.push(listener)
  }

  /** As after a restart: nobody of the run before listens any more. */
  reopen(): void {
    this.#listeners = []
    this.tree = this.#newTree()
    for (const device of this.#byPath.values()) if (isIn(this.#records[device.slot])) this.tree.insert(device)
  }

  /** Gives the slot. */
  add(path: string, changes: Partial<DeviceRecord> = {}): number {
    const [site = '', area = '', line = '', device = ''] = path.split('/')
    const record: DeviceRecord = {
      id: device,
      status: 'confirmed',
      name: { zh: '', en: '' },
      ...{ site, area, line, device, model: '', vendor: '', sector: '', identifier: '', labels: {} },
      ...{ source: 'api', revision: 1, createdAtMs: 1, updatedAtMs: 1 },
      ...changes,
    }
    this.#put(this.#records.length, record)
    return this.size
  }

  change(slot: number, changes: Partial<DeviceRecord>): void {
    this.#put(slot, { ...this.#records[slot]!, ...changes })
  }

  remove(slot: number): void {
    this.#put(slot, undefined)
  }

  #put(slot: number, after: DeviceRecord | undefined): void {
    const before = this.#records[slot]
    const isMoved = before === undefined || after === undefined || pathOf(before) !== pathOf(after)
    const isTurned = isIn(before) !== isIn(after)
    if (isIn(before) && (isMoved || isTurned)) this.tree.remove(slot)
    if (before !== undefined) this.#byPath.delete(pathOf(before))
    this.#records[slot] = after
    const device = deviceOf(slot, (after ?? before)!)
    if (after !== undefined) this.#byPath.set(device.path, device)
    if (isIn(after) && (isMoved || isTurned)) this.tree.insert(device)
    for (const listener of this.#listeners) listener({ slot, before, after, device })
  }

  #newTree(): DeviceTree {
    return new DeviceTree({ get: (slot) => this.get(slot), at: (path) => this.at(path) })
  }
}

function isIn(record: DeviceRecord | undefined): boolean {
  return record !== undefined && record.status !== 'rejected'
}

function pathOf({ site, area, line, device }: DeviceRecord): string {
  return [site, area, line, device].filter((part) => part !== '').join('/')
}

function deviceOf(slot: number, record: DeviceRecord): Device {
  const { site, area, line, device } = record
  return { slot, path: pathOf(record), site, area, line, device }
}
