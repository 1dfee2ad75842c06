import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { causeOf, GatewayError } from '../core/errors.js'
import type { ExchangeFormat } from '../devices/exchange/rows.js'
import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { DEVICES_PATH } from './devices-list.js'
import { count } from './numbers.js'

/** For hundreds of thousands of devices. */
const TIMEOUT_MS = 300_000
const MEDIA_TYPES = { yaml: 'application/yaml', csv: 'text/csv' } as const satisfies Record<
  ExchangeFormat,
  string
>

export interface DeviceImportOptions extends ApiOptions {
  readonly format?: ExchangeFormat
  readonly dryRun?: true
  readonly json?: true
}

export interface DeviceExportOptions extends ApiOptions {
  readonly format: ExchangeFormat
}

interface Imported {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
}

/** Has the gateway register the devices of a table, all or none; prints how many were created and changed. */
export async function importDevices(
  file: string,
  options: DeviceImportOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const { format = formatOf(file), dryRun, json } = options
  const body = await readTable(file)
  const answer = await openApi(options, context).send<Imported>('POST', `${DEVICES_PATH}/import`, {
    query: { format, dryRun: String(dryRun === true) },
    body,
    type: MEDIA_TYPES[format],
    timeoutMs: TIMEOUT_MS,
  })
  const { created = 0, changed = 0, unchanged = 0 } = answer ?? {}
  if (json) terminal.out(`${JSON.stringify(answer, null, 2)}\n`)
  else {
    if (dryRun) terminal.out(`${texts.devices.dryRun}\n`)
    terminal.out(`${texts.devices.imported(count(created), count(changed), count(unchanged))}\n`)
  }
  return 0
}

function formatOf(file: string): ExchangeFormat {
  return file.toLowerCase().endsWith('.csv') ? 'csv' : 'yaml'
}

async function readTable(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file)
  } catch (error) {
    throw new GatewayError('LG_DEVICE_TABLE_UNREADABLE', { file, cause: causeOf(error) }, { cause: error })
  }
}

/** Prints all devices as a table. */
export async function exportDevices(options: DeviceExportOptions, context: Context): Promise<number> {
  const api = openApi(options, context)
  const { format } = options
  for await (const piece of api.read(`${DEVICES_PATH}/export`, { format }, TIMEOUT_MS))
    context.terminal.out(piece)
  return 0
}
