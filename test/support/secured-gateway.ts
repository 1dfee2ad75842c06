import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { encodeCredential } from '../../src/security/credentials/credential-row.js'
import { newTokenProof } from '../../src/security/credentials/new-proof.js'
import { placeOf } from '../../src/security/credentials/place.js'
import { Authority } from './authority.js'
import type { LedgerAnswer } from './gateway-process.js'
import { eventually, freePort } from './ports.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const MAP_BYTES = 64 * 1_048_576
/** Of a connection in /proc/net/tcp: whoever listens has another. */
const LISTENING = '0A'

/** The device that may come in. */
export const DEVICE = 'imm-1'
export const DEVICE_TOPIC = `factory/ningbo/moulding/line1/${DEVICE}/telemetry`

/** `linegate run` with every kind of listener, each of which wants a token; one device has one. */
export class SecuredGateway {
  readonly ports = { mqtt: 0, mqtts: 0, ws: 0, http: 0 }
  readonly directory = mkdtempSync(join(tmpdir(), 'linegate-secured-'))
  token = ''
  /** What it wrote to standard error so far. */
  log = ''
  #child: ChildProcess | undefined

  readonly #authority = new Authority(join(this.directory, 'authority'))

  /** @param mqtt further lines of YAML under `mqtt` */
  static async start(mqtt: readonly string[]): Promise<SecuredGateway> {
    const gateway = new SecuredGateway()
    for (const kind of ['mqtt', 'mqtts', 'ws', 'http'] as const) gateway.ports[kind] = await freePort()
    const alternativeNames = 'DNS:localhost,IP:127.0.0.1'
    const files = gateway.#authority.issue('server', { alternativeNames, purpose: 'serverAuth', days: 90 })
    await gateway.#enrol()
    writeFileSync(gateway.#configFile, gateway.#configuration(files, mqtt))
    await gateway.#run()
    return gateway
  }

  get caFile(): string {
    return this.#authority.caFile
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }

  get rssBytes(): number {
    const status = readFileSync(`/proc/${this.#child!.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1_024
  }

  /** Connections of its MQTT listeners that the system has not forgotten, whoever closed what. */
  get connections(): number {
    const ports = [this.ports.mqtt, this.ports.mqtts, this.ports.ws]
    const ends = ports.map((port) => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`)
    const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
    return lines.filter((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
      return ends.includes(local) && state !== LISTENING && inode !== '0'
    }).length
  }

  async received(): Promise<number> {
    const answer = await this.#get('/api/v1/ledger?limit=1')
    return ((await answer.json()) as LedgerAnswer).totals.messages.received
  }

  async metric(name: string): Promise<number> {
    const text = await (await this.#get('/metrics')).text()
    return Number(new RegExp(`^${name}\\S* (\\d+)`, 'm').exec(text)?.[1])
  }

  async remove(): Promise<void> {
    const child = this.#child
    if (child !== undefined && this.isRunning) {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    }
    rmSync(this.directory, { recursive: true, force: true })
  }

  get #configFile(): string {
    return join(this.directory, 'gateway.yaml')
  }

  async #get(path: string): Promise<Response> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.http}${path}`)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }

  /** Written as `linegate credentials add` would. */
  async #enrol(): Promise<void> {
    const directory = join(this.directory, 'data', 'state')
    const state = StateStore.open({ directory, mapBytes: MAP_BYTES, logger: silentLogger })
    const { proof, secret } = newTokenProof()
    const row = encodeCredential({
      name: DEVICE,
      profile: 'device',
      place: placeOf(`ningbo/moulding/line1/${DEVICE}`),
      attributes: {},
      createdAtMs: Date.now(),
      expiresAtMs: undefined,
      revokedAtMs: undefined,
      proof,
      previous: undefined,
    })
    await state.commit(() => state.table('credentials').put(DEVICE, row))
    await state.close()
    this.token = secret!
  }

  #configuration(files: { certFile: string; keyFile: string }, mqtt: readonly string[]): string {
    const { ports } = this
    const common = 'host: 127.0.0.1, authentication: [token]'
    const tls = `tls: { certFile: '${files.certFile}', keyFile: '${files.keyFile}' }`
    const lines = [
      `gateway: { id: test, dataDirectory: '${join(this.directory, 'data')}' }`,
      'mqtt:',
      '  listeners:',
      `    - { protocol: mqtt, port: ${ports.mqtt}, ${common} }`,
      `    - { protocol: mqtts, port: ${ports.mqtts}, ${common}, ${tls} }`,
      `    - { protocol: ws, port: ${ports.ws}, ${common} }`,
      '  overHttp: { authentication: [token] }',
      ...mqtt.map((line) => `  ${line}`),
      `http: { host: 127.0.0.1, port: ${ports.http} }`,
      'sinks: [ { name: local, type: duckdb } ]',
      'log: { level: warn }',
    ]
    return `${lines.join('\n')}\n`
  }

  async #run(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, 'run', '--config', this.#configFile], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log += text
    })
    await eventually('the gateway is ready', async () => {
      if (!this.isRunning) throw new Error(`the gateway ended:\n${this.log}`)
      const answer = await fetch(`http://127.0.0.1:${this.ports.http}/readyz`).catch(() => undefined)
      return answer?.ok === true ? true : undefined
    })
  }
}
