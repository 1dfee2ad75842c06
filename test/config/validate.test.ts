import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { redact } from '../../src/config/redact.js'
import { suggest } from '../../src/config/suggest.js'
import { ConfigInvalidError, parseConfig } from '../../src/config/validate.js'
import { formatPath, parsePath } from '../../src/config/violation.js'

describe('a configuration out of plain values', () => {
  test('is left as it was given', () => {
    const input = { http: { port: 0 } }
    assert.equal(parseConfig(input).http.port, 0)
    assert.deepEqual(input, { http: { port: 0 } })
  })

  test('is checked like a file, without places', () => {
    assert.throws(
      () => parseConfig({ http: { prot: 1 } }),
      (error) => {
        assert.ok(error instanceof ConfigInvalidError)
        assert.deepEqual(error.violations, [
          { path: 'http.prot', message: 'is not a known key; did you mean port?' },
        ])
        return true
      },
    )
  })

  test('two of which never share their parts', () => {
    assert.notEqual(parseConfig().sinks, parseConfig().sinks)
  })

  test('may have any number of listeners on free ports', () => {
    const listeners = [
      { protocol: 'mqtt', port: 0 },
      { protocol: 'ws', port: 0 },
    ]
    assert.equal(parseConfig({ mqtt: { listeners }, http: { port: 0 } }).mqtt.listeners.length, 2)
  })
})

test('a redacted configuration shows everything but the secrets', () => {
  const influx = { type: 'influxdb', url: 'http://x' }
  const config = parseConfig({
    sinks: [
      { name: 'one', version: 1, ...influx, database: 'd', username: 'u', password: 'secret-1' },
      { name: 'two', version: 2, ...influx, org: 'o', bucket: 'b', token: 'secret-2' },
      { name: 'three', version: 3, ...influx, bucket: 'b', token: 'secret-3' },
    ],
  })
  const shown = redact(config) as typeof config
  assert.doesNotMatch(JSON.stringify(shown), /secret-/)
  assert.equal(JSON.stringify(shown).match(/"\*\*\*"/g)?.length, 3)
  assert.deepEqual(shown.http, config.http)
  assert.match(JSON.stringify(config), /secret-1/)
})

test('paths are read as they are written', () => {
  for (const path of [['a'], ['a', '0', 'b'], ['a', 'b.c', '0'], ['a', 'say "x"', 'b-c'], ['a', '温度']]) {
    assert.deepEqual(parsePath(formatPath(path)), path)
  }
  assert.equal(formatPath(['sinks', '0', 'database']), 'sinks[0].database')
  assert.equal(formatPath(['routes', '1', 'fieldTypes', 'motor.temp']), 'routes[1].fieldTypes["motor.temp"]')
})

test('a suggestion is made for a near miss only', () => {
  const words = ['database', 'bucket', 'token']
  assert.equal(suggest('databse', words), 'database')
  assert.equal(suggest('adtabase', words), 'database')
  assert.equal(suggest('TOKEN', words), 'token')
  assert.equal(suggest('password', words), undefined)
  assert.equal(suggest('x', words), undefined)
})
