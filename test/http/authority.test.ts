import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AuthorityRules, checkHost, checkOrigin } from '../../src/http/authority.js'

const RULES: AuthorityRules = { host: '127.0.0.1', allowedHosts: [], allowedOrigins: [] }

function plain(host: string | undefined) {
  return { host, isEncrypted: false }
}

describe('the name that a request is for', () => {
  it('is of no matter on an address that others can reach anyway', () => {
    checkHost({ host: 'gateway.plant.example' }, { ...RULES, host: '0.0.0.0' })
    checkHost({ host: 'gateway.plant.example' }, { ...RULES, host: '10.1.2.3' })
  })

  it('must be of the loopback or be allowed while the server is bound to the loopback', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '[::1]']) {
      assert.throws(() => checkHost({ host: 'gateway.plant.example' }, { ...RULES, host }), {
        code: 'LG_HOST_REFUSED',
      })
      checkHost({ host: 'localhost:8080' }, { ...RULES, host })
      checkHost(
        { host: 'gateway.plant.example:443' },
        { ...RULES, host, allowedHosts: ['gateway.plant.example'] },
      )
    }
  })

  it('may be missing, which no browser does', () => {
    checkHost({ host: undefined }, RULES)
  })
})

describe('the origin of a page', () => {
  it('is its own with or without the default port', () => {
    checkOrigin({ origin: 'http://gateway' }, plain('gateway:80'), RULES)
    checkOrigin({ origin: 'https://gateway' }, plain('gateway'), RULES)
    checkOrigin({ origin: 'http://[::1]:8080' }, plain('[::1]:8080'), RULES)
    checkOrigin({ origin: 'https://gateway' }, { host: 'gateway:443', isEncrypted: true }, RULES)
  })

  it('is another with another port, name, or without a Host', () => {
    for (const [origin, host] of [
      ['http://gateway:81', 'gateway'],
      ['https://gateway', 'gateway:80'],
      ['http://gateway.evil.example', 'gateway'],
      ['http://gateway', undefined],
      ['null', 'null'],
      ['', 'gateway'],
    ] as const) {
      assert.throws(() => checkOrigin({ origin }, plain(host), RULES), { code: 'LG_ORIGIN_REFUSED' })
    }
  })

  it('is another without TLS where the gateway speaks TLS', () => {
    const arrival = { host: 'gateway', isEncrypted: true }
    assert.throws(() => checkOrigin({ origin: 'http://gateway' }, arrival, RULES), {
      code: 'LG_ORIGIN_REFUSED',
    })
  })
})
