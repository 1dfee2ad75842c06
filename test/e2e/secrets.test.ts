import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ConfigSchema } from '../../src/config/schema.js'
import { eventually, freePort } from '../support/ports.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'
import { ISSUED, type Issued, issueAll, useAll } from './secrets-issued.js'
import { SecretsPlace, spellings } from './secrets-place.js'

/** Distinctive, and without a character that any format would escape. */
function secret(name: string): string {
  return `${name}${randomBytes(12).toString('hex')}`
}

/** Of the configuration, by the variable that it is given as; and the key that the schema has for it. */
const CONFIGURED = {
  INFLUX_PASSWORD: { key: 'password', value: secret('influxpassword') },
  INFLUX_TOKEN: { key: 'token', value: secret('influxtoken') },
  IDENTIFIERS_TOKEN: { key: 'tokens', value: secret('identifierstoken') },
  OIDC_SECRET: { key: 'clientSecret', value: secret('oidcsecret') },
}

/** What devices and people send, right or wrong. */
const SENT = {
  devicePassword: secret('devicepassword'),
  deviceToken: `lgd_abcdefghijkl_${secret('devicetoken')}`,
  enrolmentCode: `lge_abcdefghijkl_${secret('enrolmentcode')}`,
  userPassword: secret('userpassword'),
  apiToken: `lgp_abcdefghijkl_${secret('apitoken')}`,
  localKey: `lgl_abcdefghijkl_${secret('localkey')}`,
  sessionCookie: secret('sessioncookie'),
  oidcCode: secret('oidccode'),
}

const place = new SecretsPlace(
  Object.fromEntries(Object.entries(CONFIGURED).map(([name, { value }]) => [name, value])),
)
/** A store that lets nobody in. */
const store = createServer((request, response) => {
  request.resume()
  response.writeHead(401, { 'content-type': 'application/json' })
  response.end('{"code":"unauthorized","message":"unauthorized access","error":"authorization failed"}')
}).listen(0, '127.0.0.1')
let httpPort: number
let mqttPort: number
let guardedPort: number
let issued: Issued

function url(path: string): string {
  return `http://127.0.0.1:${httpPort}${path}`
}

function storePort(): number {
  const address = store.address()
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}

/** @param broken lines in which something is wrong */
function configuration(closedPort: number, broken: readonly string[] = []): string {
  return [
    `gateway: { id: test, dataDirectory: '${place.dataDirectory}' }`,
    'mqtt:',
    '  listeners:',
    `    - { protocol: mqtt, port: ${mqttPort} }`,
    `    - { protocol: mqtt, port: ${guardedPort}, authentication: [ password, token ] }`,
    `http: { port: ${httpPort}, publicUrl: 'http://127.0.0.1:${httpPort}', signIn: required }`,
    'sinks:',
    `  - { name: one, type: influxdb, version: 1, url: 'http://127.0.0.1:${storePort()}', database: d, username: u, password: '\${INFLUX_PASSWORD}' }`,
    `  - { name: two, type: influxdb, version: 2, url: 'http://127.0.0.1:${closedPort}', org: o, bucket: b, token: '\${INFLUX_TOKEN}' }`,
    'identifiers:',
    `  tokens: [ '\${IDENTIFIERS_TOKEN}' ]`,
    `security: { oidc: { issuer: 'http://127.0.0.1:${closedPort}', clientId: c, clientSecret: '\${OIDC_SECRET}', roles: [ { value: a, role: viewer } ] } }`,
    'log: { level: debug }',
    ...broken,
  ].join('\n')
}

/** Secrets stand in wrong places, and beside mistakes. */
const BROKEN = [
  [`routes: [ { topic: 'a/#', password: '\${INFLUX_PASSWORD}' } ]`],
  [`spool: { flushIntervalMs: '\${INFLUX_TOKEN}' }`],
  [`live: { allowedOrigins: [ '\${IDENTIFIERS_TOKEN}' ] }`],
  // In plain text, too.
  [`sparkplug: '${CONFIGURED.OIDC_SECRET.value}'`],
  [
    `shifts: { password: '${CONFIGURED.INFLUX_PASSWORD.value}' }`,
    `live: { "${CONFIGURED.INFLUX_TOKEN.value}`,
  ],
  [`quality: { '\${OIDC_SECRET}': 1 }`, `devices: { file: '\${OIDC_SECRET}'`],
]

async function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<void> {
  const answer = await fetch(url(path), {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'manual',
  })
  const text = `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`
  place.keep(`answer to ${method} ${path.split('?')[0]}`, text)
}

/** Sent with credentials of every kind, none of them good. */
async function knockOverHttp(): Promise<void> {
  const { userPassword, apiToken, localKey, sessionCookie, oidcCode, enrolmentCode } = SENT
  const paths = ['/api/v1/devices', '/api/v1/nothing', '/metrics', '/api/v1/handles/88.1.2/3']
  for (const path of paths) {
    for (const token of [apiToken, localKey]) await ask('GET', path, { authorization: `Bearer ${token}` })
    await ask('GET', path, { cookie: `linegate_session=${sessionCookie}` })
    const basic = Buffer.from(`anna:${userPassword}`).toString('base64')
    await ask('GET', path, { authorization: `Basic ${basic}` })
  }
  for (const path of ['/api/v1/session', '/api/v1/users', '/api/v1/users/anna/password'])
    await ask(
      'POST',
      path,
      {},
      { name: 'anna', username: 'anna', password: userPassword, unknown: userPassword },
    )
  await ask('POST', '/api/v1/enrol', {}, { code: enrolmentCode })
  await ask('GET', `/api/v1/oidc/callback?code=${oidcCode}&state=${oidcCode}`, {})
  await ask('GET', `/api/v1/devices?token=${apiToken}`, {})
}

async function knockOverMqtt(): Promise<void> {
  const { devicePassword, deviceToken } = SENT
  for (const password of [devicePassword, deviceToken]) {
    for (const port of [mqttPort, guardedPort]) {
      const client = new RawMqtt(port)
      const session = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const
      const credentials = { username: 'press-1', password: Buffer.from(password) }
      client.send({ cmd: 'connect', clientId: `c${port}`, ...session, ...credentials })
      client.send(publishPacket('factory/a/b/c/d/telemetry', '{"x":1}', 0))
      await Promise.race([client.closed, new Promise((resolve) => setTimeout(resolve, 300))])
      await client.end()
    }
  }
}

async function reloadBroken(closedPort: number): Promise<void> {
  for (const lines of BROKEN) {
    place.configure(configuration(closedPort, lines))
    const before = place.log.length
    place.signal('SIGHUP')
    await eventually('the reload was refused', () => (place.log.length > before ? true : undefined))
    await place.command(['check', '--config', place.configFile])
    await ask('POST', '/api/v1/reload', { authorization: `Bearer ${issued['local key']}` })
  }
  place.configure(configuration(closedPort))
}

async function crash(): Promise<void> {
  place.signal('SIGUSR2')
  await eventually('Node reported', () => (readdirSync(place.reports).length > 0 ? true : undefined))
  assert.notEqual(await place.end('SIGWINCH'), 0)
}

const READ = [
  '/api/v1/ledger',
  '/metrics',
  '/api/v1/credentials',
  '/api/v1/users',
  '/api/v1/api-tokens',
  '/api/v1/enrolment-codes',
  '/api/v1/audit',
]

before(async () => {
  await once(store, 'listening')
  httpPort = await freePort()
  mqttPort = await freePort()
  guardedPort = await freePort()
  const closedPort = await freePort()
  place.configure(configuration(closedPort))
  await place.run(url('/readyz'))
  const site = { url: url(''), mqttPort: guardedPort, localKey: place.localKey() }
  issued = await issueAll(site)
  await useAll(site, issued)
  await knockOverMqtt()
  await knockOverHttp()
  await eventually('both stores refused', () =>
    /authorized|authorization failed/.test(place.log) && /ECONNREFUSED/.test(place.log) ? true : undefined,
  )
  await place.command(['check', '--config', place.configFile])
  await place.command(['check', '--json', '--config', place.configFile])
  const addUser = [
    'users',
    'add',
    'carl',
    '--role',
    'viewer',
    '--password-stdin',
    '--config',
    place.configFile,
  ]
  assert.equal(await place.command(addUser, `${SENT.userPassword}\n`), 0)
  await place.command([
    'ledger',
    '--url',
    url(''),
    '--token',
    issued['API token'],
    '--config',
    place.configFile,
  ])
  for (const path of READ) await ask('GET', path, { authorization: `Bearer ${issued['local key']}` })
  await reloadBroken(closedPort)
  await crash()
  place.keepFiles()
})

after(async () => {
  await place.remove()
  store.close()
})

test('each key that the schema calls a secret has been given one here', () => {
  const keys = new Set<string>()
  const walk = (schema: unknown) => {
    if (typeof schema !== 'object' || schema === null) return
    for (const [key, child] of Object.entries(schema)) {
      if ((child as { writeOnly?: boolean } | null)?.writeOnly === true) keys.add(key)
      walk(child)
    }
  }
  walk(ConfigSchema)
  assert.deepEqual(
    [...keys].sort(),
    Object.values(CONFIGURED)
      .map(({ key }) => key)
      .sort(),
  )
})

test('what was searched is there: the log, the answers, the reports, the state', () => {
  const names = [...place.outputs.keys()]
  assert.match(place.log, /"level":20|"level":40|"level":50/)
  assert.match(place.outputs.get('linegate check --config') ?? '', /\*\*\*/)
  assert.match(place.outputs.get('answer to GET /metrics') ?? '', /linegate_info/)
  assert.equal(names.filter((name) => name.startsWith('reports/')).length, 2)
  const report = place.outputs.get(names.find((name) => name.startsWith('reports/')) ?? '') ?? ''
  assert.match(report, /"environmentVariables": \{\s+"/)
  assert.ok(names.some((name) => name.startsWith('data/state/')))
  assert.ok(names.some((name) => name.startsWith('data/audit/')))
})

for (const [name, value] of [
  ...Object.entries(CONFIGURED).map(([key, { value }]) => [key, value] as const),
  ...Object.entries(SENT),
]) {
  test(`${name} comes out nowhere`, () => {
    const found = [...place.outputs].filter(([, text]) =>
      spellings(value).some((form) => text.includes(form)),
    )
    assert.deepEqual(
      found.map(([where]) => where),
      [],
    )
  })
}

for (const name of ISSUED) {
  test(`the ${name} that was good comes out nowhere, and is on disk as a digest at most`, () => {
    const value = issued[name]
    const found = [...place.outputs].filter(([, text]) =>
      spellings(value).some((form) => text.includes(form)),
    )
    assert.deepEqual(
      found.map(([where]) => where),
      [],
    )
  })
}

test('the local key lies where nobody else can read it', () => {
  assert.equal(statSync(join(place.dataDirectory, 'local.key')).mode & 0o777, 0o600)
})
