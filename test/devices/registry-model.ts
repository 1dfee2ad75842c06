import { LEVELS, type TopicLevels } from '../../src/core/device.js'
import type { DeviceStatus } from '../../src/core/registry.js'
import { pathOf } from '../../src/devices/device-path.js'

export interface ModelDevice {
  readonly slot: number
  id: string
  levels: TopicLevels
  status: DeviceStatus
  former: string[]
}

export interface ModelRow {
  readonly id: string
  readonly levels: TopicLevels
  readonly status: DeviceStatus | undefined
}

/** The rules of the registry, each looked up by going through all devices. */
export class RegistryModel {
  devices: ModelDevice[] = []
  lastSlot = 0

  byId(id: string): ModelDevice | undefined {
    return this.devices.find((device) => device.id === id)
  }

  at(path: string): ModelDevice | undefined {
    return this.devices.find(({ levels }) => pathOf(levels) === path)
  }

  ownerOf(address: string): ModelDevice | undefined {
    return this.at(address) ?? this.devices.find(({ former }) => former.includes(address))
  }

  inTree(): ModelDevice[] {
    return this.devices.filter(({ status }) => status !== 'rejected')
  }

  meet(levels: TopicLevels): ModelDevice {
    const known = this.ownerOf(pathOf(levels))
    if (known !== undefined) return known
    const free = [levels.device, pathOf(levels)].find((id) => this.byId(id) === undefined)
    return this.#add({ id: free ?? `device-${this.lastSlot + 1}`, levels, status: 'discovered' })
  }

  /** False, and nothing done, if the rows cannot all be. */
  put(rows: readonly ModelRow[]): boolean {
    const targets = rows.map((row) => this.byId(row.id) ?? this.#adoptable(row, rows))
    const isFree = rows.every((row, i) => {
      const holder = this.at(pathOf(row.levels))
      return holder === undefined || holder === targets[i] || rows.some(({ id }) => id === holder.id)
    })
    const places = new Set(rows.map(({ levels }) => pathOf(levels)))
    if (!isFree || places.size < rows.length || new Set(rows.map(({ id }) => id)).size < rows.length)
      return false
    rows.forEach((row, i) => {
      const target = targets[i] ?? this.#add({ ...row, status: 'confirmed' })
      this.#move(target, row.levels)
      target.id = row.id
      target.status = row.status ?? (target.status === 'rejected' ? 'rejected' : 'confirmed')
    })
    for (const device of this.devices) device.former = device.former.filter((path) => !places.has(path))
    return true
  }

  remove(id: string): void {
    this.devices = this.devices.filter((device) => device.id !== id)
  }

  #adoptable(row: ModelRow, rows: readonly ModelRow[]): ModelDevice | undefined {
    const holder = this.at(pathOf(row.levels))
    return holder?.status === 'discovered' && rows.every(({ id }) => id !== holder.id) ? holder : undefined
  }

  #add(device: Omit<ModelDevice, 'slot' | 'former'>): ModelDevice {
    const added = { ...device, slot: ++this.lastSlot, former: [] }
    this.devices.push(added)
    return added
  }

  #move(device: ModelDevice, levels: TopicLevels): void {
    if (LEVELS.some((level) => device.levels[level] !== levels[level]))
      device.former.unshift(pathOf(device.levels))
    device.levels = levels
  }
}
