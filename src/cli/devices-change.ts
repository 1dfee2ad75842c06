import type { GatewayApi } from './api.js'
import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { DEVICES_PATH, fetchDevices } from './devices-list.js'
import { printable } from './width.js'

export const CHANGES = ['confirm', 'reject', 'remove'] as const
export type DeviceChangeName = (typeof CHANGES)[number]

export interface DeviceChangeOptions extends ApiOptions {
  /** All that were discovered, beside those that are named. */
  readonly discovered?: true
  /** Of the discovered ones, those at or below this place. */
  readonly scope?: string
}

/** Confirms, rejects or removes devices one after the other; ends at the first that the gateway refuses. */
export async function changeDevices(
  change: DeviceChangeName,
  named: readonly string[],
  options: DeviceChangeOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const api = openApi(options, context)
  const discovered = options.discovered === true ? await discoveredIn(options.scope, api) : []
  for (const id of new Set([...named, ...discovered])) {
    const path = `${DEVICES_PATH}/${encodeURIComponent(id)}`
    if (change === 'remove') await api.send('DELETE', path)
    else await api.send('POST', `${path}/${change}`)
    terminal.out(`${printable(id)}  ${texts.devices.done[change]}\n`)
  }
  return 0
}

async function discoveredIn(scope: string | undefined, api: GatewayApi): Promise<string[]> {
  const wanted = {
    status: 'discovered',
    limit: Number.POSITIVE_INFINITY,
    ...(scope === undefined ? {} : { scope }),
  }
  const { devices } = await fetchDevices(api, wanted)
  return devices.map(({ id }) => id)
}
