import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { TrialResult } from '../../src/core/trial.js'
import { answerOf, problemIn } from '../support/answers.js'
import { RunningGateway } from '../support/running-gateway.js'

const SECTIONS = `
routes:
  - { topic: 'plant/{device}/data', decoder: json }
  - { topic: 'own/{device}', preset: own.yaml }
quality: { fields: { temp: { range: { max: 100 } } } }
`
const TOPIC = 'plant/d1/data'
const TIME = '2026-01-31T08:00:00.000Z'

describe('POST /api/v1/try', () => {
  let gateway: RunningGateway
  before(async () => {
    gateway = await RunningGateway.start('')
    writeFileSync(join(gateway.directory, 'own.yaml'), PRESET)
    gateway.write(SECTIONS)
    await answerOf(await gateway.post('/api/v1/reload'), 200, 'POST')
    await gateway.publish(TOPIC, '{"temp":1}')
    await gateway.publish('plant/d2/data', '{"temp":')
    await gateway.publish('plant/d3/data', '{"temp":500}')
  })
  after(() => gateway.close())

  async function tried(body: object): Promise<readonly TrialResult[]> {
    const answer = await answerOf<{ results: TrialResult[] }>(
      await gateway.post('/api/v1/try', body),
      200,
      'POST',
    )
    return answer.results
  }

  async function refused(body: object, status: number, code: string) {
    return problemIn(await gateway.post('/api/v1/try', body), status, code)
  }

  const outcomes = (results: readonly TrialResult[]) =>
    results.map(({ failure, points }) => failure?.reason ?? points.map(({ outcome }) => outcome).join())

  it('reads messages by the configuration in force, in their order', async () => {
    const results = await tried({
      messages: [
        { topic: TOPIC, payload: '{"temp":21.5}', time: TIME },
        { topic: TOPIC, payload: '{"temp":210}' },
        { topic: TOPIC, payload: '{"temp":' },
        { topic: 'else', payload: '' },
      ],
    })
    assert.deepEqual(outcomes(results), ['stored', 'deadLettered', 'malformed', ''])
    assert.equal(results[0]!.points[0]!.timeNs, `${Date.parse(TIME)}000000`)
  })

  it('takes bytes as base64, and the client that would have sent them', async () => {
    const config = "routes: [ { topic: 'shared', decoder: json } ]"
    const base64 = Buffer.from('{"temp":1}').toString('base64')
    const results = await tried({ config, messages: [{ topic: 'shared', base64, clientId: 'plc 7' }] })
    assert.equal(results[0]!.points[0]!.device, 'plc 7')
    const [unnamed] = await tried({ config, messages: [{ topic: 'shared', base64 }] })
    assert.equal(unnamed!.points[0]!.device, 'try')
  })

  it('reads by other routes, and leaves the rest as it is', async () => {
    const config = "routes: [ { topic: 'new/{device}', decoder: value, field: temp } ]"
    const messages = [
      { topic: 'new/d', payload: '50' },
      { topic: 'new/d', payload: '500' },
      { topic: TOPIC, payload: '{}' },
    ]
    assert.deepEqual(outcomes(await tried({ config, messages })), ['stored', 'deadLettered', ''])
    assert.deepEqual(outcomes(await tried({ messages })), ['', '', 'no_fields'])
  })

  it('reads by another quality, and routes that have a preset stay as they are', async () => {
    const config = 'quality: { fields: { temp: { range: { max: 10 } } } }'
    const messages = [{ topic: 'own/d', payload: '[{"n":"temp","v":50}]' }]
    assert.deepEqual(outcomes(await tried({ config, messages })), ['deadLettered'])
    assert.deepEqual(outcomes(await tried({ messages })), ['stored'])
  })

  it('knows presets, those of the package and files beside the configuration', async () => {
    const config =
      "routes: [ { topic: 'a/{device}', preset: own.yaml }, { topic: 'b/{device}', preset: neuron-values } ]"
    const results = await tried({
      config,
      messages: [
        { topic: 'a/d', payload: '[{"n":"temp","v":50}]' },
        {
          topic: 'b/d',
          payload: '{"timestamp":1763740800000,"node":"n","group":"g","values":{"t":1},"errors":{}}',
        },
      ],
    })
    assert.deepEqual(outcomes(results), ['stored', 'stored'])
  })

  it('without messages it checks the configuration alone', async () => {
    assert.deepEqual(await tried({ config: SECTIONS }), [])
    assert.deepEqual(await tried({}), [])
  })

  it('names all that is wrong with a configuration, by key path, line and column', async () => {
    const config = [
      'routes:',
      '  - topic: a/{device}',
      '    decoder: json',
      '    mapping:',
      "      records: { at: 'values[', value: v, field: n }",
      '  - { topic: b, decoder: jsn }',
      'quality: { duplicates: { window: many } }',
    ].join('\n')
    const { violations = [] } = await refused({ config }, 422, 'LG_CONFIG_INVALID')
    assert.deepEqual(
      violations.map(({ path, line }) => [path, line]),
      [
        ['routes[0].mapping.records.at', 5],
        ['routes[1].decoder', 6],
        ['quality.duplicates.window', 7],
      ],
    )
    assert.ok(violations.every(({ column }) => column !== undefined))
  })

  it('names what is wrong with YAML, with a preset, and with what is no configuration at all', async () => {
    const yaml = await refused({ config: 'routes: [' }, 422, 'LG_CONFIG_INVALID')
    assert.match(yaml.violations![0]!.message, /not valid YAML/)
    for (const config of ['routes', '[1]', '5']) {
      const { violations } = await refused({ config }, 422, 'LG_CONFIG_INVALID')
      assert.match(violations![0]!.message, /sections/)
    }
    const unknown = await refused({ config: 'routs: []' }, 422, 'LG_CONFIG_INVALID')
    assert.deepEqual([unknown.violations![0]!.path, unknown.violations![0]!.line], ['routs', 1])
    writeFileSync(join(gateway.directory, 'bad.yaml'), 'decoder: jsn\n')
    const preset = await refused(
      { config: 'routes: [ { topic: a, preset: bad.yaml } ]' },
      422,
      'LG_CONFIG_INVALID',
    )
    assert.deepEqual(preset.violations!.map(({ path, file, line }) => [path, file, line]).slice(-1), [
      ['decoder', 'bad.yaml', 1],
    ])
  })

  it('puts in no variables of the environment', async () => {
    const results = await tried({
      config: `routes: [ { topic: 'x/{device}', decoder: json, measurement: '\${PATH}' } ]`,
      messages: [{ topic: 'x/d', payload: '{"a":1}' }],
    })
    assert.equal(results[0]!.points[0]!.measurement, `\${PATH}`)
  })

  it('takes messages of dead letters, and no letters that are lines', async () => {
    assert.deepEqual(outcomes(await tried({ letters: [1] })), ['malformed'])
    const config = "routes: [ { topic: 'plant/{device}/data', decoder: value } ]"
    assert.deepEqual(outcomes(await tried({ config, letters: [1] })), ['stored'])
    await refused({ letters: [2] }, 404, 'LG_DEAD_LETTER_UNKNOWN')
    await refused({ letters: [99] }, 404, 'LG_DEAD_LETTER_UNKNOWN')
  })

  it('takes the newest messages that came in', async () => {
    const results = await tried({ recent: 2 })
    assert.deepEqual(
      results.map(({ topic }) => topic),
      ['plant/d2/data', 'plant/d3/data'],
    )
    assert.equal((await tried({ recent: 1_000 })).length, 3)
  })

  it('refuses what it cannot take', async () => {
    for (const [body, path] of [
      [{ messages: [{ payload: '' }] }, 'body.messages.0.topic'],
      [{ messages: [{ topic: 'a', payload: 'x', base64: '' }] }, 'body.messages.0'],
      [{ messages: [{ topic: 'a', time: '2026-13-41T08:00:00Z' }] }, 'body.messages.0.time'],
      [{ messages: [{ topic: 'a', time: 'now' }] }, 'body.messages.0.time'],
      [{ messages: [{ topic: 'a', base64: '*' }] }, 'body.messages.0.base64'],
      [{ recent: 0 }, 'body.recent'],
      [{ message: [] }, 'body.message'],
    ] as const) {
      const { violations } = await refused(body, 400, 'LG_REQUEST_INVALID')
      assert.equal(violations![0]!.path, path)
    }
  })

  it('counts and stores nothing', async () => {
    const ledger = async () => {
      const answer = await fetch(`${gateway.url}/api/v1/ledger`)
      const { totals, devices } = (await answer.json()) as {
        totals: { messages: object }
        devices: unknown[]
      }
      return [totals.messages, devices.length]
    }
    const counted = await ledger()
    await tried({ messages: [{ topic: 'plant/unheard/data', payload: '{"temp":1}' }], recent: 10 })
    assert.deepEqual(await ledger(), counted)
  })
})

const PRESET = `
title: { en: Own, zh-CN: 自有 }
source: [ https://docs.example ]
topic: own/{device}
decoder: json
mapping:
  records: { at: '[*]', field: n, value: v }
`
