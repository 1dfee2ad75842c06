import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ROUTES } from '../../src/http/routes/index.js'
import { problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'
import { ELSEWHERE, HERE, TwoWorkshops } from '../support/two-workshops.js'

const SECRET = 'root:x:0:0'

describe('files outside of the page', { timeout: 30_000 }, () => {
  const gateway = new HttpGateway()

  before(async () => {
    writeFileSync(join(gateway.directory, 'passwd'), SECRET)
    mkdirSync(join(gateway.directory, 'page-of-others'))
    writeFileSync(join(gateway.directory, 'page-of-others', 'a.txt'), SECRET)
    await gateway.start()
  })
  after(() => gateway.close())

  it('are not to be had, however the way to them is written', async () => {
    const ups = ['..', '%2e%2e', '%2E.', '%252e%252e', '..%00', '..;', '%c0%ae%c0%ae', '．．', '....']
    const slashes = ['/', '%2f', '%2F', '%252f', '\\', '%5c', '//', '%c0%af']
    const files = ['passwd', 'page-of-others/a.txt', 'etc/passwd', 'passwd%00.js', 'passwd::$DATA']
    const starts = ['/', '/./', '/page.js/', '//', 'C:/', '/C:\\', 'file:///', `${gateway.directory}/`]
    let asked = 0
    for (const up of ups) {
      for (const slash of slashes) {
        for (const file of files) {
          for (const start of starts) {
            const way = `${start}${up}${slash}${up}${slash}${file}`
            // Too many to ask for all of them; these are every eleventh.
            if (asked++ % 11 !== 0) continue
            const answer = await gateway.raw(
              `GET ${way} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
            )
            assert.match(answer, /^HTTP\/1\.1 40[04] /, way)
            assert.ok(!answer.includes(SECRET), way)
            // What was asked for is told again; where the gateway's files are is not.
            assert.ok(way.includes(gateway.directory) || !answer.includes(gateway.directory), way)
          }
        }
      }
    }
  })

  it('and those whose name begins with a period are not served', async () => {
    for (const path of ['/.env', '/.git/config', '/%2eenv']) {
      await problemIn(await gateway.get(path), 404, 'LG_NOT_FOUND')
    }
  })
})

describe('requests that no client of ours makes', { timeout: 30_000 }, () => {
  const gateway = new HttpGateway()

  before(() => gateway.start())
  after(() => gateway.close())

  const codeOf = async (head: string, body = '') => {
    const answer = await gateway.raw(`${head}\r\nHost: localhost\r\nConnection: close\r\n${body}`)
    assert.match(answer, /application\/problem\+json/, answer)
    return [Number(answer.slice(9, 12)), JSON.parse(answer.slice(answer.lastIndexOf('\r\n\r\n'))).code]
  }

  it('by methods that are not taken, or that do not exist, are refused', async () => {
    for (const method of ['TRACE', 'OPTIONS', 'PUT', 'DELETE']) {
      const answer = await codeOf(`${method} /api/v1/ledger HTTP/1.1`, '\r\n')
      assert.deepEqual(answer, [405, 'LG_METHOD_NOT_ALLOWED'], method)
    }
    assert.deepEqual(await codeOf('CONNECT example.com:443 HTTP/1.1', '\r\n'), [405, 'LG_METHOD_NOT_ALLOWED'])
    assert.deepEqual(await codeOf('PROPFIND /api/v1/ledger HTTP/1.1', '\r\n'), [404, 'LG_NOT_FOUND'])
    assert.deepEqual(await codeOf('HACK / HTTP/1.1', '\r\n'), [400, 'LG_REQUEST_INVALID'])
  })

  it('whose length could be read in two ways are refused', async () => {
    const post = 'POST /api/v1/try HTTP/1.1'
    for (const headers of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      'Content-Length: +5\r\n\r\nhello',
      'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
      'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
      'Content-Length : 5\r\n\r\nhello',
      'X: a\nY: b\r\n\r\n',
    ]) {
      assert.deepEqual(await codeOf(post, headers), [400, 'LG_REQUEST_INVALID'], headers)
    }
  })

  it('that expect something unknown, or another protocol, are refused', async () => {
    assert.deepEqual(await codeOf('GET / HTTP/1.1', 'Expect: magic\r\n\r\n'), [400, 'LG_REQUEST_INVALID'])
    const upgrade =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n'
    assert.deepEqual(await codeOf('GET /api/v1/ledger HTTP/1.1', upgrade), [404, 'LG_NOT_FOUND'])
  })

  it('with queries and bodies beyond every use are refused', async () => {
    const long = await gateway.get(`/api/v1/ledger?device=${'x'.repeat(13_000)}`)
    await problemIn(long, 400, 'LG_REQUEST_INVALID')
    const many = await gateway.get(`/api/v1/ledger?${'a=1&'.repeat(300)}`)
    await problemIn(many, 400, 'LG_REQUEST_INVALID')
    for (const body of ['['.repeat(400_000), `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`]) {
      const deep = await gateway.get('/api/v1/try', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      const { violations } = await problemIn(deep, 400, 'LG_REQUEST_INVALID')
      assert.deepEqual(violations, [{ path: 'body', message: 'goes too deep' }])
    }
    const text = JSON.stringify({ messages: [{ topic: 't', payload: `"[[[[\\"${'['.repeat(100)}` }] })
    const flat = await gateway.get('/api/v1/try', {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(
      ((await flat.json()) as { code: string }).code,
      'LG_RELOAD_UNAVAILABLE',
      'a text is not deep',
    )
  })

  it('bodies that would become part of every object are refused', async () => {
    for (const body of ['{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{"role":"admin"}}}']) {
      for (const at of ['/api/v1/devices/a', '/api/v1/items/a']) {
        const init = { method: 'PUT', body, headers: { 'content-type': 'application/json' } }
        await problemIn(await gateway.get(at, init), 400, 'LG_REQUEST_INVALID')
      }
    }
    assert.equal(({} as { role?: string }).role, undefined)
  })

  it('are answered with headers that let a browser do nothing else with them', async () => {
    for (const path of ['/', '/api/v1/info', '/nothing', '/%zz']) {
      const { headers } = await gateway.get(path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
      assert.equal(headers.get('x-frame-options'), 'DENY')
      assert.match(headers.get('permissions-policy')!, /camera=\(\)/)
      assert.match(headers.get('content-security-policy')!, /^default-src 'none'; script-src 'self';/)
      assert.equal(headers.get('server'), null)
      assert.equal(headers.get('x-powered-by'), null)
    }
  })
})

/** Numbers that are the same in every run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('requests that are made of anything', { timeout: 60_000 }, () => {
  const rig = new TwoWorkshops()
  const next = numbers(20_260_131)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!

  before(() => rig.start())
  after(() => rig.close())

  const WORDS = [
    ...[
      '',
      '1',
      '-1',
      '0',
      'true',
      'null',
      '9'.repeat(30),
      '1e309',
      '-1h',
      'now',
      '*',
      '%',
      '%00',
      '%ff',
      '%2F',
    ],
    ...['../..', '\\', "' OR 1=1 --", '{x}', '<script>', '注塑', '\u202e', 'é'.repeat(50), '__proto__'],
    ...[
      'constructor',
      'toString',
      HERE.id,
      HERE.path,
      ELSEWHERE.id,
      HERE.handle,
      'ZGV2aWNlOjE',
      'W10',
      'x'.repeat(900),
    ],
  ]
  const NAMES =
    'device scope limit cursor sort q path depth field from to every aggregate type index dryRun format'
  const KEYS =
    'ids filter device reason config messages topic payload site area line name kind values identifier labels'
  const TYPES = [
    'application/json',
    'application/merge-patch+json',
    'text/csv',
    'application/yaml',
    'text/plain',
    '',
  ]
  const TOKENS = ['viewer', 'viewer-here', 'engineer', 'engineer-here', 'admin-here', 'nobody', '%00', '']

  function value(depth = 0): unknown {
    const kind = Math.floor(next() * (depth > 4 ? 4 : 6))
    if (kind === 0) return pick(WORDS)
    if (kind === 1) return pick([0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, null])
    if (kind === 2) return next() < 0.5
    if (kind === 3) return null
    const parts = Array.from({ length: Math.floor(next() * 4) }, () => value(depth + 1))
    return kind === 4 ? parts : Object.fromEntries(parts.map((part) => [pick(KEYS.split(' ')), part]))
  }

  function bodyOf(): string {
    const text = JSON.stringify(value())
    const kind = next()
    if (kind < 0.2) return text.slice(0, Math.floor(next() * text.length))
    return kind < 0.3 ? pick(['id\n', 'id,site\na,"', '- [', '&a [*a, *a]', '\ufeff', '\0']) : text
  }

  function requestText(): string {
    const { spec } = pick(ROUTES)
    const method =
      next() < 0.7
        ? (spec.method ?? 'GET')
        : pick(['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'TRACE', 'X'])
    const filled = spec.url.replace(/:\w+|\*/g, () => encodeURIComponent(pick(WORDS)).slice(0, 2_000))
    const path = next() < 0.9 ? filled : `/${pick(WORDS).replaceAll(/[^\x21-\x7e]/g, '')}`
    const query = Array.from(
      { length: Math.floor(next() * 3) },
      () => `${pick(NAMES.split(' '))}=${encodeURIComponent(pick(WORDS))}`,
    ).join('&')
    const body = spec.method === undefined ? '' : bodyOf()
    const token = pick(TOKENS)
    const lines = [
      `${method} ${path}${query === '' ? '' : `?${query}`} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      ...(token === '' ? [] : [`Authorization: Bearer lgp_${token}`]),
      ...(body === '' ? [] : [`Content-Type: ${pick(TYPES)}`, `Content-Length: ${Buffer.byteLength(body)}`]),
      ...(next() < 0.2 ? [`If-Match: ${pick(['*', '"1"', '"', 'W/"1"', '","'])}`] : []),
      ...(next() < 0.1 ? [`Cookie: ${pick(['a=b', 'linegate_session=x', '=', ';;;'])}`] : []),
      ...(next() < 0.1 ? [`X-Forwarded-For: ${pick(['1.1.1.1', 'x', ',,,'])}`] : []),
      ...(next() < 0.1 ? [`Origin: ${pick(['null', 'https://evil.example', 'http://localhost'])}`] : []),
    ]
    return `${lines.join('\r\n')}\r\n\r\n${body}`
  }

  function send(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(rig.server.address!.port, '127.0.0.1')
      let answer = ''
      socket.setEncoding('utf8').on('data', (part) => {
        answer += part
      })
      socket.setTimeout(10_000, () => reject(new Error('no answer')))
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(answer))
      socket.write(text)
    })
  }

  it('get an answer, never of a defect, and errors are problem documents', async () => {
    const statuses = new Map<string, number>()
    for (let i = 0; i < 700; i++) {
      const text = requestText()
      const answer = await send(text)
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]
      assert.ok(status, `${text}\n${answer}`)
      assert.notEqual(status, '500', `${text}\n${answer}`)
      const isHead = text.startsWith('HEAD ')
      if (Number(status) >= 400 && !isHead && !text.includes(' /api/handles/')) {
        assert.match(answer, /content-type: application\/problem\+json/i, `${text}\n${answer}`)
        assert.doesNotMatch(answer, /node_modules|\.js:\d+|at \w+ \(/, text)
      }
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    for (const expected of ['200', '400', '401', '403', '404', '405', '415']) {
      assert.ok((statuses.get(expected) ?? 0) > 0, `${expected} among ${JSON.stringify([...statuses])}`)
    }
    assert.equal((await rig.ask('viewer', '/api/v1/ledger')).status, 200)
  })
})
