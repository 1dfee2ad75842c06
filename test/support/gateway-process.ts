import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Counts, SinkStatus } from '../../src/core/counts.js'
import { eventually, freePort } from './ports.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

type Lane = 'on' | 'off'
const LANE: Lane = process.env.LINEGATE_TEST_LANE === 'off' ? 'off' : 'on'

export interface LedgerAnswer {
  readonly totals: Counts
  readonly sinks: readonly SinkStatus[]
  readonly devices: readonly (Counts & {
    readonly device: string
    readonly path: string
    readonly reasons: Readonly<Record<string, number>>
  })[]
}

/** `linegate run` as a process of its own, with a data directory that outlives it. */
export class GatewayProcess {
  readonly mqttPort: number
  readonly httpPort: number
  readonly directory: string
  #child: ChildProcess | undefined
  /** What it wrote to standard error so far. */
  log = ''

  private constructor(directory: string, mqttPort: number, httpPort: number) {
    this.directory = directory
    this.mqttPort = mqttPort
    this.httpPort = httpPort
  }

  /** @param sections YAML lines beside gateway, mqtt.listeners and http; at least `sinks` */
  static async start(sections: readonly string[], lane: Lane = LANE): Promise<GatewayProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'linegate-test-'))
    const gateway = new GatewayProcess(directory, await freePort(), await freePort())
    const lines = [
      `gateway: { id: test, dataDirectory: '${join(directory, 'data')}' }`,
      `mqtt: { expressLane: ${lane}, listeners: [ { protocol: mqtt, host: 127.0.0.1, port: ${gateway.mqttPort} } ] }`,
      `http: { host: 127.0.0.1, port: ${gateway.httpPort} }`,
      'log: { level: warn }',
      ...sections,
    ]
    writeFileSync(gateway.configFile, `${lines.join('\n')}\n`)
    await gateway.run()
    return gateway
  }

  get configFile(): string {
    return join(this.directory, 'gateway.yaml')
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Starts it, again if it had ended, and waits until it takes messages. */
  async run(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, 'run', '--config', this.configFile], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log += text
    })
    await eventually('the gateway is ready', async () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}:\n${this.log}`)
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined)
      return answer?.ok === true ? true : undefined
    })
  }

  /** Ends it with a signal and waits for its end; returns the exit code, null after a signal that kills. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null
    const exit = once(child, 'exit')
    child.kill(signal)
    const [code] = (await exit) as [number | null]
    return code
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL')
    rmSync(this.directory, { recursive: true, force: true })
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}${path}`)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  ledger(): Promise<LedgerAnswer> {
    return this.get<LedgerAnswer>('/api/v1/ledger?limit=1000')
  }

  /** Waits until nothing is pending. */
  drained(withinMs = 60_000): Promise<LedgerAnswer> {
    return eventually(
      'nothing is pending',
      async () => {
        const ledger = await this.ledger()
        return ledger.totals.points.pending === 0 ? ledger : undefined
      },
      withinMs,
    )
  }
}
