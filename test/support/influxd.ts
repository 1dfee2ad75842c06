import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.js'
import { ServerProcess } from './server-process.js'

export interface InfluxSeries {
  readonly name: string
  readonly columns: readonly string[]
  readonly values: readonly (readonly unknown[])[]
}

/** A real influxd 1.x on 127.0.0.1, with a directory of its own. Stopped and started again, it keeps port and points. */
export interface Influxd {
  readonly url: string
  readonly port: number
  readonly pid: number
  up(): Promise<void>
  down(signal?: NodeJS.Signals): Promise<void>
  freeze(): void
  thaw(): void
  /** Stops it and deletes what it stored. */
  remove(): Promise<void>
  createDatabase(name: string): Promise<void>
  query(sql: string, database?: string): Promise<InfluxSeries[]>
  /** The first column behind the time, of all series. */
  values<T = number>(sql: string, database?: string): Promise<T[]>
}

export interface InfluxdOptions {
  /** Asks for this user and password, an administrator. */
  readonly user?: { readonly name: string; readonly password: string }
}

/** Without options, it has an empty database `factory`. */
export async function startInfluxd({ user }: InfluxdOptions = {}): Promise<Influxd> {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-influxd-'))
  const port = await freePort()
  const configuration = join(directory, 'influxdb.conf')
  writeFileSync(configuration, configurationOf(directory, port, await freePort(), user !== undefined))
  const url = `http://127.0.0.1:${port}`
  const server = new ServerProcess(
    'influxd',
    ['-config', configuration],
    async () => (await fetch(`${url}/ping`)).ok,
  )
  await server.up()
  const query = (sql: string, database = 'factory') => ask(url, sql, database, user)
  const influxd: Influxd = {
    url,
    port,
    get pid() {
      return server.pid
    },
    up: () => server.up(),
    down: (signal) => server.down(signal),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    async remove() {
      await server.down('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
    async createDatabase(name) {
      await query(`CREATE DATABASE "${name}"`)
    },
    query,
    async values<T>(sql: string, database?: string) {
      const series = await query(sql, database)
      return series.flatMap(({ values }) => values.map((row) => row[1] as T))
    },
  }
  if (user === undefined) await influxd.createDatabase('factory')
  else await query(`CREATE USER "${user.name}" WITH PASSWORD '${user.password}' WITH ALL PRIVILEGES`)
  return influxd
}

async function ask(
  url: string,
  sql: string,
  database: string,
  user: InfluxdOptions['user'],
): Promise<InfluxSeries[]> {
  const parameters = { db: database, q: sql, ...(user && { u: user.name, p: user.password }) }
  const answer = await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams(parameters) })
  const { results, error } = (await answer.json()) as {
    results?: { series?: InfluxSeries[]; error?: string }[]
    error?: string
  }
  const failure = error ?? results?.find((result) => result.error !== undefined)?.error
  if (failure !== undefined) throw new Error(failure)
  return results!.flatMap(({ series = [] }) => series)
}

function configurationOf(directory: string, port: number, rpcPort: number, hasUsers: boolean): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = "${directory}/meta"
[data]
dir = "${directory}/data"
wal-dir = "${directory}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
auth-enabled = ${hasUsers}
log-enabled = false
[monitor]
store-enabled = false
[logging]
level = "error"
suppress-logo = true
`
}
