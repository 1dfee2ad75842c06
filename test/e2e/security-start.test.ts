import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { linegateWith } from '../support/guarded-command.js'
import { GuardedGateway } from '../support/guarded-gateway.js'
import { freePort } from '../support/ports.js'

const PASSWORD = 'a password of this test alone'
const INVALID = 2

let gateway: GuardedGateway

before(async () => {
  gateway = await GuardedGateway.prepare()
})

after(() => gateway.remove())

/** Runs a gateway of this configuration, which is to end by itself. */
async function refused(...sections: string[]) {
  const file = join(gateway.directory, 'exposed.yaml')
  const dataDirectory = join(gateway.directory, 'exposed')
  writeFileSync(file, [`gateway: { id: test, dataDirectory: '${dataDirectory}' }`, ...sections].join('\n'))
  const ended = await linegateWith('', 'run', '--config', file)
  assert.equal(existsSync(dataDirectory), false, 'nothing was opened')
  return ended
}

describe('a gateway does not start', () => {
  test('with HTTP on the network where nobody has to sign in, or without TLS', async () => {
    const http = `host: 0.0.0.0, port: ${await freePort()}`
    const overHttp = 'mqtt: { overHttp: { authentication: [token] } }'
    const files = `certFile: '${gateway.authority.file('server.crt')}', keyFile: '${gateway.authority.file('server.key')}'`
    for (const rest of [`tls: { ${files} }`, 'signIn: required']) {
      const { code, err } = await refused(overHttp, `http: { ${http}, ${rest} }`)
      assert.equal(code, INVALID)
      assert.match(err, /would let anyone on that network in, or passwords be read on their way/)
      assert.match(err, /http\.host/)
    }
  })

  test('with MQTT on the network for clients that need not say who they are', async () => {
    const listener = `{ protocol: mqtt, host: 0.0.0.0, port: ${await freePort()}, authentication: [token, none] }`
    const { code, err } = await refused(`mqtt: { listeners: [ ${listener} ] }`)
    assert.equal(code, INVALID)
    assert.match(err, /would let anyone on that network publish without signing in/)
    assert.match(err, /mqtt\.listeners\[0\]\.host/)
  })
})

async function signIn(name: string, password: string): Promise<number> {
  const answer = await gateway.fetch('/api/v1/session', { method: 'POST', body: { name, password } })
  return answer.status
}

describe('nobody signs in', () => {
  test('with a default name and password: there are none, and no page that makes the first user', async () => {
    await gateway.run()
    const names = ['admin', 'root', 'linegate']
    const tried = names.flatMap((name) => [name, 'admin', 'password'].map((word) => [name, word]))
    for (const [name, password] of tried)
      assert.notEqual(await signIn(name!, password!), 200, `${name} ${password}`)
    const user = { name: 'mallory', role: 'admin', password: PASSWORD }
    assert.equal((await gateway.fetch('/api/v1/users', { method: 'POST', body: user })).status, 401)
    const { users } = await gateway.administer<{ users: object[] }>('GET', '/api/v1/users')
    assert.deepEqual(users, [])
    await gateway.audited('sign_in', { result: 'failure' })
    await gateway.verifyAudit()
  })

  test('before the command line of this machine has added the first administrator, while the gateway runs', async () => {
    const add = ['users', 'add', 'anna', '--role', 'admin', '--password-stdin', '--url', gateway.url]
    const stranger = join(gateway.directory, 'stranger.yaml')
    writeFileSync(stranger, `gateway: { dataDirectory: '${join(gateway.directory, 'other')}' }\n`)
    const without = await linegateWith(`${PASSWORD}\n`, ...add, '--config', stranger)
    assert.notEqual(without.code, 0, 'without the data directory')
    assert.notEqual(await signIn('anna', PASSWORD), 200)
    const added = await linegateWith(`${PASSWORD}\n`, ...add, '--config', gateway.configFile)
    assert.equal(added.code, 0, added.err)
    assert.doesNotMatch(added.out + added.err, new RegExp(PASSWORD))
    assert.equal(await signIn('anna', PASSWORD), 200)
    await gateway.audited('user_added', { actor: 'local', target: 'anna', result: 'success' })
  })

  test('before it has, or with what was good before it changed it, while the gateway is stopped', async () => {
    await gateway.end('SIGTERM')
    const at = ['--config', gateway.configFile, '--password-stdin']
    const added = await linegateWith(`${PASSWORD}\n`, 'users', 'add', 'bert', '--role', 'viewer', ...at)
    assert.equal(added.code, 0, added.err)
    const changed = await linegateWith(`${PASSWORD} anew\n`, 'users', 'password', 'anna', ...at)
    assert.equal(changed.code, 0, changed.err)
    await gateway.run()
    assert.equal(await signIn('bert', PASSWORD), 200)
    assert.notEqual(await signIn('anna', PASSWORD), 200)
    assert.equal(await signIn('anna', `${PASSWORD} anew`), 200)
    await gateway.audited('user_added', { target: 'bert', result: 'success' })
    await gateway.verifyAudit()
  })

  test('with a key of the command line from before the gateway was started again', async () => {
    const old = gateway.localKey
    await gateway.end('SIGKILL')
    await gateway.run()
    assert.equal((await gateway.fetch('/api/v1/users', { bearer: old })).status, 401)
    assert.equal((await gateway.fetch('/api/v1/users', { bearer: gateway.localKey })).status, 200)
    await gateway.verifyAudit()
  })
})
