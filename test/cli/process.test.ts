import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../support/package-root.js'

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'linegate-cli-'))
after(() => rmSync(directory, { recursive: true }))

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the compiled entry as its own process. */
function linegate(argv: readonly string[], environment: Record<string, string> = {}): Ended {
  const env = { PATH: process.env.PATH, ...environment }
  return spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8', env, cwd: directory })
}

function file(name: string, yaml: string): string {
  const path = join(directory, name)
  writeFileSync(path, yaml)
  return path
}

describe('linegate check', () => {
  test('says ok to the shipped configuration and shows what is in force', () => {
    const { status, stdout, stderr } = linegate(['check'])
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^ok: .*config\/gateway\.yaml\n/)
    assert.match(stdout, new RegExp(`dataDirectory: ${join(directory, 'data')}\n`))
    assert.match(stdout, /flushIntervalMs: 2\n/)
  })

  test('says ok to the example for InfluxDB', () => {
    const { status, stderr } = linegate(['check', '-c', join(packageRoot(), 'config/influxdb.example.yaml')])
    assert.equal(status, 0, stderr)
  })

  test('shows no secret', () => {
    const sinks = `{ name: a, type: influxdb, version: 2, url: "http://x", org: o, bucket: b, token: "\${TOKEN}" }`
    const path = file('secret.yaml', `sinks: [ ${sinks} ]`)
    const { status, stdout, stderr } = linegate(['check', '--config', path], { TOKEN: 'hunter2' })
    assert.equal(status, 0, stderr)
    assert.doesNotMatch(stdout + stderr, /hunter2/)
    assert.match(stdout, /token: "\*\*\*"\n/)
  })

  test('lists every violation with its key path, and exits with 2', () => {
    const path = file(
      'invalid.yaml',
      'http: { port: 99999 }\nsinks: [ { name: a, type: influx } ]\nlogs: {}\n',
    )
    const { status, stdout, stderr } = linegate(['check', '--config', path])
    assert.equal(status, 2)
    assert.equal(stdout, '')
    assert.deepEqual(stderr.split('\n').slice(0, 4), [
      `${path} has 3 violations:`,
      '  http.port: must be at most 65535 (line 1, column 9)',
      '  sinks[0].type: must be one of influxdb, duckdb; did you mean influxdb? (line 2, column 21)',
      '  logs: is not a known key; did you mean log? (line 3, column 1)',
    ])
  })

  test('refuses anonymous MQTT beyond this machine unless it is allowed', () => {
    const listeners = 'listeners: [ { protocol: mqtt, host: 0.0.0.0, port: 1883 } ]'
    const refused = linegate(['check', '-c', file('open.yaml', `mqtt: { ${listeners} }`)])
    assert.equal(refused.status, 2)
    assert.match(refused.stderr, /mqtt\.listeners\[0\]/)
    assert.match(refused.stderr, /mqtt\.allowAnonymousFromNetwork/)
    const allowed = file('allowed.yaml', `mqtt: { allowAnonymousFromNetwork: true, ${listeners} }`)
    assert.equal(linegate(['check', '-c', allowed]).status, 0)
  })

  test('speaks Chinese when asked to, or when the locale does', () => {
    assert.match(linegate(['check', '--lang', 'zh']).stdout, /^正确：/)
    assert.match(linegate(['check'], { LANG: 'zh_CN.UTF-8' }).stdout, /^正确：/)
  })
})

describe('linegate', () => {
  test('exits with 2 for a configuration that cannot be read, in words and without a stack', () => {
    const { status, stderr } = linegate(['run', '--config', 'missing.yaml'])
    assert.equal(status, 2)
    assert.match(stderr, /^LG_CONFIG_UNREADABLE: Cannot read the configuration missing\.yaml: ENOENT/)
    assert.match(stderr, /^What to do: /m)
    assert.doesNotMatch(stderr, /^ {4}at /m)
  })

  test('does not start with a configuration that is invalid', () => {
    const { status, stderr } = linegate(['run', '--config', file('bad.yaml', 'http: { prot: 1 }')])
    assert.equal(status, 2)
    assert.match(stderr, /http\.prot: is not a known key; did you mean port\?/)
  })

  test('exits with 2 for a command or an option that does not exist', () => {
    assert.equal(linegate(['ledgre']).status, 2)
    assert.match(linegate(['ledgre']).stderr, /Did you mean ledger\?/)
    assert.equal(linegate(['ledger', '--devices', 'x']).status, 2)
    assert.equal(linegate(['tail', '--topic', 'everything']).status, 2)
    assert.equal(linegate([]).status, 2)
  })

  test('exits with 1 when no gateway answers', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    for (const command of [
      ['ledger'],
      ['dead-letters', 'list'],
      ['dead-letters', 'show', '1'],
      ['spool'],
      ['tail'],
    ]) {
      const { status, stderr } = linegate([...command, '--url', url])
      assert.equal(status, 1, command.join(' '))
      assert.ok(stderr.startsWith(`LG_GATEWAY_UNREACHABLE: No gateway answers at ${url}: `), stderr)
      assert.match(stderr, /ECONNREFUSED/)
    }
  })

  test('takes the address of the gateway from the environment', () => {
    const { stderr } = linegate(['ledger'], { LINEGATE_URL: 'http://127.0.0.1:2/' })
    assert.match(stderr, /No gateway answers at http:\/\/127\.0\.0\.1:2:/)
  })

  test('shows its version', () => {
    assert.match(linegate(['--version']).stdout, /^\d+\.\d+\.\d+\n$/)
  })
})
