import type { LatestValue } from '../../core/views.js'
import { DEFAULT_TTL_S, FIRST_LATEST_INDEX, type HandleValue, type Item, type KnownDevice } from './record.js'

/** What is known of the presence of a device: `online`, `stale`, `offline` or `unknown`, and since when (epoch ms). */
export interface PresenceFact {
  readonly state: string
  readonly sinceMs: number
}

/** What changes by itself may be kept by those who asked for this long. */
const LIVE_TTL_S = 1

/** Index and type of every value that the gateway adds; docs/identifiers.md lists them. */
const BUILT_IN = {
  url: [1, 'URL'],
  nameZh: [2, 'NAME.ZH'],
  nameEn: [3, 'NAME.EN'],
  kind: [4, 'KIND'],
  model: [5, 'MODEL'],
  vendor: [6, 'VENDOR'],
  site: [7, 'LOCATION.SITE'],
  area: [8, 'LOCATION.AREA'],
  line: [9, 'LOCATION.LINE'],
  place: [10, 'LOCATION.DEVICE'],
  device: [11, 'DEVICE'],
  presence: [12, 'PRESENCE'],
} as const satisfies Record<string, readonly [index: number, type: string]>

type Facts = Partial<Record<keyof typeof BUILT_IN, string>>

export interface DeviceSight {
  /** Address of the live page; undefined when the gateway's own is not known. */
  readonly url: string | undefined
  readonly presence: PresenceFact | undefined
  readonly latest: readonly LatestValue[]
}

/** The values that the gateway knows of a device; what is not known is left out. */
export function deviceValues({ record }: KnownDevice, { url, presence, latest }: DeviceSight): HandleValue[] {
  const facts = {
    ...(url === undefined ? {} : { url }),
    nameZh: record.name.zh,
    nameEn: record.name.en,
    kind: 'device',
    model: record.model,
    vendor: record.vendor,
    site: record.site,
    area: record.area,
    line: record.line,
    place: record.device,
    device: record.id,
  }
  const values = factValues(facts, record.updatedAtMs)
  if (presence !== undefined) values.push(presenceValue(presence))
  return [...values, ...latest.map(latestValue)]
}

/** The values that the gateway knows of a part, a batch or an order. */
export function itemValues({ name, kind, device, updatedAtMs }: Item): HandleValue[] {
  const facts = { nameZh: name.zh, nameEn: name.en, kind, ...(device === undefined ? {} : { device }) }
  return factValues(facts, updatedAtMs)
}

function factValues(facts: Facts, changedAtMs: number): HandleValue[] {
  const timestamp = new Date(changedAtMs).toISOString()
  return (Object.keys(facts) as (keyof Facts)[])
    .filter((name) => facts[name] !== '')
    .map((name) => {
      const [index, type] = BUILT_IN[name]
      return { index, type, data: { format: 'string', value: facts[name] }, ttl: DEFAULT_TTL_S, timestamp }
    })
}

function presenceValue({ state, sinceMs }: PresenceFact): HandleValue {
  const [index, type] = BUILT_IN.presence
  const timestamp = new Date(sinceMs).toISOString()
  return { index, type, data: { format: 'string', value: state }, ttl: LIVE_TTL_S, timestamp }
}

function latestValue({ measurement, field, value, time }: LatestValue, at: number): HandleValue {
  return {
    index: FIRST_LATEST_INDEX + at,
    type: `LATEST.${measurement}.${field}`,
    data: { format: 'string', value: String(value) },
    ttl: LIVE_TTL_S,
    timestamp: time,
  }
}
