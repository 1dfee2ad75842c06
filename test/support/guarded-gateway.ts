import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchTrusting } from '../../src/cli/trusting-fetch.js'
import type { AuditEventId } from '../../src/core/audit.js'
import type { Counts } from '../../src/core/counts.js'
import type { AuditRecord } from '../../src/security/audit/record.js'
import { Authority } from './authority.js'
import type { LedgerAnswer } from './gateway-process.js'
import { eventually, freePort } from './ports.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const HOST = '127.0.0.1'

export interface GuardedParts {
  readonly lane?: 'on' | 'off'
  /** Further lines of YAML under `mqtt`. */
  readonly mqtt?: readonly string[]
  /** Further lines of YAML; the store is DuckDB unless they have `sinks`. */
  readonly sections?: readonly string[]
}

export interface GuardedLedger extends LedgerAnswer {
  readonly totals: Counts & { readonly reasons: Readonly<Record<string, number>> }
}

export interface Asking {
  readonly method?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** API token or local key. */
  readonly bearer?: string
  readonly cookie?: string
}

/**
 * `linegate run` as a plant has it: people sign in over HTTPS, devices over TLS with tokens, passwords or certificates of
 * the plant's own authority. What administers it comes in by the local key, as the command line does.
 */
export class GuardedGateway {
  readonly ports = { token: 0, password: 0, certificate: 0, http: 0 }
  readonly directory = mkdtempSync(join(tmpdir(), 'linegate-guarded-'))
  readonly authority = new Authority(join(this.directory, 'authority'))
  /** What it wrote to standard error so far. */
  log = ''
  #parts: GuardedParts
  #child: ChildProcess | undefined

  private constructor(parts: GuardedParts) {
    this.#parts = parts
  }

  static async start(parts: GuardedParts = {}): Promise<GuardedGateway> {
    const gateway = await GuardedGateway.prepare(parts)
    await gateway.run()
    return gateway
  }

  /** All but the process. */
  static async prepare(parts: GuardedParts = {}): Promise<GuardedGateway> {
    const gateway = new GuardedGateway(parts)
    const { ports } = gateway
    for (const kind of ['token', 'password', 'certificate', 'http'] as const) ports[kind] = await freePort()
    gateway.renewCertificate()
    gateway.authority.list()
    gateway.configure()
    return gateway
  }

  get configFile(): string {
    return join(this.directory, 'gateway.yaml')
  }

  get dataDirectory(): string {
    return join(this.directory, 'data')
  }

  /** What a client has to trust. */
  get ca(): Buffer {
    return readFileSync(this.authority.caFile)
  }

  get url(): string {
    return `https://${HOST}:${this.ports.http}`
  }

  get localKey(): string {
    return readFileSync(join(this.dataDirectory, 'local.key'), 'utf8').split('\n')[0]!
  }

  mqttUrl(listener: 'token' | 'password' | 'certificate' = 'token'): string {
    return `mqtts://${HOST}:${this.ports[listener]}`
  }

  /** Puts another server certificate in place of the one that there is. */
  renewCertificate(): void {
    this.authority.issue('server', { alternativeNames: `DNS:localhost,IP:${HOST}`, purpose: 'serverAuth' })
  }

  /** Puts the key of another certificate in place of that of the server. */
  replaceKey(name: string): void {
    const { authority } = this
    writeFileSync(authority.file('server.key'), readFileSync(authority.file(`${name}.key`)))
  }

  /** Has the gateway be told of what the authority has revoked, at the next reload. */
  renewRevocationList(): void {
    writeFileSync(this.authority.file('1.crl'), readFileSync(this.authority.list()))
  }

  /** Writes the configuration, with these parts in place of those of before. */
  configure(parts: GuardedParts = this.#parts): void {
    this.#parts = parts
    writeFileSync(this.configFile, `${this.#configuration().join('\n')}\n`)
  }

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
      const answer = await this.fetch('/readyz').catch(() => undefined)
      return answer?.ok === true ? true : undefined
    })
  }

  /** Ends it with a signal; returns the exit code, null after a signal that kills. */
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

  fetch(path: string, { method = 'GET', body, headers, bearer, cookie }: Asking = {}): Promise<Response> {
    return fetchTrusting(this.ca.toString())(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(cookie === undefined ? {} : { cookie }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  /** Asks as the command line of this machine, and fails unless the gateway agrees. */
  async administer<T>(method: string, path: string, body?: object): Promise<T> {
    const content = body === undefined ? {} : { body }
    const answer = await this.fetch(path, { method, bearer: this.localKey, ...content })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  /** Gives a device a token. @param more such as a place, a profile and attributes */
  async addToken(name: string, more: object = {}): Promise<string> {
    const credential = { name, kind: 'token', ...more }
    const { secret } = await this.administer<{ secret: string }>('POST', '/api/v1/credentials', credential)
    return secret
  }

  ledger(): Promise<GuardedLedger> {
    return this.administer<GuardedLedger>('GET', '/api/v1/ledger?limit=1000')
  }

  /** The ledger when nothing is pending, whose equations are checked: in total, and for each device. */
  async settled(): Promise<GuardedLedger> {
    const ledger = await eventually('nothing is pending', async () => {
      const now = await this.ledger()
      return now.totals.points.pending === 0 ? now : undefined
    })
    for (const { messages, points } of [ledger.totals, ...ledger.devices]) {
      const { received, decoded, ignored, deadLettered, refused } = messages
      assert.equal(received, decoded + ignored + deadLettered + refused)
      assert.equal(points.decoded, points.stored + points.filtered + points.deadLettered + points.pending)
    }
    return ledger
  }

  async auditRecords(event: AuditEventId, actor?: string): Promise<readonly AuditRecord[]> {
    const query = new URLSearchParams({ event, limit: '1000', ...(actor === undefined ? {} : { actor }) })
    return (await this.administer<{ items: AuditRecord[] }>('GET', `/api/v1/audit?${query}`)).items
  }

  /** Waits until this is on record. */
  audited(event: AuditEventId, wanted: Partial<AuditRecord>): Promise<AuditRecord> {
    const isIt = (record: AuditRecord) =>
      Object.entries(wanted).every(([key, value]) => record[key as keyof AuditRecord] === value)
    return eventually(`${event} ${JSON.stringify(wanted)} is on record`, async () =>
      (await this.auditRecords(event, wanted.actor)).find(isIt),
    )
  }

  /** The trail is as it was written. */
  async verifyAudit(): Promise<void> {
    const report = await this.administer<{ ok: boolean; damage: object[] }>('POST', '/api/v1/audit/verify')
    assert.deepEqual([report.ok, report.damage], [true, []])
  }

  #configuration(): string[] {
    const { ports, authority } = this
    const { lane = 'on', mqtt = [], sections = [] } = this.#parts
    const own = `certFile: '${authority.file('server.crt')}', keyFile: '${authority.file('server.key')}'`
    const clients = `caFile: '${authority.caFile}', crlFile: '${authority.file('1.crl')}'`
    const listener = (kind: 'token' | 'password' | 'certificate', tls = own) =>
      `    - { protocol: mqtts, host: ${HOST}, port: ${ports[kind]}, authentication: [${kind}], tls: { ${tls} } }`
    return [
      `gateway: { id: test, dataDirectory: '${this.dataDirectory}' }`,
      'mqtt:',
      `  expressLane: ${lane}`,
      '  listeners:',
      listener('token'),
      listener('password'),
      listener('certificate', `${own}, ${clients}`),
      '  overHttp: { authentication: [token] }',
      ...mqtt.map((line) => `  ${line}`),
      `http: { host: ${HOST}, port: ${ports.http}, signIn: required, tls: { ${own} } }`,
      'log: { level: warn }',
      ...sections,
      ...(sections.some((line) => line.startsWith('sinks:'))
        ? []
        : ['sinks: [ { name: local, type: duckdb } ]']),
    ]
  }
}
