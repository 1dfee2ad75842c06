import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, listening, sleep, start, stop } from '../processes.js'

/** A real influxd 1.x in a directory of its own. It can be stopped and started again on the same port and data. */
export class Influxd {
  readonly port: number
  readonly #directory: string
  readonly #rpcPort: number
  #child: ChildProcess | undefined

  private constructor(directory: string, port: number, rpcPort: number) {
    this.#directory = directory
    this.port = port
    this.#rpcPort = rpcPort
  }

  static async start(): Promise<Influxd> {
    const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-influxd-'))
    const influxd = new Influxd(directory, await freePort(), await freePort())
    influxd.#configure()
    await influxd.up()
    await influxd.query('CREATE DATABASE factory')
    return influxd
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async up(): Promise<void> {
    this.#child = start('influxd', ['-config', join(this.#directory, 'influxdb.conf')])
    await listening(this.port)
    while (!(await fetch(`${this.url}/ping`).then(({ ok }) => ok))) await sleep(50)
  }

  async down(): Promise<void> {
    if (this.#child !== undefined) await stop(this.#child)
    this.#child = undefined
  }

  async remove(): Promise<void> {
    await this.down()
    rmSync(this.#directory, { recursive: true })
  }

  /** The first value of the first row of an InfluxQL query, 0 without any. */
  async query(q: string): Promise<number> {
    const response = await fetch(`${this.url}/query?db=factory`, {
      method: 'POST',
      body: new URLSearchParams({ q }),
    })
    const { results } = (await response.json()) as { results: { series?: { values: number[][] }[] }[] }
    return results[0]?.series?.[0]?.values[0]?.[1] ?? 0
  }

  async write(body: Buffer): Promise<void> {
    const response = await fetch(`${this.url}/write?db=factory&precision=ns`, {
      method: 'POST',
      body: new Uint8Array(body),
    })
    if (!response.ok) throw new Error(await response.text())
  }

  #configure(): void {
    const data = join(this.#directory, 'data')
    mkdirSync(data)
    const section = (name: string, lines: string[]) => [`[${name}]`, ...lines, ''].join('\n')
    const file = [
      'reporting-disabled = true',
      `bind-address = "127.0.0.1:${this.#rpcPort}"`,
      section('meta', [`dir = "${join(data, 'meta')}"`, 'logging-enabled = false']),
      section('data', [
        `dir = "${join(data, 'data')}"`,
        `wal-dir = "${join(data, 'wal')}"`,
        'query-log-enabled = false',
      ]),
      section('http', [`bind-address = "127.0.0.1:${this.port}"`, 'log-enabled = false']),
      section('logging', ['level = "error"', 'suppress-logo = true']),
      section('monitor', ['store-enabled = false']),
    ]
    writeFileSync(join(this.#directory, 'influxdb.conf'), file.join('\n'))
  }
}
