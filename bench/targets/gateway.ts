import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Influxd } from '../../test/support/influxd.js'
import { freePort } from '../../test/support/ports.js'
import { type Entrance, entryOf, nameOf, OPEN } from '../entrance.js'
import type { EntryOptions } from '../entry.js'
import { listening, sleep, start, stop } from '../processes.js'
import type { Target } from './target.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const STORED_WITHIN_MS = 120_000

interface LedgerTotals {
  readonly messages: { readonly received: number }
  readonly points: { readonly decoded: number; readonly stored: number; readonly pending: number }
}

interface LedgerAnswer {
  readonly totals: LedgerTotals
  readonly devices: readonly (LedgerTotals & { readonly path: string })[]
}

/** The gateway as `linegate run` starts it, on a data directory and on ports of its own. */
export class GatewayTarget implements Target {
  readonly name: string
  readonly mqttPort: number
  readonly httpPort: number
  readonly entry: Omit<EntryOptions, 'port'>
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #influxd: Influxd | undefined

  private constructor(
    name: string,
    ports: readonly [number, number],
    child: ChildProcess,
    directory: string,
    entry: Omit<EntryOptions, 'port'>,
    influxd?: Influxd,
  ) {
    this.name = name
    this.entry = entry
    this.mqttPort = ports[0]
    this.httpPort = ports[1]
    this.#child = child
    this.#directory = directory
    this.#influxd = influxd
  }

  /** Without an influxd, points go to the embedded store. */
  static async start(
    influxd?: Influxd,
    expressLane: 'on' | 'off' = 'on',
    entrance = OPEN,
  ): Promise<GatewayTarget> {
    const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-gateway-'))
    const ports = [await freePort(), await freePort()] as const
    const sink =
      influxd === undefined
        ? '{ name: local, type: duckdb }'
        : `{ name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory }`
    const lines = [
      `gateway: { id: bench, dataDirectory: '${directory}/data' }`,
      ...mqttLines(ports[0], expressLane, entrance),
      `http: { host: 127.0.0.1, port: ${ports[1]} }`,
      "routes: [ { topic: 'factory/{site}/{area}/{line}/{device}/telemetry', decoder: json, measurement: telemetry } ]",
      `sinks: [ ${sink} ]`,
      'log: { level: warn }',
    ]
    writeFileSync(join(directory, 'gateway.yaml'), lines.join('\n'))
    await entrance.fleet?.enrol(join(directory, 'data'))
    const child = start(process.execPath, [MAIN, 'run', '--config', join(directory, 'gateway.yaml')])
    await listening(ports[1])
    await listening(ports[0])
    const store = influxd === undefined ? 'DuckDB' : 'InfluxDB'
    const name = nameOf(`Linegate → ${store}${expressLane === 'on' ? '' : ', express lane off'}`, entrance)
    return new GatewayTarget(name, ports, child, directory, entryOf(entrance), influxd)
  }

  get pid(): number {
    return this.#child.pid!
  }

  get pids(): Record<string, number> {
    return this.#influxd === undefined
      ? { gateway: this.pid }
      : { gateway: this.pid, influxd: this.#influxd.pid }
  }

  async totals(): Promise<LedgerTotals> {
    return (await this.#ledger()).totals
  }

  async #ledger(): Promise<LedgerAnswer> {
    const response = await fetch(`http://127.0.0.1:${this.httpPort}/api/v1/ledger?limit=1`)
    return (await response.json()) as LedgerAnswer
  }

  readonly settled = async (): Promise<number> => {
    const end = Date.now() + STORED_WITHIN_MS
    for (;;) {
      const { totals, devices } = await this.#ledger()
      // The first line is of no device, if there is one: the gateway's own points.
      const own = devices.find(({ path }) => path === '')?.points.stored ?? 0
      if (totals.points.pending === 0) return totals.points.stored - own
      if (Date.now() > end) throw new Error(`${totals.points.pending} points are still pending`)
      await sleep(20)
    }
  }

  async stop(): Promise<void> {
    await stop(this.#child)
    rmSync(this.#directory, { recursive: true })
  }
}

function mqttLines(port: number, expressLane: 'on' | 'off', { certificate, fleet }: Entrance): string[] {
  const tls =
    certificate &&
    `{ certFile: '${certificate.certFile}', keyFile: '${certificate.keyFile}', minVersion: TLSv1.3 }`
  const listener = [
    `protocol: ${tls === undefined ? 'mqtt' : 'mqtts'}`,
    `host: 127.0.0.1, port: ${port}`,
    `authentication: [${fleet === undefined ? 'none' : 'token'}]`,
    ...(tls === undefined ? [] : [`tls: ${tls}`]),
  ]
  const profiles = fleet && [`  profiles: ${fleet.permissions.profiles}`]
  return [
    'mqtt:',
    `  expressLane: ${expressLane}`,
    `  listeners: [ { ${listener.join(', ')} } ]`,
    ...(profiles ?? []),
  ]
}
