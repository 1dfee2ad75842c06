import { GatewayApi } from './api.js'
import type { Context } from './context.js'
import { DEVICES_PATH } from './devices-list.js'
import { printable } from './width.js'

export const CHANGES = ['confirm', 'reject', 'remove'] as const
export type DeviceChangeName = (typeof CHANGES)[number]

export interface DeviceChangeOptions {
  readonly url: string
}

/** Confirms, rejects or removes devices one after the other; ends at the first that the gateway refuses. */
export async function changeDevices(
  change: DeviceChangeName,
  ids: readonly string[],
  { url }: DeviceChangeOptions,
  { texts, terminal, signal }: Context,
): Promise<number> {
  const api = new GatewayApi(url, signal)
  for (const id of ids) {
    const path = `${DEVICES_PATH}/${encodeURIComponent(id)}`
    if (change === 'remove') await api.send('DELETE', path)
    else await api.send('POST', `${path}/${change}`)
    terminal.out(`${printable(id)}  ${texts.devices.done[change]}\n`)
  }
  return 0
}
