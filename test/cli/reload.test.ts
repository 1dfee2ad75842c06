import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { freePort } from '../support/ports.js'
import { RunningGateway } from '../support/running-gateway.js'
import { linegate } from '../support/terminal.js'

const TOPIC = 'plant/d1/data'

function sections(max: number, level = 'info'): string {
  return `
routes: [ { topic: 'plant/{device}/data', decoder: json, timestamp: { key: ts, unit: ms } } ]
quality: { fields: { temp: { range: { max: ${max} } } } }
log: { level: ${level} }
`
}

describe('linegate reload', () => {
  let gateway: RunningGateway
  before(async () => {
    gateway = await RunningGateway.start(sections(100))
    await gateway.publish(TOPIC, '{"temp":50,"state":"run","ts":1763740800000}')
  })
  after(() => gateway.close())

  const reload = (language: 'en' | 'zh' = 'en', ...argv: string[]) =>
    linegate(['reload', '--url', gateway.url, ...argv], language)

  test('says that nothing has changed', async () => {
    const { exitCode, output } = await reload()
    assert.deepEqual([exitCode, output], [0, 'Nothing has changed.\n'])
  })

  test('--dry-run shows keys and messages that would change', async () => {
    gateway.write(sections(10, 'warn'))
    const { exitCode, output } = await reload('en', '--dry-run')
    assert.equal(exitCode, 0)
    assert.equal(
      output,
      [
        'Would be in force from the next message on:',
        '  quality.fields.temp.range.max: 100 → 10',
        'Takes effect only when the gateway is started again:',
        '  log.level: "info" → "warn"',
        'Of the newest 1 messages, 1 would become something else:',
        '  plant/d1/data',
        '    - d1 telemetry temp=50 state="run" 2025-11-21T16:00:00.000000000Z',
        '    + d1 telemetry temp=50 state="run" 2025-11-21T16:00:00.000000000Z (value_out_of_bounds)',
        '',
      ].join('\n'),
    )
  })

  test('says it in Chinese', async () => {
    gateway.write(sections(20))
    const { output } = await reload('zh', '--dry-run')
    assert.match(output, /quality\.fields\.temp\.range\.max: 100 → 20/)
    assert.match(output, /[一-龥]/)
  })

  test('reloads, and gives the report as JSON', async () => {
    gateway.write(sections(30))
    const { exitCode, output } = await reload('en', '--json')
    assert.equal(exitCode, 0)
    assert.deepEqual(JSON.parse(output), {
      applied: true,
      changes: [{ path: 'quality.fields.temp.range.max', before: 100, after: 30 }],
      needRestart: [],
      revokedConnections: 0,
    })
  })

  test('shows what changes of the time alone', async () => {
    gateway.write(sections(30).replace('unit: ms', 'unit: us'))
    const { output } = await reload('en', '--dry-run')
    const [before, after] = output.split('\n').slice(-3) as [string, string]
    assert.match(before, /^ {4}- .*2025-11-21T16:00:00/)
    assert.match(after, /^ {4}\+ /)
    assert.notEqual(before.slice(6), after.slice(6))
  })

  test('an invalid file exits with 2 and lists what is wrong', async () => {
    gateway.write('routes: [ { topic: a, decoder: jsn } ]')
    const { exitCode, errors } = await reload()
    assert.equal(exitCode, 2)
    assert.match(errors, /LG_CONFIG_INVALID/)
    assert.match(errors, /routes\[0\]\.decoder/)
  })

  test('without a gateway it exits with 1', async () => {
    const { exitCode, errors } = await linegate(['reload', '--url', `http://127.0.0.1:${await freePort()}`])
    assert.equal(exitCode, 1)
    assert.match(errors, /LG_GATEWAY_UNREACHABLE/)
  })
})
