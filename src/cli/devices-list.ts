import type { GatewayApi } from './api.js'
import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { count } from './numbers.js'
import { type Column, table } from './table.js'
import type { Language } from './texts.js'
import { displayWidth, fit, printable } from './width.js'

export const DEVICES_PATH = '/api/v1/devices'
export const STATUSES = ['confirmed', 'discovered', 'rejected'] as const
const SORT_KEYS = ['id', 'name', 'path', 'updatedAt', 'lastReceived'] as const
export const SORTS = SORT_KEYS.flatMap((key) => [key, `-${key}`])

const PAGE_SIZE = 1_000
const SHORTEST_CELL = 8

/** A device as the API answers it. */
export interface DeviceAnswer {
  readonly id: string
  readonly status: (typeof STATUSES)[number]
  readonly name: { readonly zh: string; readonly en: string }
  readonly path: string
  readonly model: string
  readonly vendor: string
  readonly sector: string
  readonly expectedIntervalMs?: number
  readonly survivalTimeMs?: number
  readonly identifier: string
  readonly labels: Readonly<Record<string, string>>
  readonly source: 'file' | 'api' | 'contact'
  readonly revision: number
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly lastReceived: string | null
  readonly presence?: {
    readonly state: 'unknown' | 'online' | 'stale' | 'offline'
    readonly reason: Readonly<Record<Language, string>>
  }
  readonly addresses?: readonly string[]
}

interface Page {
  readonly devices: readonly DeviceAnswer[]
  readonly nextCursor: string | null
}

export interface DeviceListOptions extends ApiOptions {
  readonly status?: string
  readonly scope?: string
  readonly text?: string
  readonly label?: string
  readonly sort?: string
  readonly limit: number
  readonly json?: true
}

/** Prints devices, one a line. */
export async function listDevices(options: DeviceListOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const { devices, more } = await fetchDevices(openApi(options, context), options)
  if (options.json) terminal.out(`${JSON.stringify(devices, null, 2)}\n`)
  else if (devices.length === 0) terminal.out(`${texts.devices.none}\n`)
  else terminal.out(deviceTable(devices, context))
  if (more && !options.json) terminal.err(`${texts.devices.more(count(devices.length))}\n`)
  return 0
}

export async function fetchDevices(
  api: GatewayApi,
  { status, scope, text, label, sort, limit }: Omit<DeviceListOptions, 'url' | 'json'>,
): Promise<{ devices: DeviceAnswer[]; more: boolean }> {
  const devices: DeviceAnswer[] = []
  let cursor: string | undefined
  while (devices.length < limit) {
    const wanted = Math.min(PAGE_SIZE, limit - devices.length)
    const page = await api.get<Page>(DEVICES_PATH, {
      status,
      scope,
      q: text,
      label,
      sort,
      limit: wanted,
      cursor,
    })
    devices.push(...page.devices)
    if (page.nextCursor === null) return { devices, more: false }
    cursor = page.nextCursor
  }
  return { devices, more: true }
}

/** On a terminal the widest of name, place and id give way until a line fits. */
function deviceTable(devices: readonly DeviceAnswer[], { texts, terminal }: Context): string {
  const words = texts.devices
  const hasPresence = devices.some(({ presence }) => presence !== undefined)
  const columns: Column[] = [
    { title: words.id },
    { title: words.path },
    { title: words.name },
    { title: words.status },
    ...(hasPresence ? [{ title: words.presence }] : []),
    { title: words.lastReceived },
  ]
  const rows = devices.map(({ id, path, name, status, presence, lastReceived }) => [
    id,
    path,
    nameIn(texts.language, name),
    words.statuses[status],
    ...(hasPresence ? [presence === undefined ? '' : words.presences[presence.state]] : []),
    lastReceived ?? '',
  ])
  return table(columns, terminal.outIsTty ? narrowed(columns, rows, terminal.columns) : rows)
}

const ELASTIC = 3
const GAP = 2

/** The first three columns cut, the widest first, until all fit into `width`; none below a few characters. */
function narrowed(columns: readonly Column[], rows: readonly string[][], width: number): string[][] {
  const cells = rows.map((row) => row.map(printable))
  const widths = columns.map(({ title }, at) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[at] ?? ''))),
  )
  const total = () => widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1))
  while (total() >= width) {
    const widest = Math.max(...widths.slice(0, ELASTIC))
    if (widest <= SHORTEST_CELL) break
    widths[widths.indexOf(widest)] = widest - 1
  }
  return cells.map((row) => row.map((cell, at) => (at < ELASTIC ? fit(cell, widths[at]!) : cell)))
}

/** In the language of the operator, else in the other one. */
export function nameIn(language: Language, { zh, en }: DeviceAnswer['name']): string {
  return language === 'zh' ? zh || en : en || zh
}
