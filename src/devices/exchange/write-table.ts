import { setImmediate } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { toCell } from './csv-cells.js'
import { type Column, columnOf, labelTitle, PLAIN_COLUMNS } from './csv-columns.js'
import type { DeviceFields, ListedDevice } from './fields.js'
import type { ExchangeFormat } from './rows.js'
import { toYamlLine, YAML_HEADING } from './yaml-lines.js'

/** Devices between two turns of other work. */
const DEVICES_PER_PIECE = 500

/** A table of devices in pieces; for CSV, `devices` is gone through twice: the labels of all of them are columns. */
export function writeTable(format: ExchangeFormat, devices: Iterable<ListedDevice>): AsyncGenerator<string> {
  return format === 'yaml' ? writeYaml(devices) : writeCsv(devices)
}

async function* writeYaml(devices: Iterable<ListedDevice>): AsyncGenerator<string> {
  yield `${YAML_HEADING}\n`
  for await (const piece of inPieces(devices)) {
    yield piece.map(({ id, fields }) => `${toYamlLine(id, fields)}\n`).join('')
  }
}

async function* writeCsv(devices: Iterable<ListedDevice>): AsyncGenerator<string> {
  const labels = new Set<string>()
  for await (const piece of inPieces(devices)) {
    for (const { fields } of piece) for (const name of Object.keys(fields.labels ?? {})) labels.add(name)
  }
  const titles = [...PLAIN_COLUMNS, ...[...labels].sort().map(labelTitle)]
  const columns = titles.map((title, at) => columnOf(title, at + 1)!)
  // With the mark, spreadsheets read it as UTF-8.
  yield `\uFEFF${csvRows([titles])}`
  for await (const piece of inPieces(devices)) {
    yield csvRows(piece.map((device) => columns.map((column) => cellOf(device, column))))
  }
}

/** Other work gets its turn after each piece. */
async function* inPieces(devices: Iterable<ListedDevice>): AsyncGenerator<ListedDevice[]> {
  let piece: ListedDevice[] = []
  for (const device of devices) {
    if (piece.push(device) < DEVICES_PER_PIECE) continue
    yield piece
    piece = []
    await setImmediate()
  }
  if (piece.length > 0) yield piece
}

/** RFC 4180; a lone line feed is quoted too. */
function csvRows(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { record_delimiter: 'windows', quoted_match: /[\r\n]/ })
}

function cellOf({ id, fields }: ListedDevice, { key, subkey }: Column): string {
  if (key === 'id') return toCell(id)
  const value = fields[key as keyof DeviceFields]
  const part = subkey === undefined ? value : ownPart(value, subkey)
  return part === undefined ? '' : toCell(String(part))
}

function ownPart(value: unknown, key: string): unknown {
  return Object.hasOwn(value ?? {}, key) ? (value as Record<string, unknown>)[key] : undefined
}
