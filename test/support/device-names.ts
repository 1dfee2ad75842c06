/** Devices of a plant of numbers: 50 on each line. */
export interface DeviceClientsOptions {
  readonly port: number
  /** Number of the first device. */
  readonly from: number
  /** Behind the number of the last one. */
  readonly to: number
  readonly keepAliveS: number
  readonly pingEveryMs: number
  /** Once after each connect when absent. */
  readonly publishEveryMs?: number
}

const PER_LINE = 50

export function deviceName(number: number): string {
  return `d-${number}`
}

export function lineName(number: number): string {
  return `line${Math.floor(number / PER_LINE)}`
}

export function telemetryTopic(number: number): string {
  return `factory/ningbo/moulding/${lineName(number)}/${deviceName(number)}/telemetry`
}

/** A table of these devices, as `POST /api/v1/devices/import?format=csv` takes it. */
export function deviceTable(from: number, to: number): string {
  const rows = ['id,site,area,line']
  for (let n = from; n < to; n++) rows.push(`${deviceName(n)},ningbo,moulding,${lineName(n)}`)
  return `${rows.join('\n')}\n`
}
