import type { Logger } from '../../core/logger.js'
import type { DeviceChange, DeviceRecord } from '../../core/registry.js'
import { parseIdentifier } from './handle.js'
import type { KnownDevice } from './record.js'

/** What identifiers need of the device registry. */
export interface DeviceRecords {
  /** The highest slot. */
  readonly size: number
  record(slot: number): DeviceRecord | undefined
  byId(id: string): { readonly slot: number } | undefined
  /** Calls `listener` after each change of a record. */
  onChange(listener: (change: DeviceChange) => void): void
}

export function deviceById(registry: DeviceRecords, id: string): KnownDevice | undefined {
  return knownDevice(registry, registry.byId(id)?.slot)
}

function knownDevice(registry: DeviceRecords, slot: number | undefined): KnownDevice | undefined {
  const record = slot === undefined ? undefined : registry.record(slot)
  return slot === undefined || record === undefined ? undefined : { slot, record }
}

/** Key of an identifier → the device that carries it. Follows the registry from `start` on. */
export class DeviceIndex {
  readonly #registry: DeviceRecords
  readonly #logger: Logger
  readonly #slots = new Map<string, number>()
  /** Keys that more than one device carried: the first has it, and when that one gives it up another is looked for. */
  readonly #shared = new Set<string>()

  constructor(registry: DeviceRecords, logger: Logger) {
    this.#registry = registry
    this.#logger = logger
  }

  start(): void {
    for (const { slot, record } of this.#records()) this.#add(slot, record)
    this.#registry.onChange(({ slot, before, after }) => {
      if (before?.identifier === after?.identifier) return
      if (before !== undefined) this.#remove(slot, before)
      if (after !== undefined) this.#add(slot, after)
    })
  }

  get(key: string): KnownDevice | undefined {
    return knownDevice(this.#registry, this.#slots.get(key))
  }

  *#records(): Generator<KnownDevice> {
    for (let slot = 1; slot <= this.#registry.size; slot++) {
      const device = knownDevice(this.#registry, slot)
      if (device !== undefined) yield device
    }
  }

  #add(slot: number, { id, identifier }: DeviceRecord): void {
    const key = keyOf(identifier)
    if (key === undefined) return
    if (!this.#slots.has(key)) {
      this.#slots.set(key, slot)
      return
    }
    this.#shared.add(key)
    this.#logger.warn(
      { identifier, device: id },
      'An identifier is on more than one device; it means the first',
    )
  }

  #remove(slot: number, { identifier }: DeviceRecord): void {
    const key = keyOf(identifier)
    if (key === undefined || this.#slots.get(key) !== slot) return
    this.#slots.delete(key)
    if (!this.#shared.delete(key)) return
    for (const { slot: other, record } of this.#records()) {
      if (other !== slot && keyOf(record.identifier) === key) this.#add(other, record)
    }
  }
}

function keyOf(identifier: string): string | undefined {
  return identifier === '' ? undefined : parseIdentifier(identifier)?.key
}
