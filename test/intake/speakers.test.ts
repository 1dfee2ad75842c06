import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { parseConfig } from '../../src/config/validate.js'
import { type ClientAccess, UNRESTRICTED } from '../../src/core/client-access.js'
import type { TopicLevels } from '../../src/core/device.js'
import { IngestRig } from '../support/ingest-rig.js'

const CONFIG = parseConfig({
  routes: [
    { topic: 'named/{site}/{line}/{device}', decoder: 'json' },
    { topic: 'shared/{site}/{line}', decoder: 'json' },
    {
      topic: 'gw/{site}/{line}/{device}',
      decoder: 'json',
      mapping: { records: { at: '[*]', field: '=t', value: 'v', device: { device: 'serial' } } },
    },
  ],
})

function place(device: string): TopicLevels {
  return { site: 's1', area: '', line: 'l1', device }
}

function accessOf(device: string, speaksFor: (path: string) => boolean = () => false): ClientAccess {
  return {
    ...UNRESTRICTED,
    principal: `device:${device}`,
    place: place(device),
    maySpeakFor: (path) => path === `s1/l1/${device}` || speaksFor(path),
  }
}

describe('a client that may speak for its own device alone', () => {
  const rigs: IngestRig[] = []
  const refused: string[] = []
  const accesses = new Map<string, ClientAccess>()
  afterEach(async () => {
    refused.length = 0
    accesses.clear()
    for (const rig of rigs.splice(0)) await rig.close()
  })

  async function start(clientId: string, access: ClientAccess): Promise<IngestRig> {
    accesses.set(clientId, access)
    const rig = await IngestRig.start({
      config: CONFIG,
      accesses,
      onSpeakerRefused: ({ principal }, id, path) => refused.push(`${principal} ${id} ${path}`),
    })
    rigs.push(rig)
    return rig
  }

  function countsAt(rig: IngestRig, path: string) {
    const device = rig.devices.at(path)
    if (device === undefined) return undefined
    const { messages, points } = rig.ledger.counts(device.slot)
    return {
      received: messages.received,
      decoded: messages.decoded,
      refused: messages.refused,
      points: points.decoded,
      deadLettered: points.deadLettered,
      reasons: rig.ledger.reasons([device.slot]),
    }
  }

  test('is heard on its own topic, and refused on that of another', async () => {
    const rig = await start('client', accessOf('imm-01'))
    await rig.send('named/s1/l1/imm-01', '{"t":1}')
    await rig.send('named/s1/l1/imm-02', '{"t":1}')
    assert.equal(countsAt(rig, 's1/l1/imm-01')?.decoded, 1)
    assert.deepEqual(countsAt(rig, 's1/l1/imm-02'), {
      received: 1,
      decoded: 0,
      refused: 1,
      points: 0,
      deadLettered: 0,
      reasons: { speaker_refused: 1 },
    })
    assert.deepEqual(refused, ['device:imm-01 client s1/l1/imm-02'])
  })

  test('cannot be another by its client id, where topics leave the device out', async () => {
    const rig = await start('imm-02', accessOf('imm-01'))
    await rig.send('shared/s1/l1', '{"t":1}', 1, 'imm-02')
    assert.equal(countsAt(rig, 's1/l1/imm-02')?.refused, 1)
    assert.equal(rig.points().length, 0)
  })

  test('gets points of others back as dead letters of its own, and makes no device by them', async () => {
    const rig = await start('client', accessOf('imm-01'))
    await rig.send('gw/s1/l1/imm-01', '[{"v":1,"serial":"imm-01"},{"v":2,"serial":"imm-02"},{"v":3}]')
    assert.deepEqual(countsAt(rig, 's1/l1/imm-01'), {
      received: 1,
      decoded: 1,
      refused: 0,
      points: 3,
      deadLettered: 1,
      reasons: { speaker_refused: 1 },
    })
    assert.equal(countsAt(rig, 's1/l1/imm-02'), undefined)
    const [letter] = rig.spool.deadLetters.list({ limit: 10 })
    assert.equal(letter?.reason.code, 'speaker_refused')
    assert.match(letter.reason.message, /names s1\/l1\/imm-02, and device:imm-01 may not/)
  })

  test('may be told of by a person: such a letter can be replayed', async () => {
    const rig = await start('client', accessOf('imm-01'))
    await rig.send('gw/s1/l1/imm-01', '[{"v":2,"serial":"imm-02"}]')
    const [letter] = rig.spool.deadLetters.list({ limit: 10 })
    assert.deepEqual(rig.ingest.readmit(letter!), { kind: 'decoded' })
  })

  test('keeps its device when that is moved', async () => {
    const rig = await start('client', accessOf('imm-01'))
    await rig.send('named/s1/l1/imm-01', '{"t":1}')
    const device = rig.devices.at('s1/l1/imm-01')!
    await rig.devices.patch(rig.devices.record(device.slot)!.id, { line: 'l2' })
    await rig.send('named/s1/l1/imm-01', '{"t":2}')
    assert.equal(countsAt(rig, 's1/l2/imm-01')?.decoded, 2)
  })

  test('speaks for more when it comes back with another profile', async () => {
    const rig = await start('client', accessOf('imm-01'))
    await rig.send('named/s1/l1/imm-02', '{"t":1}')
    accesses.set(
      'client',
      accessOf('imm-01', (path) => path.startsWith('s1/l1/')),
    )
    rig.speakers?.changed('client')
    await rig.send('named/s1/l1/imm-02', '{"t":2}')
    assert.equal(countsAt(rig, 's1/l1/imm-02')?.decoded, 1)
  })

  test('has what it may not publish counted as its own', async () => {
    const access = accessOf('imm-01')
    const rig = await start('client', access)
    await rig.send('named/s1/l1/imm-01', '{"t":1}')
    const message = { topic: 'elsewhere', payload: Buffer.from('1'), qos: 1 as const, retain: false }
    await new Promise<void>((resolve) => rig.ingest.refuse(message, access, () => resolve()))
    assert.equal(countsAt(rig, 's1/l1/imm-01')?.refused, 1)
    assert.deepEqual(rig.ledger.reasons(), { publish_refused: 1 })
  })

  test('is nothing to those without restrictions', async () => {
    const rig = await start('client', UNRESTRICTED)
    await rig.send('gw/s1/l1/imm-01', '[{"v":2,"serial":"imm-02"}]')
    assert.equal(countsAt(rig, 's1/l1/imm-02')?.points, 1)
    assert.deepEqual(refused, [])
  })
})
