import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { DEVICES_PATH, type DeviceAnswer } from './devices-list.js'
import { milliseconds } from './numbers.js'
import type { Texts } from './texts.js'
import { displayWidth, printable } from './width.js'

export interface DeviceShowOptions extends ApiOptions {
  readonly json?: true
}

/** Prints all of one device. */
export async function showDevice(id: string, options: DeviceShowOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const path = `${DEVICES_PATH}/${encodeURIComponent(id)}`
  const device = await openApi(options, context).get<DeviceAnswer>(path)
  terminal.out(options.json ? `${JSON.stringify(device, null, 2)}\n` : factsText(device, texts))
  return 0
}

function factsText(device: DeviceAnswer, texts: Texts): string {
  const facts = factsOf(device, texts).filter(([, value]) => value !== '')
  const width = Math.max(...facts.map(([name]) => displayWidth(name)))
  const lines = facts.map(
    ([name, value]) => `${name}${' '.repeat(width - displayWidth(name))}  ${printable(value)}\n`,
  )
  return lines.join('')
}

function factsOf(device: DeviceAnswer, { devices: words, language }: Texts): (readonly [string, string])[] {
  const { name, presence, addresses = [], labels } = device
  return [
    [words.id, device.id],
    [words.status, words.statuses[device.status]],
    [words.presence, presence === undefined ? '' : words.presences[presence.state]],
    [words.presenceReason, presence?.reason[language] ?? ''],
    [words.lastReceived, device.lastReceived ?? ''],
    [`${words.name} (zh)`, name.zh],
    [`${words.name} (en)`, name.en],
    [words.path, device.path],
    [words.addresses, addresses.join(', ')],
    [words.model, device.model],
    [words.vendor, device.vendor],
    [words.sector, device.sector],
    [words.interval, timeOf(device.expectedIntervalMs)],
    [words.survival, timeOf(device.survivalTimeMs)],
    [words.identifier, device.identifier],
    [
      words.labels,
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(', '),
    ],
    [words.source, words.sources[device.source]],
    [words.revision, String(device.revision)],
    [words.createdAt, device.createdAt ?? ''],
    [words.updatedAt, device.updatedAt ?? ''],
  ]
}

function timeOf(ms: number | undefined): string {
  return ms === undefined ? '' : milliseconds(ms)
}
