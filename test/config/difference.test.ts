import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { differences } from '../../src/config/difference.js'
import { parseConfig } from '../../src/config/validate.js'

const JSON_ROUTE = { topic: 'a/{device}', decoder: 'json' }
const VALUE_ROUTE = { topic: 'b/{device}', decoder: 'value' }

function changed(before: object, after: object): [string, unknown, unknown][] {
  return differences(parseConfig(before), parseConfig(after)).map((change) => [
    change.path,
    change.before,
    change.after,
  ])
}

function routes(...list: object[]): object {
  return { routes: list }
}

describe('the difference of two configurations', () => {
  test('of equal ones is none', () => {
    assert.deepEqual(changed(routes(JSON_ROUTE), routes({ ...JSON_ROUTE, measurement: 'telemetry' })), [])
  })

  test('names the key, and what stood and stands there', () => {
    assert.deepEqual(changed({ log: { level: 'info' } }, { log: { level: 'debug' } }), [
      ['log.level', 'info', 'debug'],
    ])
  })

  test('tells routes apart by their topic, wherever they stand', () => {
    const before = routes(JSON_ROUTE, VALUE_ROUTE)
    const after = routes({ topic: 'new', decoder: 'json' }, JSON_ROUTE, { ...VALUE_ROUTE, measurement: 'm' })
    const paths = changed(before, after).map(([path]) => path)
    assert.ok(paths.includes('routes["b/{device}"].measurement'))
    assert.ok(paths.includes('routes.new.decoder'))
    assert.ok(!paths.some((path) => path.startsWith('routes["a/{device}"]')))
    assert.ok(!paths.includes('routes'), 'the order of those that stayed is the same')
  })

  test('a change of the order of routes is a change, since the first that matches counts', () => {
    assert.deepEqual(changed(routes(JSON_ROUTE, VALUE_ROUTE), routes(VALUE_ROUTE, JSON_ROUTE)), [
      ['routes', ['a/{device}', 'b/{device}'], ['b/{device}', 'a/{device}']],
    ])
  })

  test('a key that comes or goes is undefined on the other side', () => {
    const range = { quality: { fields: { temp: { range: { max: 90 } } } } }
    assert.deepEqual(
      changed({}, range).filter(([path]) => path.endsWith('.max')),
      [['quality.fields.temp.range.max', undefined, 90]],
    )
    assert.deepEqual(
      changed(range, {}).filter(([path]) => path.endsWith('.max')),
      [['quality.fields.temp.range.max', 90, undefined]],
    )
  })

  test('an empty section that gets members is told by them alone', () => {
    const paths = changed(routes(JSON_ROUTE), routes({ ...JSON_ROUTE, fieldTypes: { n: 'integer' } }))
    assert.deepEqual(paths, [['routes["a/{device}"].fieldTypes.n', undefined, 'integer']])
  })

  test('an empty section that comes is a change', () => {
    const mapped = (mapping: object) => routes({ ...JSON_ROUTE, mapping })
    const paths = changed(mapped({ records: {} }), mapped({ records: {}, learn: undefined, units: {} }))
    assert.deepEqual(paths, [['routes["a/{device}"].mapping.units', undefined, {}]])
  })

  test('secrets are compared, and never shown', () => {
    const sink = { name: 'i', type: 'influxdb', version: 2, url: 'http://x', org: 'o', bucket: 'b' }
    const sinks = (token: string) => ({ sinks: [{ ...sink, token }] })
    assert.deepEqual(changed(sinks('first-secret'), sinks('other-secret')), [['sinks.i.token', '***', '***']])
    assert.deepEqual(changed(sinks('same-secret'), sinks('same-secret')), [])
  })
})
