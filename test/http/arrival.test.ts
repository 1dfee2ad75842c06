import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TrustedProxies } from '../../src/http/arrival.js'

const PROXY = '10.0.0.5'

function arrivalFrom(remoteAddress: string, headers: Record<string, string>, trusted: readonly string[]) {
  return new TrustedProxies(trusted).arrivalOf({ socket: { remoteAddress }, headers })
}

function addressOf(remoteAddress: string, forwarded: string, trusted: readonly string[]): string {
  return arrivalFrom(remoteAddress, { 'x-forwarded-for': forwarded }, trusted).address
}

describe('what a proxy says of its client', () => {
  it('is believed of a trusted one alone', () => {
    const headers = {
      host: 'inside:8080',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'gateway.example',
    }
    assert.deepEqual(arrivalFrom(PROXY, headers, [PROXY]), {
      address: '203.0.113.9',
      isEncrypted: true,
      host: 'gateway.example',
      origin: 'https://gateway.example',
    })
    for (const trusted of [[], ['10.1.0.0/16']]) {
      assert.deepEqual(arrivalFrom('127.0.0.1', headers, trusted), {
        address: '127.0.0.1',
        isEncrypted: false,
        host: 'inside:8080',
        origin: 'http://inside:8080',
      })
    }
  })

  it('ends with the first that no trusted one vouches for, from the right', () => {
    const networks = [PROXY, '192.168.0.0/16', 'fd00::/8']
    assert.equal(addressOf(PROXY, '1.1.1.1, 203.0.113.9', networks), '203.0.113.9')
    assert.equal(addressOf(PROXY, '1.1.1.1, 203.0.113.9, 192.168.3.4, fd00::1', networks), '203.0.113.9')
    assert.equal(addressOf(PROXY, '127.0.0.1, 203.0.113.9', networks), '203.0.113.9')
    assert.equal(addressOf('fd00::2', '2001:db8::7', networks), '2001:db8::7')
    assert.equal(addressOf(PROXY, '192.168.3.4', networks), '192.168.3.4')
  })

  it('that is no address, or nothing, leaves the one before', () => {
    assert.equal(addressOf(PROXY, '', [PROXY]), PROXY)
    assert.equal(addressOf(PROXY, 'unknown', [PROXY]), PROXY)
    assert.equal(addressOf(PROXY, '1.1.1.1, _hidden', [PROXY]), PROXY)
    assert.equal(addressOf(PROXY, "1.1.1.1, ' OR 1=1", [PROXY]), PROXY)
  })

  it('knows an IPv4 address that a socket for both writes as IPv6', () => {
    assert.equal(addressOf('::ffff:10.0.0.5', '::ffff:203.0.113.9', [PROXY]), '203.0.113.9')
  })
})

describe('where proxies are named', () => {
  it('requests of others than them and this machine are refused', () => {
    for (const address of ['203.0.113.9', '10.0.0.6', '::ffff:10.0.0.6', '2001:db8::1', '']) {
      assert.throws(() => arrivalFrom(address, { 'x-forwarded-proto': 'https' }, [PROXY]), {
        code: 'LG_PROXY_REQUIRED',
      })
    }
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      assert.equal(arrivalFrom(address, {}, [PROXY]).isEncrypted, false)
    }
  })

  it('requests of anyone are taken where none is', () => {
    assert.equal(arrivalFrom('203.0.113.9', { host: 'gateway' }, []).address, '203.0.113.9')
  })
})
