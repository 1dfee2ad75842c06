import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { inputViolations } from '../../src/devices/device-input.js'
import type { PresenceRecord } from '../../src/devices/presence/presence.js'
import { DeviceBody, DevicePatchBody } from '../../src/http/device-body.js'
import { answerOf } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface Listed {
  id: string
  presence?: { state: string; lastHeard: string | null; reason: { code: string; en: string } }
}

function presenceOf(slot: number): PresenceRecord {
  return {
    state: slot === 1 ? 'online' : 'unknown',
    connected: slot === 1,
    clientId: slot === 1 ? 'client-1' : '',
    sinceMs: 1_700_000_000_000,
    lastHeardMs: slot === 1 ? 1_700_000_001_000 : 0,
    reason: { code: slot === 1 ? 'heard' : 'never_seen', en: 'why', zh: '原因' },
  }
}

describe('where presence is watched', () => {
  const gateway = new HttpGateway({ presence: { of: presenceOf } })

  before(async () => {
    await gateway.start()
    await gateway.devices.putAll(
      ['a', 'b', 'c'].map((id) => ({ id, input: {} })),
      'api',
    )
    await gateway.devices.setStatus('c', 'rejected')
  })
  after(() => gateway.close())

  const list = async (query: string) => {
    const response = await gateway.get(`/api/v1/devices?${query}`)
    return (await answerOf<{ devices: Listed[] }>(response)).devices
  }

  it('a device has its state with the reason; one that is rejected has none', async () => {
    const [a, b, c] = await list('')
    assert.deepEqual([a?.presence?.state, a?.presence?.lastHeard], ['online', '2023-11-14T22:13:21.000Z'])
    assert.deepEqual([b?.presence?.lastHeard, b?.presence?.reason.code], [null, 'never_seen'])
    assert.equal(c?.presence, undefined)
  })

  it('a list can be narrowed to one state', async () => {
    assert.deepEqual(
      (await list('presence=online')).map(({ id }) => id),
      ['a'],
    )
    assert.deepEqual(
      (await list('presence=unknown')).map(({ id }) => id),
      ['b'],
    )
    assert.deepEqual(await list('presence=offline'), [])
  })
})

describe('the schemas of bodies', () => {
  it('name the fields that the registry takes, and no others', () => {
    const whole = {
      status: 'confirmed',
      name: { zh: 'x', en: 'y' },
      site: 's',
      area: 'a',
      line: 'l',
      device: 'd',
      model: 'm',
      vendor: 'v',
      sector: '29',
      expectedIntervalMs: 1,
      survivalTimeMs: 0,
      identifier: '88.1.2/x',
      labels: { x: 'y' },
    }
    assert.deepEqual(inputViolations('id', whole), [])
    for (const { properties } of [DeviceBody, DevicePatchBody])
      assert.deepEqual(Object.keys(properties).sort(), Object.keys(whole).sort())
  })
})
