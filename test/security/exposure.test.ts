import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isLoopback } from '../../src/core/loopback.js'
import { type Entrances, exposures, refuseExposed } from '../../src/security/exposure.js'

const LOCAL = [
  '127.0.0.1',
  '127.8.9.10',
  '::1',
  '[::1]',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  'localhost',
  'LocalHost',
]
const NETWORK = ['0.0.0.0', '::', '', '192.168.1.4', '128.0.0.1', '::2', '127.0.0.1.example.com', 'plant-1']

type Changes = { [Section in keyof Entrances]?: Partial<Entrances[Section]> }

function entrances({ mqtt, http }: Changes): Entrances {
  return {
    mqtt: {
      listeners: [{ host: '127.0.0.1', port: 1883, authentication: ['none'] }],
      overHttp: { authentication: ['none'] },
      allowAnonymousFromNetwork: false,
      ...mqtt,
    },
    http: { host: '127.0.0.1', port: 8080, signIn: 'off', trustedProxies: [], ...http },
  }
}

function found(changes: Changes): string[] {
  return exposures(entrances(changes)).map(({ path, error }) => `${path} ${error.code}`)
}

for (const host of LOCAL) {
  test(`"${host}" is this machine alone: anything may be open there`, () => {
    assert.equal(isLoopback(host), true)
    assert.deepEqual(
      found({ mqtt: { listeners: [{ host, port: 1, authentication: ['none'] }] }, http: { host } }),
      [],
    )
  })
}

for (const host of NETWORK) {
  test(`"${host}" is the network: nothing may be open there`, () => {
    assert.equal(isLoopback(host), false)
    assert.deepEqual(
      found({ mqtt: { listeners: [{ host, port: 1, authentication: ['none'] }] }, http: { host } }),
      [
        'mqtt.listeners[0].host LG_MQTT_ANONYMOUS_EXPOSED',
        'mqtt.overHttp.authentication LG_MQTT_ANONYMOUS_EXPOSED',
        'http.host LG_HTTP_EXPOSED',
      ],
    )
  })
}

describe('an MQTT listener on the network', () => {
  const host = '0.0.0.0'

  for (const method of ['password', 'token', 'certificate'] as const) {
    test(`may be opened with ${method}`, () => {
      assert.deepEqual(found({ mqtt: { listeners: [{ host, port: 1, authentication: [method] }] } }), [])
    })
  }

  test('without authentication is refused, also behind one that has it', () => {
    const listeners = [
      { host, port: 1, authentication: ['token' as const] },
      { host, port: 2, authentication: ['none' as const] },
    ]
    assert.throws(
      () => refuseExposed(entrances({ mqtt: { listeners } })),
      (error: { code?: string; details?: object; action?: string }) =>
        error.code === 'LG_MQTT_ANONYMOUS_EXPOSED' &&
        JSON.stringify(error.details) === JSON.stringify({ host, port: 2 }) &&
        /allowAnonymousFromNetwork: true/.test(error.action ?? ''),
    )
  })

  test('without authentication may be opened if the configuration says that it is meant', () => {
    const listeners = [{ host, port: 1, authentication: ['none' as const] }]
    assert.deepEqual(found({ mqtt: { listeners, allowAnonymousFromNetwork: true } }), [])
  })
})

describe('the HTTP server on the network', () => {
  const mqtt = { overHttp: { authentication: ['token' as const] } }
  const http = { host: '0.0.0.0', signIn: 'required' as const }

  test('needs sign-in and TLS', () => {
    assert.deepEqual(found({ mqtt, http: { ...http, tls: {} } }), [])
    assert.deepEqual(found({ mqtt, http }), ['http.host LG_HTTP_EXPOSED'])
    assert.deepEqual(found({ mqtt, http: { ...http, signIn: 'off', tls: {} } }), [
      'http.host LG_HTTP_EXPOSED',
    ])
  })

  test('may leave TLS to a proxy that is named', () => {
    assert.deepEqual(found({ mqtt, http: { ...http, trustedProxies: ['10.0.0.5'] } }), [])
  })

  test('does not take MQTT over WebSocket from anyone', () => {
    assert.deepEqual(found({ http: { ...http, tls: {} } }), [
      'mqtt.overHttp.authentication LG_MQTT_ANONYMOUS_EXPOSED',
    ])
  })
})
