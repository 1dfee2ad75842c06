import { createReadStream } from 'node:fs'
import { causeOf, GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { DeviceRegistry } from '../registry.js'
import { type Imported, importTable } from './import-table.js'
import { type DeviceTable, describeFault, readTable } from './read-table.js'
import type { ParseYaml } from './yaml-text.js'

/** Ids that a line of the log names. */
const MAX_IDS_LOGGED = 20

/**
 * Reads `devices.file`: YAML, or CSV by its ending.
 * @throws {GatewayError} LG_CONFIG_UNREADABLE; LG_CONFIG_INVALID with all that is wrong, by line
 */
export async function readDevicesFile(file: string, parseYaml: ParseYaml): Promise<DeviceTable> {
  const table = await read(file, parseYaml)
  if (table.faultCount > 0) throw invalid(file, table)
  return table
}

/**
 * Has the registry take over what the file states. A device that the file stated once, and states no more, stays: the
 * log names it, and an operator removes it.
 *
 * @throws {GatewayError} LG_CONFIG_INVALID if two devices would have one place; LG_DEVICE_NOT_SAVED
 */
export async function applyDevicesFile(
  file: string,
  table: DeviceTable,
  registry: DeviceRegistry,
  logger: Logger,
): Promise<Imported> {
  let imported: Imported
  try {
    imported = await importTable(table, registry, 'file')
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'LG_DEVICE_TABLE_INVALID') throw invalid(file, table)
    throw error
  }
  logger.info({ file, ...imported }, 'The devices of the file are registered')
  const stated = new Set(table.rows.map(({ id }) => id))
  const vanished: string[] = []
  for (const { id, source } of registry.records()) if (source === 'file' && !stated.has(id)) vanished.push(id)
  if (vanished.length > 0) {
    const fields = { file, count: vanished.length, ids: vanished.slice(0, MAX_IDS_LOGGED) }
    logger.warn(fields, 'Devices are not in the file any more; they stay registered until they are removed')
  }
  return imported
}

async function read(file: string, parseYaml: ParseYaml): Promise<DeviceTable> {
  try {
    const format = file.toLowerCase().endsWith('.csv') ? 'csv' : 'yaml'
    return await readTable(format, createReadStream(file), parseYaml)
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new GatewayError('LG_CONFIG_UNREADABLE', { file, cause: causeOf(error) }, { cause: error })
  }
}

function invalid(file: string, { faults, faultCount }: DeviceTable): GatewayError {
  const listed = faults.map((fault) => `  ${describeFault(fault)}`).join('\n')
  return new GatewayError('LG_CONFIG_INVALID', { file, count: faultCount, listed })
}
