import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { packageRoot } from '../support/package-root.js'

let status = 200
let advisories: object = {}
const registry = createServer((request, response) => {
  request.resume()
  const asked = request.url === '/-/npm/v1/security/advisories/bulk'
  response.writeHead(asked ? status : 404, { 'content-type': 'application/json' })
  response.end(JSON.stringify(advisories))
})

before(async () => {
  registry.listen(0, '127.0.0.1')
  await once(registry, 'listening')
})
after(() => registry.close())

async function audit(): Promise<{ code: number | null; text: string }> {
  const address = registry.address()
  assert.ok(address !== null && typeof address === 'object')
  const child = spawn(process.execPath, [join(packageRoot(), 'scripts', 'check-audit.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${address.port}/`,
      npm_config_fetch_retries: '0',
    },
  })
  let text = ''
  const read = (part: string) => {
    text += part
  }
  child.stdout.setEncoding('utf8').on('data', read)
  child.stderr.setEncoding('utf8').on('data', read)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, text }
}

test('a registry without audits is told loudly, and is no success', async () => {
  status = 405
  const { code, text } = await audit()
  assert.equal(code, 2)
  assert.match(text, /^NOT AUDITED/)
})

test('an advisory for a package that ships fails the audit, by its name and address', async () => {
  status = 200
  const url = 'https://github.com/advisories/GHSA-test-test-test'
  advisories = {
    ws: [
      {
        id: 1,
        url,
        title: 'Too much of something',
        severity: 'high',
        vulnerable_versions: '*',
        cwe: [],
        cvss: {},
      },
    ],
  }
  const { code, text } = await audit()
  assert.equal(code, 1, text)
  assert.match(text, /FOUND high ws: Too much of something \(https:\S+GHSA-test-test-test\)/)
})

test('a registry that knows of nothing is a success', async () => {
  status = 200
  advisories = {}
  const { code, text } = await audit()
  assert.equal(code, 0, text)
  assert.match(text, /^0 advisories/m)
})
