import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { HttpGateway } from '../support/http-gateway.js'
import { HANDLE, IdentifierRig, TOKEN } from '../support/identifier-rig.js'
import { linegate } from '../support/terminal.js'

describe('linegate resolve', () => {
  const rig = new IdentifierRig()
  const gateway = new HttpGateway({ identifiers: rig.identifiers })
  before(async () => {
    await gateway.start()
    rig.registry.put({ id: 'imm-01', name: { zh: '注塑机', en: 'Red \x1b[31m' }, identifier: HANDLE })
    rig.latest = [
      { measurement: 'telemetry', field: 'temperature', value: 213.4, time: '2026-11-21T10:00:00.000Z' },
    ]
    const data = { format: 'string' as const, value: 'hidden' }
    const values = [{ index: 100, type: 'NOTE', data, permissions: 'private' as const }]
    const input = { kind: 'device' as const, name: { zh: '', en: '' }, device: 'imm-01', values }
    await rig.identifiers.items.put(HANDLE, input, { authorization: `Bearer ${TOKEN}` })
  })
  after(async () => {
    await gateway.close()
    await rig.close()
  })

  const run = (...argv: string[]) => linegate(['resolve', ...argv, '--url', gateway.url])

  test('shows the record, harmless to the terminal', async () => {
    const { exitCode, output, errors } = await run(HANDLE)
    assert.equal(exitCode, 0, errors)
    assert.match(output, /^ *1 {2}URL +http:.*\/#\/devices\/imm-01 +1440 min|^ *1 {2}URL +http/m)
    assert.match(
      output,
      /^10000 {2}LATEST\.telemetry\.temperature +213\.4 +1\.0 s +2026-11-21T10:00:00\.000Z$/m,
    )
    assert.ok(output.includes('\\u001b[31m') && !output.includes('\x1b'))
    assert.doesNotMatch(output, /hidden/)
  })

  test('shows what is asked for only', async () => {
    const { output } = await run(HANDLE, '--type', 'NAME.', '--type', 'KIND', '--index', '1', '--json')
    const { responseCode, values } = JSON.parse(output) as {
      responseCode: number
      values: { index: number }[]
    }
    assert.equal(responseCode, 1)
    assert.deepEqual(
      values.map(({ index }) => index),
      [1, 2, 3, 4],
    )
  })

  test('shows private values to who has a token', async () => {
    assert.match((await run(HANDLE, '--token', TOKEN)).output, /hidden/)
    const { exitCode, errors } = await run(HANDLE, '--token', 'wrong')
    assert.equal(exitCode, 1)
    assert.match(errors, /^Response code 403\. The token is not one of this gateway\./)
  })

  test('says what is wrong with what it cannot resolve', async () => {
    const unknown = await run('88.608.8889/批次 7')
    assert.deepEqual([unknown.exitCode, unknown.output], [1, ''])
    assert.match(unknown.errors, /^Response code 100\. Nothing is registered under 88\.608\.8889\/批次 7\./)
    assert.match((await run('88.608/1')).errors, /^Response code 102\. .*88\.<secondary node>/)
    const json = await run('88.608/1', '--json')
    assert.deepEqual([json.exitCode, JSON.parse(json.output).responseCode], [1, 102])
  })

  test('says so when no gateway is there', async () => {
    const { exitCode, errors } = await linegate(['resolve', HANDLE, '--url', 'http://127.0.0.1:1'])
    assert.equal(exitCode, 1)
    assert.match(errors, /^LG_GATEWAY_UNREACHABLE: /)
  })
})
