import { type DeviceInput, inputViolations } from '../device-input.js'
import { readCsv } from './csv-reader.js'
import type { ExchangeFormat, Locate, RowFault, RowSink, StatedDevice, TableBytes } from './rows.js'
import { readYaml } from './yaml-reader.js'
import type { ParseYaml } from './yaml-text.js'

export interface TableRow {
  readonly id: string
  readonly input: DeviceInput
  readonly line: number
}

/** More are counted, but not kept: whoever has so many mistakes has one mistake. */
const MAX_FAULTS_KEPT = 1_000

/** What a table states, row by row, and all that is wrong with it. */
export class DeviceTable implements RowSink {
  readonly rows: TableRow[] = []
  readonly #faults: RowFault[] = []
  readonly #lines = new Map<string, number>()
  #faultCount = 0

  get faultCount(): number {
    return this.#faultCount
  }

  /** In the order of the table; the first thousand. */
  get faults(): readonly RowFault[] {
    return this.#faults.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0))
  }

  device({ id, fields, line }: StatedDevice, locate: Locate): void {
    const earlier = this.#lines.get(id)
    if (earlier !== undefined) this.fault({ ...locate('id'), message: `is also the id of line ${earlier}` })
    else this.#lines.set(id, line)
    const violations = inputViolations(id, fields)
    for (const { key, message } of violations) this.fault({ ...locate(key), message })
    if (violations.length === 0) this.rows.push({ id, input: fields as DeviceInput, line })
  }

  fault(fault: RowFault): void {
    this.#faultCount++
    if (this.#faults.length < MAX_FAULTS_KEPT) this.#faults.push(fault)
  }
}

/** Reads all of a table, also past mistakes; other work gets its turn meanwhile. */
export async function readTable(
  format: ExchangeFormat,
  bytes: TableBytes,
  parseYaml: ParseYaml,
): Promise<DeviceTable> {
  const table = new DeviceTable()
  if (format === 'csv') await readCsv(bytes, table)
  else await readYaml(bytes, table, parseYaml)
  return table
}

/** `line 3, column 4, sector: is not …`. */
export function describeFault({ line, column, path, message }: RowFault): string {
  const place = [`line ${line}`, ...(column === undefined ? [] : [`column ${column}`])]
  return `${[...place, ...(path === '' ? [] : [path])].join(', ')}: ${message}`
}
