import { createReadStream } from 'node:fs'
import { YamlSource } from '../config/yaml-source.js'
import type { TopicLevels } from '../core/device.js'
import { causeOf, GatewayError } from '../core/errors.js'
import { describeFault, readTable } from '../devices/exchange/read-table.js'
import { DeviceRegistry } from '../devices/registry.js'
import { placeText } from '../security/credentials/place.js'
import type { Stopped } from './administration.js'
import { GatewayApi } from './api.js'
import { DEVICES_PATH } from './devices-list.js'

/** A device that is to have a credential. */
export interface PlacedDevice {
  readonly id: string
  /** As `site/area/line/device`. */
  readonly place: string
}

type ListedDevice = TopicLevels & { readonly id: string; readonly status: string }

interface Page {
  readonly devices: readonly ListedDevice[]
  readonly nextCursor: string | null
}

const MAX_FAULTS_SHOWN = 20
const PAGE_SIZE = 1_000

/**
 * Of a table as "linegate devices export" writes it, CSV by its ending, else YAML.
 * @throws {GatewayError} LG_DEVICE_TABLE_UNREADABLE, LG_DEVICE_TABLE_INVALID
 */
export async function devicesOfTable(file: string): Promise<readonly PlacedDevice[]> {
  const { rows, faults, faultCount } = await tableOf(file)
  if (faultCount > 0) {
    const listed = faults.slice(0, MAX_FAULTS_SHOWN).map((fault) => `  ${describeFault(fault)}`)
    throw new GatewayError('LG_DEVICE_TABLE_INVALID', { count: faultCount, listed: listed.join('\n') })
  }
  return rows.map(({ id, input }) => {
    const { site = '', area = '', line = '', device } = input
    return placed(id, { site, area, line, device: device || id })
  })
}

async function tableOf(file: string) {
  const format = file.toLowerCase().endsWith('.csv') ? 'csv' : 'yaml'
  try {
    return await readTable(format, createReadStream(file), YamlSource.parse)
  } catch (error) {
    throw new GatewayError('LG_DEVICE_TABLE_UNREADABLE', { file, cause: causeOf(error) }, { cause: error })
  }
}

/** Of the registry, but for those that are rejected; in order of arrival. */
export async function devicesOfRegistry(source: GatewayApi | Stopped): Promise<readonly PlacedDevice[]> {
  if (source instanceof GatewayApi) return devicesOfApi(source)
  return [...new DeviceRegistry(source.state).records()].flatMap(wanted)
}

async function devicesOfApi(api: GatewayApi): Promise<readonly PlacedDevice[]> {
  const found: PlacedDevice[] = []
  let cursor: string | undefined
  do {
    const page = await api.get<Page>(DEVICES_PATH, { limit: PAGE_SIZE, cursor })
    found.push(...page.devices.flatMap(wanted))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return found
}

function wanted(device: ListedDevice): PlacedDevice[] {
  return device.status === 'rejected' ? [] : [placed(device.id, device)]
}

function placed(id: string, levels: TopicLevels): PlacedDevice {
  return { id, place: placeText(levels) }
}
