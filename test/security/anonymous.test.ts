import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayError } from '../../src/core/errors.js'
import { isLoopback, refuseExposedAnonymous } from '../../src/security/anonymous.js'

const LOCAL = [
  '127.0.0.1',
  '127.8.9.10',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  'localhost',
  'LocalHost',
]
const EXPOSED = ['0.0.0.0', '::', '', '192.168.1.4', '128.0.0.1', '::2', '127.0.0.1.example.com', 'plant-1']

for (const host of LOCAL) {
  test(`a listener on "${host}" is reached from this machine alone`, () => {
    assert.equal(isLoopback(host), true)
    assert.doesNotThrow(() => refuseExposedAnonymous([{ host, port: 1883 }], false))
  })
}

for (const host of EXPOSED) {
  test(`an anonymous listener on "${host}" is refused`, () => {
    assert.equal(isLoopback(host), false)
    assert.throws(
      () => refuseExposedAnonymous([{ host, port: 1884 }], false),
      (error) =>
        error instanceof GatewayError &&
        error.code === 'LG_MQTT_ANONYMOUS_EXPOSED' &&
        error.details.host === host &&
        error.details.port === 1884,
    )
  })
}

test('one exposed listener among local ones is refused', () => {
  const listeners = [
    { host: '127.0.0.1', port: 1883 },
    { host: '0.0.0.0', port: 8883 },
  ]
  assert.throws(() => refuseExposedAnonymous(listeners, false), { code: 'LG_MQTT_ANONYMOUS_EXPOSED' })
})

test('the error says how to allow it, and allowing it lets the listener pass', () => {
  const listeners = [{ host: '0.0.0.0', port: 1883 }]
  assert.throws(
    () => refuseExposedAnonymous(listeners, false),
    (error) => error instanceof GatewayError && /allowAnonymousFromNetwork: true/.test(error.action),
  )
  assert.doesNotThrow(() => refuseExposedAnonymous(listeners, true))
})

test('a listener that asks for client certificates is not anonymous', () => {
  const tls = { certFile: 'a', keyFile: 'b', caFile: 'c', requestClientCertificate: true }
  assert.doesNotThrow(() => refuseExposedAnonymous([{ host: '0.0.0.0', port: 8883, tls }], false))
  const oneSided = { ...tls, requestClientCertificate: false }
  assert.throws(() => refuseExposedAnonymous([{ host: '0.0.0.0', port: 8883, tls: oneSided }], false))
})
