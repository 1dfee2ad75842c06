import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { GatewayError } from '../../src/core/errors.js'
import { FailureLimit } from '../../src/http/failure-limit.js'
import { problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'
import { HERE, TwoWorkshops } from '../support/two-workshops.js'

describe('signing in', { timeout: 30_000 }, () => {
  const rig = new TwoWorkshops({ options: { trustedProxies: ['127.0.0.1'] } })

  before(() => rig.start())
  after(() => rig.close())

  it('is asked for with the scheme that is understood', async () => {
    const none = await rig.ask(undefined, '/api/v1/ledger')
    assert.equal(none.headers.get('www-authenticate'), 'Bearer')
    await problemIn(none, 401, 'LG_SIGN_IN_REQUIRED')
    await problemIn(await rig.ask('nobody', '/api/v1/ledger'), 401, 'LG_SIGN_IN_REQUIRED')
  })

  it('is not needed for the page, the errors and whether it lives, even with a session that has ended', async () => {
    for (const path of ['/', '/page.js', '/docs/errors', '/healthz', '/readyz']) {
      for (const name of [undefined, 'nobody']) {
        assert.equal((await rig.ask(name, path)).status, 200, path)
      }
    }
  })

  it('leaves on record who was refused what, from where', async () => {
    rig.recorded.length = 0
    const headers = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }
    await rig.ask(undefined, '/api/v1/devices/imm-01', { headers })
    await rig.ask('viewer', `/api/v1/devices/${HERE.id}`, { method: 'DELETE', headers })
    await rig.ask('engineer', `/api/v1/devices/${HERE.id}`, {
      method: 'PATCH',
      body: '{"model":"Y"}',
      headers: { ...headers, 'content-type': 'application/json' },
    })
    await rig.ask('engineer', '/api/v1/devices/nobody', { method: 'DELETE', headers })
    await rig.ask('viewer', '/api/v1/ledger?limit=x', { headers })
    const by = { address: '203.0.113.9' }
    assert.deepEqual(rig.recorded, [
      {
        ...by,
        id: 'access_denied',
        result: 'failure',
        actor: 'anonymous',
        target: 'GET /api/v1/devices/:id',
        details: { error: 'LG_SIGN_IN_REQUIRED' },
      },
      {
        ...by,
        id: 'access_denied',
        result: 'failure',
        actor: 'token:viewer',
        target: 'DELETE /api/v1/devices/:id',
        details: { error: 'LG_ACCESS_DENIED' },
      },
      {
        ...by,
        id: 'device_changed',
        result: 'success',
        actor: 'token:engineer',
        target: HERE.id,
        details: {},
      },
      {
        ...by,
        id: 'device_removed',
        result: 'failure',
        actor: 'token:engineer',
        target: 'nobody',
        details: { error: 'LG_DEVICE_ID_UNKNOWN' },
      },
      {
        ...by,
        id: 'bad_request',
        result: 'failure',
        actor: 'token:viewer',
        target: 'GET /api/v1/ledger',
        details: { error: 'LG_REQUEST_INVALID' },
      },
    ])
  })

  it('past too many failures is answered 429, and who signs in well is let in all the same', async () => {
    const codes = new Set<number>()
    for (let i = 0; i < 80; i++) codes.add((await rig.ask('nobody', '/api/v1/ledger')).status)
    assert.deepEqual([...codes], [401, 429])
    const refused = await rig.ask('nobody', '/api/v1/ledger')
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    await problemIn(refused, 429, 'LG_FAILURES_EXCEEDED')
    assert.equal((await rig.ask('viewer', '/api/v1/ledger')).status, 200)
    const elsewhere = await rig.ask('nobody', '/api/v1/ledger', {
      headers: { 'x-forwarded-for': '203.0.113.10' },
    })
    assert.equal(elsewhere.status, 401)
  })
})

describe('failures of an address', () => {
  it('are forgiven with time, and addresses without end do not fill the memory', () => {
    let nowMs = 0
    const limit = new FailureLimit(() => nowMs)
    for (let i = 0; i < 60; i++) assert.equal(limit.take('a'), 0)
    assert.ok(limit.take('a') > 0)
    nowMs += 5_000
    assert.equal(limit.take('a'), 0)
    for (let i = 0; i < 10_500; i++) limit.take(`other-${i}`)
    assert.ok(limit.size <= 10_000)
  })
})

describe('a page that is served through TLS', { timeout: 30_000 }, () => {
  const gateway = new HttpGateway()
  const files = { certFile: join(gateway.directory, 'a.crt'), keyFile: join(gateway.directory, 'a.key') }
  let rig: TwoWorkshops

  before(async () => {
    mkdirSync(gateway.directory, { recursive: true })
    certificate(files, 'first')
    rig = new TwoWorkshops({ tls: { ...files, minVersion: 'TLSv1.2' } })
    await rig.start()
  })
  after(async () => {
    await rig.close()
    await gateway.close()
  })

  interface Answered {
    readonly status: number
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
    readonly commonName: string
  }

  async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answered> {
    const { hostname, port } = new URL(rig.server.url!)
    const options = { hostname, port, path, method, headers, rejectUnauthorized: false, agent: false }
    const sent = request(options).end()
    const [response] = await once(sent, 'response')
    response.resume()
    const { CN } = (response.socket as TLSSocket).getPeerCertificate().subject
    return { status: response.statusCode, headers: response.headers, commonName: String(CN) }
  }

  it('is told to be asked for through TLS alone, and opens WebSockets through TLS alone', async () => {
    assert.match(rig.server.url!, /^https:/)
    const { status, headers } = await ask('/')
    assert.equal(status, 200)
    assert.equal(headers['strict-transport-security'], 'max-age=31536000')
    assert.match(String(headers['content-security-policy']), /connect-src 'self' wss:\/\/127\.0\.0\.1:\d+$/)
    const plain = await gateway.start()
    assert.equal((await plain.get('/')).headers.get('strict-transport-security'), null)
  })

  it('of http is another origin', async () => {
    const own = rig.server.url!
    const at = '/api/v1/devices/nobody'
    const authorization = 'Bearer lgp_admin'
    assert.equal((await ask(at, { origin: own, authorization }, 'DELETE')).status, 404)
    const stripped = own.replace('https', 'http')
    assert.equal((await ask(at, { origin: stripped, authorization }, 'DELETE')).status, 403)
  })

  it('has its new certificate after a reload, and the connections that there are stay', async () => {
    const { hostname, port } = new URL(rig.server.url!)
    const open = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false })
    await once(open, 'secureConnect')
    assert.equal((await ask('/healthz')).commonName, 'first')
    certificate(files, 'second')
    rig.server.reloadCertificates()
    assert.equal((await ask('/healthz')).commonName, 'second')
    open.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    assert.match(String((await once(open, 'data'))[0]), /^HTTP\/1\.1 200/)
    open.destroy()
  })

  it('keeps its certificate when the files do not fit each other', async () => {
    const key = readFileSync(files.keyFile)
    certificate(files, 'third')
    writeFileSync(files.keyFile, key)
    assert.throws(() => rig.server.reloadCertificates(), GatewayError)
    assert.equal((await ask('/healthz')).commonName, 'second')
  })

  it('is not served by old versions and weak ciphers', async () => {
    const { hostname, port } = new URL(rig.server.url!)
    const base = { host: hostname, port: Number(port), rejectUnauthorized: false }
    const weak = [
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
      { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-SHA256:ECDHE-RSA-AES128-SHA:AES128-GCM-SHA256' },
    ] as const
    for (const options of weak) {
      const socket = connectTls({ ...base, ...options })
      const [error] = await once(socket, 'error')
      assert.ok(error instanceof Error)
    }
    const modern = connectTls({ ...base, maxVersion: 'TLSv1.2' })
    await once(modern, 'secureConnect')
    assert.match(modern.getCipher().name, /^ECDHE-.*GCM/)
    modern.destroy()
  })
})

describe('TLS files that cannot be used', () => {
  it('keep the server from starting', async () => {
    const gateway = new HttpGateway({
      tls: { certFile: '/nowhere/a.crt', keyFile: '/nowhere/a.key', minVersion: 'TLSv1.3' },
    })
    await assert.rejects(gateway.start(), { code: 'LG_TLS_UNUSABLE' })
    await gateway.close()
  })
})

function certificate({ certFile, keyFile }: { certFile: string; keyFile: string }, name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-days', '1']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
  execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, ...subject], { stdio: 'ignore' })
}
