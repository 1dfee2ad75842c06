import { setImmediate } from 'node:timers/promises'
import { GatewayError } from '../../core/errors.js'
import type { DeviceRecord } from '../../core/registry.js'
import type { DeviceInput } from '../device-input.js'
import { recordOf } from '../device-record.js'
import type { RowViolation, StatedRow } from '../placement.js'
import type { DeviceRegistry } from '../registry.js'
import { listed } from './fields.js'
import { type DeviceTable, describeFault, type TableRow } from './read-table.js'
import type { RowFault } from './rows.js'

/** What a table needs of the registry. */
export interface TableRegistry extends Pick<DeviceRegistry, 'byId' | 'record' | 'putAll'> {
  violationsOf(rows: readonly StatedRow[]): readonly RowViolation[]
}

export interface Imported {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
}

/** Rows compared between two turns of other work. */
const ROWS_PER_TURN = 1_000

/**
 * Registers the devices of a table, all or, with anything wrong in it, none. What a row states wins; what it does not
 * state stays as it is. A device that was only discovered is confirmed by its row, a rejected one stays rejected, unless
 * the row states something else.
 *
 * @throws {GatewayError} LG_DEVICE_TABLE_INVALID with all that is wrong, by line; LG_DEVICE_NOT_SAVED
 */
export async function importTable(
  table: DeviceTable,
  registry: TableRegistry,
  source: 'file' | 'api',
): Promise<Imported> {
  refuseFaults(table)
  const rows = await rowsThatChange(table.rows, registry)
  try {
    // What was changed meanwhile is merged as it is now.
    const { created, changed } = await registry.putAll(mergedRows(rows, registry), source)
    return { created, changed, unchanged: table.rows.length - created - changed }
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'LG_DEVICES_INVALID') throw error
    noteViolations(table, rows, error.details.violations as readonly RowViolation[])
    throw tableInvalid(table)
  }
}

/**
 * What `importTable` would do now.
 * @throws {GatewayError} LG_DEVICE_TABLE_INVALID
 */
export async function previewTable(table: DeviceTable, registry: TableRegistry): Promise<Imported> {
  refuseFaults(table)
  const rows = await rowsThatChange(table.rows, registry)
  noteViolations(table, rows, registry.violationsOf(mergedRows(rows, registry)))
  refuseFaults(table)
  const created = rows.filter(({ id }) => registry.byId(id) === undefined).length
  const changed = rows.length - created
  return { created, changed, unchanged: table.rows.length - rows.length }
}

/** A table that is imported again and again has few of them; they alone are put, in one go. */
async function rowsThatChange(rows: readonly TableRow[], registry: TableRegistry): Promise<TableRow[]> {
  const found: TableRow[] = []
  for (const [at, row] of rows.entries()) {
    if (at % ROWS_PER_TURN === 0) await setImmediate()
    const before = recordWithId(row.id, registry)
    if (before === undefined || recordOf(row.id, merged(before, row.input), before, 'api') !== before)
      found.push(row)
  }
  return found
}

function mergedRows(rows: readonly TableRow[], registry: TableRegistry): StatedRow[] {
  return rows.map(({ id, input }) => {
    const before = recordWithId(id, registry)
    return { id, input: before === undefined ? input : merged(before, input) }
  })
}

/** The status of the record is no statement: a row without one confirms what was discovered. */
function merged(before: DeviceRecord, input: DeviceInput): DeviceInput {
  const { fields } = listed(before)
  return {
    ...fields,
    ...input,
    status: input.status,
    name: { ...fields.name, ...input.name },
    labels: { ...fields.labels, ...input.labels },
  }
}

function recordWithId(id: string, registry: TableRegistry): DeviceRecord | undefined {
  const device = registry.byId(id)
  return device === undefined ? undefined : registry.record(device.slot)
}

function noteViolations(
  table: DeviceTable,
  rows: readonly TableRow[],
  violations: readonly RowViolation[],
): void {
  for (const { row, message } of violations) {
    const { id, line } = rows[row]!
    table.fault({ line, path: id, message })
  }
}

function refuseFaults(table: DeviceTable): void {
  if (table.faultCount > 0) throw tableInvalid(table)
}

function tableInvalid({ faults, faultCount }: DeviceTable): GatewayError {
  const lines = faults.map((fault) => `  ${describeFault(fault)}`)
  if (faultCount > faults.length) lines.push(`  and ${faultCount - faults.length} more`)
  const violations: readonly RowFault[] = faults
  return new GatewayError('LG_DEVICE_TABLE_INVALID', {
    count: faultCount,
    violations,
    listed: lines.join('\n'),
  })
}
