import type { Table } from '../../core/state.js'
import { DeviceProduction } from './device-production.js'
import type { Period } from './period.js'
import type { ProductionRecord } from './production-record.js'
import { setTerms } from './terms.js'

/** The devices that say something about production, by slot. */
export class DeviceList implements Iterable<DeviceProduction> {
  readonly #bySlot: (DeviceProduction | undefined)[] = []

  get(slot: number): DeviceProduction | undefined {
    return this.#bySlot[slot]
  }

  add(device: DeviceProduction): void {
    this.#bySlot[device.slot] = device
  }

  /** Reads the devices that the registry knows, with their totals of a period; forgets the others. */
  load(table: Table, period: Period, nowMs: number, isKnown: (slot: number) => boolean): void {
    for (const { key, value } of table.entries()) {
      if (typeof key !== 'number') continue
      if (!isKnown(key)) {
        table.remove(key)
        continue
      }
      const device = new DeviceProduction(
        key,
        period,
        nowMs,
        JSON.parse(value.toString()) as ProductionRecord,
      )
      setTerms(device.terms, device, device.current)
      this.add(device)
    }
  }

  *[Symbol.iterator](): Iterator<DeviceProduction> {
    for (let slot = 0; slot < this.#bySlot.length; slot++) {
      const device = this.#bySlot[slot]
      if (device !== undefined) yield device
    }
  }
}
