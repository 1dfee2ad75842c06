import type { DeviceRegistry } from '../registry.js'
import { type ListedDevice, listed } from './fields.js'
import type { ExchangeFormat } from './rows.js'
import { writeTable } from './write-table.js'

/** All devices as they are now, in pieces; what changes while it is written is not in it. */
export function exportTable(
  format: ExchangeFormat,
  registry: Pick<DeviceRegistry, 'records'>,
): AsyncGenerator<string> {
  const records = [...registry.records()]
  const devices: Iterable<ListedDevice> = {
    *[Symbol.iterator]() {
      for (const record of records) yield listed(record)
    },
  }
  return writeTable(format, devices)
}
