import { InfluxDB } from 'influx'
import { Pool } from 'influx/lib/src/pool.js'
import type { InfluxDbSinkOptions } from './options.js'

/** Every caller here has its own way to try again, so the client must not keep a host out of use. */
const NO_BACK_OFF = { getDelay: () => 0, next: () => NO_BACK_OFF, reset: () => NO_BACK_OFF }

function poolOptions(timeoutMs: number) {
  return { maxRetries: 0, requestTimeout: timeoutMs, backoff: NO_BACK_OFF }
}

/** Creates what the options name and the store does not have. Version 1 only. */
export async function createDatabase(options: InfluxDbSinkOptions, timeoutMs: number): Promise<void> {
  await Promise.race([create(options, timeoutMs), cutOff(AbortSignal.timeout(timeoutMs), timeoutMs)])
}

async function create(options: InfluxDbSinkOptions, timeoutMs: number): Promise<void> {
  const { database = '', username = '', password = '', retentionPolicy } = options
  const { hostname, port, pathname, protocol } = new URL(options.url)
  const scheme = protocol === 'https:' ? 'https' : 'http'
  const influx = new InfluxDB({
    hosts: [
      {
        host: hostname,
        port: Number(port) || (scheme === 'https' ? 443 : 80),
        protocol: scheme,
        path: pathname.replace(/\/$/, ''),
      },
    ],
    database,
    username,
    password,
    pool: poolOptions(timeoutMs),
  })
  if (!(await influx.getDatabaseNames()).includes(database)) await influx.createDatabase(database)
  if (retentionPolicy === undefined) return
  const { name, duration } = retentionPolicy
  const policies = await influx.showRetentionPolicies(database)
  if (policies.some((policy) => policy.name === name)) return
  await influx.createRetentionPolicy(name, { database, duration, replication: 1, isDefault: false })
}

/**
 * Runs InfluxQL through the client's pool and returns the answer as text: its own parser turns long integers into
 * doubles.
 */
export class InfluxQlClient {
  readonly #pool: Pool
  readonly #options: InfluxQlClientOptions

  constructor(options: InfluxQlClientOptions) {
    this.#options = options
    this.#pool = new Pool(poolOptions(options.timeoutMs))
    this.#pool.addHost(options.url.replace(/\/$/, ''))
  }

  async run(statements: string): Promise<string> {
    const { database, headers, timeoutMs } = this.#options
    const body = new URLSearchParams({ db: database, q: statements }).toString()
    const signal = AbortSignal.timeout(timeoutMs)
    const answer = this.#pool.text({ method: 'POST', path: '/query', body, headers: { ...headers }, signal })
    return Promise.race([answer, cutOff(signal, timeoutMs)])
  }
}

export interface InfluxQlClientOptions {
  readonly url: string
  readonly database: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** The pool never ends when a connection breaks in the middle of an answer. */
function cutOff(signal: AbortSignal, timeoutMs: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs} ms`)), {
      once: true,
    })
  })
}
