import type { DeviceRecord, DeviceStatus } from '../../core/registry.js'

/** What a table states of a device; what is empty is left out. */
export interface DeviceFields {
  readonly status?: DeviceStatus
  readonly name?: { readonly zh?: string; readonly en?: string }
  readonly site?: string
  readonly area?: string
  readonly line?: string
  /** The id when absent. */
  readonly device?: string
  readonly model?: string
  readonly vendor?: string
  readonly sector?: string
  readonly expectedIntervalMs?: number
  readonly survivalTimeMs?: number
  readonly identifier?: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface ListedDevice {
  readonly id: string
  readonly fields: DeviceFields
}

/** All of a record that can be written; what the gateway counts by itself (revision, times, source) is not. */
export function listed(record: DeviceRecord): ListedDevice {
  const { id, status, name, site, area, line, device, model, vendor, sector, identifier, labels } = record
  const { expectedIntervalMs, survivalTimeMs } = record
  const fields = {
    status,
    name: stated(name),
    site,
    area,
    line,
    device: device === id ? '' : device,
    model,
    vendor,
    sector,
    expectedIntervalMs,
    survivalTimeMs,
    identifier,
    labels,
  }
  return { id, fields: stated(fields) }
}

/** Without what is empty: texts, maps, and what is undefined. */
function stated<T extends object>(fields: T): DeviceFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '') return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
