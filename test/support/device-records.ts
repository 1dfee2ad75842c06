import type { DeviceChange, DeviceRecord } from '../../src/core/registry.js'
import type { DeviceRecords } from '../../src/devices/identifiers/device-index.js'
import type { KnownDevice } from '../../src/devices/identifiers/record.js'

/** Records of devices, in slots from 1, that a test puts and removes. */
export class RecordList implements DeviceRecords {
  readonly #slots: (DeviceRecord | undefined)[] = []
  readonly #listeners: ((change: DeviceChange) => void)[] = []

  /** Adds a device, or changes the one that has the id; what is left out is empty or stays. */
  put(changes: Partial<DeviceRecord> & { id: string }): void {
    const known = this.byId(changes.id)
    const slot = known?.slot ?? this.#slots.length + 1
    const record = { ...(known?.record ?? emptyRecord(changes.id)), ...changes }
    this.#change(slot, record)
  }

  remove(id: string): void {
    this.#change(this.byId(id)!.slot, undefined)
  }

  get size(): number {
    return this.#slots.length
  }

  record(slot: number): DeviceRecord | undefined {
    return this.#slots[slot - 1]
  }

  byId(id: string): KnownDevice | undefined {
    const at = this.#slots.findIndex((record) => record?.id === id)
    return at < 0 ? undefined : { slot: at + 1, record: this.#slots[at]! }
  }

  onChange(listener: (change: DeviceChange) => void): void {
    this.#listeners.push(listener)
  }

  #change(slot: number, after: DeviceRecord | undefined): void {
    const before = this.record(slot)
    this.#slots[slot - 1] = after
    const { site, area, line, device } = (after ?? before)!
    const place = { slot, path: [site, area, line, device].join('/'), site, area, line, device }
    for (const listener of this.#listeners) listener({ slot, before, after, device: place })
  }
}

function emptyRecord(id: string): DeviceRecord {
  return {
    id,
    status: 'confirmed',
    name: { zh: '', en: '' },
    site: 'ningbo',
    area: 'moulding',
    line: 'line1',
    device: id,
    model: '',
    vendor: '',
    sector: '',
    identifier: '',
    labels: {},
    source: 'api',
    revision: 1,
    createdAtMs: 1_700_000_000_000,
    updatedAtMs: 1_700_000_000_000,
  }
}
