import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { NO_AUDIT } from '../../src/core/audit.js'
import { type Logger, silentLogger } from '../../src/core/logger.js'
import { Access } from '../../src/http/access.js'
import { createApp } from '../../src/http/app.js'
import { TrustedProxies } from '../../src/http/arrival.js'
import { DEFAULT_HTTP_OPTIONS } from '../../src/http/inputs.js'
import { ROUTES } from '../../src/http/routes/index.js'
import { problemIn } from '../support/answers.js'
import { HttpGateway, PAGE } from '../support/http-gateway.js'

const SECRET = 'the password is hunter2'

const addressOf = (url: string) => url.replace(/:\w+|\*/g, '1')

/** Bodies are checked before parameters are: those of routes that name their keys. */
const BODIES: Readonly<Record<string, string>> = {
  '/api/v1/try': '{}',
  '/api/v1/dead-letters/replay': '{"filter":{"reason":"malformed"}}',
  '/api/v1/dead-letters/purge': '{"filter":{"reason":"malformed"}}',
  '/api/v1/session': '{"name":"anna","password":"a long password"}',
  '/api/v1/session/password': '{"currentPassword":"a long password","password":"a longer password"}',
  '/api/v1/users': '{"name":"anna","role":"viewer","password":"a long password"}',
  '/api/v1/users/:name': '{}',
  '/api/v1/api-tokens': '{"name":"prometheus","role":"viewer"}',
  '/api/v1/credentials': '{"name":"imm-01","kind":"token","profile":"device"}',
  '/api/v1/credentials/:name': '{}',
  '/api/v1/credentials/:name/rotate': '{}',
  '/api/v1/enrolment-codes': '{"name":"{name}","profile":"device"}',
  '/api/v1/enrol': '{"code":"lge_x","name":"imm-01"}',
}

describe('requests that are wrong', () => {
  const errors: object[] = []
  const logger: Logger = { ...silentLogger, error: (fields) => errors.push(fields) }
  const gateway = new HttpGateway({
    logger,
    sinks: {
      statuses: () => {
        throw new Error(SECRET)
      },
    },
  })

  before(() => gateway.start())
  after(() => gateway.close())

  it('name the parameters that are not known, at every address', async () => {
    for (const { spec } of ROUTES) {
      // An OpenID provider may add to what it sends the browser back with.
      if ('additionalProperties' in spec.query && spec.query.additionalProperties === true) continue
      const response = await gateway.get(`${addressOf(spec.url)}?bogus=1`, {
        method: spec.method ?? 'GET',
        ...(spec.body === undefined
          ? {}
          : {
              body: BODIES[spec.url] ?? '{"kind":"part"}',
              headers: { 'content-type': spec.body.types[0]! },
            }),
      })
      const { violations } = await problemIn(response, 400, 'LG_REQUEST_INVALID')
      assert.ok(
        violations?.some(({ path, message }) => path === 'query.bogus' && message === 'is not known here'),
        `${spec.method} ${spec.url} ${JSON.stringify(violations)}`,
      )
    }
  })

  it('get 404 where nothing is, whatever the method', async () => {
    const { detail } = await problemIn(await gateway.get('/api/v1/nothing?x=1'), 404, 'LG_NOT_FOUND')
    assert.equal(detail, 'There is nothing at /api/v1/nothing.')
    const post = await gateway.get('/nothing', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    })
    await problemIn(post, 404, 'LG_NOT_FOUND')
  })

  it('get 405 with the methods that are allowed, before their body is looked at', async () => {
    for (const url of new Set([...ROUTES.map(({ spec }) => spec.url), '/'])) {
      const taken = ROUTES.filter(({ spec }) => spec.url === url).map(({ spec }) => spec.method ?? 'GET')
      const allowed = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'].filter(
        (method) => taken.some((name) => name === method) || (method === 'GET' && url === '/'),
      )
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        if (allowed.includes(method)) continue
        const response = await gateway.get(addressOf(url), {
          method,
          body: '{ not json',
          headers: { 'content-type': 'application/json' },
        })
        assert.equal(response.headers.get('allow'), allowed.join(', ').replace('GET', 'GET, HEAD'))
        await problemIn(response, 405, 'LG_METHOD_NOT_ALLOWED')
      }
    }
  })

  it('get 500 that leaks nothing when the gateway fails, and the log has it', async () => {
    const response = await gateway.get('/api/v1/ledger')
    const problem = await problemIn(response, 500, 'LG_INTERNAL')
    assert.doesNotMatch(JSON.stringify(problem), /hunter2|at .*\.js/)
    assert.match(JSON.stringify(errors), new RegExp(SECRET))
  })

  it('get 400 for an address that cannot be decoded', async () => {
    const answer = await gateway.raw('GET /%E0%A4%A HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*LG_REQUEST_INVALID/)
  })

  it('get 400 for what is not HTTP, and 431 for headers without end', async () => {
    assert.match(
      await gateway.raw('\x10\x0c\x00\x04MQTT\r\n\r\n'),
      /^HTTP\/1\.1 400 [\s\S]*LG_REQUEST_INVALID/,
    )
    const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`
    assert.match(await gateway.raw(long), /^HTTP\/1\.1 431 [\s\S]*LG_HEADERS_TOO_LARGE/)
  })

  it('get 421 when they are for a name that is not of this machine', async () => {
    const status = async (host: string) => {
      const answer = await gateway.raw(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      return Number(answer.slice(9, 12))
    }
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:8080', '127.1.2.3', '[::1]:9']) {
      assert.equal(await status(host), 200, host)
    }
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      '192.168.1.5',
      '',
    ]) {
      assert.equal(await status(host), 421, host)
    }
  })
})

describe('bodies that are wrong', () => {
  const rules = { host: '127.0.0.1', allowedHosts: [], allowedOrigins: [] }
  const gate = { rules, proxies: new TrustedProxies([]), access: new Access({ audit: NO_AUDIT }) }
  const app = createApp({ ...DEFAULT_HTTP_OPTIONS, maxBodyBytes: 100 }, gate, silentLogger, undefined)
  app.post('/echo', { config: { access: 'anyone' } }, async ({ body }) => body)

  async function post(body: string, type: string) {
    const answer = await app.inject({
      method: 'POST',
      url: '/echo',
      payload: body,
      headers: { 'content-type': type, host: 'localhost' },
    })
    return [answer.statusCode, answer.json().code ?? answer.json()]
  }

  it('get 400, 413 or 415', async () => {
    assert.deepEqual(await post('{"a":1}', 'application/json'), [200, { a: 1 }])
    assert.deepEqual(await post('{"a":', 'application/json'), [400, 'LG_REQUEST_INVALID'])
    assert.deepEqual(await post('', 'application/json'), [400, 'LG_REQUEST_INVALID'])
    assert.deepEqual(await post('{"__proto__":{"a":1}}', 'application/json'), [400, 'LG_REQUEST_INVALID'])
    assert.deepEqual(await post(`"${'x'.repeat(100)}"`, 'application/json'), [413, 'LG_REQUEST_TOO_LARGE'])
    assert.deepEqual(await post('<a/>', 'application/xml'), [415, 'LG_MEDIA_TYPE_UNSUPPORTED'])
  })
})

describe('requests of a page of another origin', () => {
  const gateway = new HttpGateway()

  before(() => gateway.start())
  after(() => gateway.close())

  it('that would change something are refused before anything is read, others are not', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      for (const { spec } of ROUTES) {
        if ((spec.method ?? 'GET') === 'GET') continue
        const init = { method: spec.method!, headers: { origin } }
        await problemIn(await gateway.get(addressOf(spec.url), init), 403, 'LG_ORIGIN_REFUSED')
      }
      assert.equal((await gateway.get('/api/v1/info', { headers: { origin } })).status, 200)
    }
    const own = { method: 'DELETE', headers: { origin: gateway.url } }
    await problemIn(await gateway.get('/api/v1/devices/nobody', own), 404, 'LG_DEVICE_ID_UNKNOWN')
  })

  it('that a plain form can send are refused by their type, with a body and without', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      for (const path of ['/api/v1/devices/a/confirm', '/api/v1/devices/import']) {
        for (const body of ['', '{}']) {
          const init = { method: 'POST', body, headers: { 'content-type': type } }
          await problemIn(await gateway.get(path, init), 415, 'LG_MEDIA_TYPE_UNSUPPORTED')
        }
      }
    }
  })
})

describe('answers', () => {
  const gateway = new HttpGateway()

  before(() => gateway.start())
  after(() => gateway.close())

  it('carry a policy that lets the page load from here alone', async () => {
    const host = new URL(gateway.url).host
    for (const path of ['/', '/page.js', '/api/v1/ledger', '/nothing']) {
      const { headers } = await gateway.get(path)
      const policy = new Map(
        headers
          .get('content-security-policy')!
          .split('; ')
          .map((part) => {
            const [name, ...sources] = part.split(' ')
            return [name, sources.join(' ')]
          }),
      )
      assert.equal(policy.get('default-src'), "'none'")
      assert.equal(policy.get('script-src'), "'self'")
      assert.equal(policy.get('frame-ancestors'), "'none'")
      assert.equal(policy.get('connect-src'), `'self' ws://${host} wss://${host}`)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      assert.equal(headers.get('access-control-allow-origin'), null)
    }
  })

  it('of the API are not stored by caches', async () => {
    assert.equal((await gateway.get('/api/v1/ledger')).headers.get('cache-control'), 'no-store')
  })

  it('to HEAD have no body', async () => {
    const response = await gateway.get('/api/v1/info', { method: 'HEAD' })
    assert.deepEqual([response.status, await response.text()], [200, ''])
  })

  it('with the page come once, and later only when it changed', async () => {
    const first = await gateway.get('/')
    assert.equal(await first.text(), PAGE)
    assert.match(first.headers.get('content-type')!, /^text\/html/)
    assert.equal(first.headers.get('cache-control'), 'no-cache')
    const tag = first.headers.get('etag')!
    const again = await gateway.get('/', { headers: { 'if-none-match': `"other", W/${tag}` } })
    assert.deepEqual([again.status, await again.text(), again.headers.get('etag')], [304, '', tag])
    const script = await gateway.get('/page.js', { headers: { 'if-none-match': tag } })
    assert.equal(script.status, 200)
    assert.match(script.headers.get('content-type')!, /javascript/)
  })

  it('never hold files from outside of the page', async () => {
    for (const path of ['/../state/data.mdb', '/..%2fstate%2fdata.mdb', '/%2e%2e/state/data.mdb', '/.git']) {
      const answer = await gateway.raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 404 [\s\S]*LG_NOT_FOUND/)
    }
  })
})
