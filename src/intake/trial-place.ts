import type { Device, TopicLevels } from '../core/device.js'
import { pathOf } from '../devices/device-path.js'
import type { MeetingPlace } from './sources.js'

/** What a trial may see of the registry. */
export interface KnownDevices {
  readonly size: number
  get(slot: number): Device | undefined
  deviceFor(levels: TopicLevels): Device | undefined
}

/** The devices that are known, and those that would be met for the first time, which nobody else hears of. */
export class TrialPlace implements MeetingPlace {
  readonly #known: KnownDevices | undefined
  readonly #new = new Map<string, Device>()
  readonly #bySlot = new Map<number, Device>()

  constructor(known?: KnownDevices) {
    this.#known = known
  }

  readonly revision = (): number => 0

  meet(levels: TopicLevels): { device: Device; isNew: boolean } {
    const path = pathOf(levels)
    const device = this.#known?.deviceFor(levels) ?? this.#new.get(path) ?? this.#imagine(path, levels)
    return { device, isNew: false }
  }

  get(slot: number): Device | undefined {
    return this.#bySlot.get(slot) ?? this.#known?.get(slot)
  }

  #imagine(path: string, levels: TopicLevels): Device {
    const slot = (this.#known?.size ?? 0) + this.#new.size + 1
    const device = { slot, path, ...levels }
    this.#new.set(path, device)
    this.#bySlot.set(slot, device)
    return device
  }
}
