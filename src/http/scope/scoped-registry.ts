import { GatewayError } from '../../core/errors.js'
import { isWithin } from '../../core/identity.js'
import type { DeviceRecord, TreeNode } from '../../core/registry.js'
import {
  type DeviceInput,
  type DevicePatch,
  inputViolations,
  patchViolations,
} from '../../devices/device-input.js'
import { pathOf } from '../../devices/device-path.js'
import { patched, placeOf } from '../../devices/device-record.js'
import type { RowViolation, StatedRow } from '../../devices/placement.js'
import { invalidRows } from '../../devices/refusals.js'
import type { Registry } from '../inputs.js'

type Imported = Awaited<ReturnType<Registry['putAll']>>

/**
 * The devices at or below a path, to read and to change, as if there were no others. Nothing is brought in, and nothing taken
 * out: whoever answers for the other part has to agree. An id is unique in the whole gateway: one that a device elsewhere
 * has is taken, and this is all that is said of it.
 *
 * What it checks and what the registry changes are one synchronous step.
 */
export class ScopedRegistry implements Registry {
  readonly tree: Registry['tree']
  readonly #registry: Registry
  readonly #scope: string

  constructor(registry: Registry, scope: string) {
    this.#registry = registry
    this.#scope = scope
    this.tree = { node: (path) => this.#node(path) }
  }

  get size(): number {
    return this.#registry.size
  }

  byId(id: string): ReturnType<Registry['byId']> {
    const device = this.#registry.byId(id)
    return device !== undefined && isWithin(device.path, this.#scope) ? device : undefined
  }

  record(slot: number): DeviceRecord | undefined {
    const record = this.#registry.record(slot)
    return record !== undefined && this.#has(record) ? record : undefined
  }

  *records(): IterableIterator<DeviceRecord> {
    for (const record of this.#registry.records()) if (this.#has(record)) yield record
  }

  /** Where a device was before it came here is nobody's business. */
  addresses(slot: number): readonly string[] {
    return this.#registry.addresses(slot).filter((path) => isWithin(path, this.#scope))
  }

  async put(id: string, input: DeviceInput, expected?: number): Promise<DeviceRecord> {
    // What is not valid has no place; the registry says so.
    if (inputViolations(id, input).length === 0) this.#refuseElsewhere(placeOf(id, input))
    if (this.#isHidden(id)) throw new GatewayError('LG_DEVICE_ID_TAKEN', { id })
    return discreet(this.#registry.put(id, input, expected))
  }

  async patch(id: string, patch: DevicePatch, expected?: number): Promise<DeviceRecord> {
    const before = this.#known(id)
    if (patchViolations(patch).length === 0) this.#refuseElsewhere(placeOf(id, patched(before, patch)))
    return discreet(this.#registry.patch(id, patch, expected))
  }

  async setStatus(id: string, status: 'confirmed' | 'rejected', expected?: number): Promise<DeviceRecord> {
    this.#known(id)
    return this.#registry.setStatus(id, status, expected)
  }

  async remove(id: string, expected?: number): Promise<void> {
    this.#known(id)
    await this.#registry.remove(id, expected)
  }

  async putAll(rows: readonly StatedRow[], source: 'file' | 'api'): Promise<Imported> {
    const violations = this.#elsewhere(rows)
    if (violations.length > 0) throw invalidRows(violations)
    try {
      return await this.#registry.putAll(rows, source)
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'LG_DEVICES_INVALID') throw error
      throw invalidRows((error.details.violations as readonly RowViolation[]).map(discreetViolation))
    }
  }

  violationsOf(rows: readonly StatedRow[]): readonly RowViolation[] {
    const violations = this.#elsewhere(rows)
    return violations.length > 0 ? violations : this.#registry.violationsOf(rows).map(discreetViolation)
  }

  #elsewhere(rows: readonly StatedRow[]): RowViolation[] {
    return rows.flatMap(({ id, input }, row) => {
      if (inputViolations(id, input).length > 0) return []
      const path = placeOf(id, input)
      const found: RowViolation[] = []
      if (this.#isHidden(id)) found.push({ row, id, key: 'id', message: 'is taken' })
      if (!isWithin(path, this.#scope)) {
        found.push({ row, id, key: 'site', message: `leads out of ${this.#scope}, to ${path}` })
      }
      return found
    })
  }

  #refuseElsewhere(path: string): void {
    if (isWithin(path, this.#scope)) return
    throw new GatewayError('LG_PLACE_OUT_OF_SCOPE', { path, scope: this.#scope })
  }

  #known(id: string): DeviceRecord {
    const device = this.byId(id)
    const record = device === undefined ? undefined : this.record(device.slot)
    if (record === undefined) throw new GatewayError('LG_DEVICE_ID_UNKNOWN', { id })
    return record
  }

  #isHidden(id: string): boolean {
    return this.#registry.byId(id) !== undefined && this.byId(id) === undefined
  }

  #has(record: DeviceRecord): boolean {
    return isWithin(pathOf(record), this.#scope)
  }

  #node(path: string): TreeNode | undefined {
    return isWithin(path, this.#scope) ? this.#registry.tree.node(path) : undefined
  }
}

/** Who has an identifier may be somewhere else. */
async function discreet(change: Promise<DeviceRecord>): Promise<DeviceRecord> {
  try {
    return await change
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'LG_HANDLE_TAKEN') throw error
    throw new GatewayError('LG_HANDLE_TAKEN', { ...error.details, holder: 'it is in use' })
  }
}

function discreetViolation(violation: RowViolation): RowViolation {
  const { key, message } = violation
  if (key !== 'identifier' || !message.startsWith('is that of ')) return violation
  return message === 'is that of another row' ? violation : { ...violation, message: 'is in use' }
}
