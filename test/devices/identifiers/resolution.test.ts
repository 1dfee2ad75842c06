import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { silentLogger } from '../../../src/core/logger.js'
import type { HandleAnswer } from '../../../src/devices/identifiers/answer.js'
import { Identifiers, type Resolution } from '../../../src/devices/identifiers/identifiers.js'
import { DeviceRegistry } from '../../../src/devices/registry.js'
import { HANDLE, IdentifierRig, OPTIONS, OTHER_TOKEN, TOKEN } from '../../support/identifier-rig.js'
import { openState, removeDirectory, temporaryDirectory } from '../../support/state.js'

const ALL = { types: [], indexes: [] }

describe('resolving', () => {
  let rig: IdentifierRig
  beforeEach(() => {
    rig = new IdentifierRig()
    rig.registry.put({
      id: 'imm/01',
      name: { zh: '注塑机一号', en: 'Moulding machine 1' },
      model: 'MA 1600',
      vendor: 'Haitian',
      identifier: HANDLE,
    })
  })
  afterEach(() => rig.close())

  const ask = (question: Partial<Resolution> = {}) =>
    rig.identifiers.resolve({ handle: HANDLE, selection: ALL, origin: 'http://10.0.0.5:8080', ...question })
  const texts = ({ values = [] }: HandleAnswer) =>
    Object.fromEntries(values.map(({ type, data }) => [type, data.value]))

  test('a device gives what the gateway knows of it, and nothing that it does not know', async () => {
    rig.registry.put({ id: 'imm/01', vendor: '' })
    const { values, ...rest } = await ask()
    assert.deepEqual(rest, { responseCode: 1, handle: HANDLE })
    assert.deepEqual(
      values?.map(({ index, type, data }) => [index, type, data.value]),
      [
        [1, 'URL', 'http://10.0.0.5:8080/#/devices/imm%2F01'],
        [2, 'NAME.ZH', '注塑机一号'],
        [3, 'NAME.EN', 'Moulding machine 1'],
        [4, 'KIND', 'device'],
        [5, 'MODEL', 'MA 1600'],
        [7, 'LOCATION.SITE', 'ningbo'],
        [8, 'LOCATION.AREA', 'moulding'],
        [9, 'LOCATION.LINE', 'line1'],
        [10, 'LOCATION.DEVICE', 'imm/01'],
        [11, 'DEVICE', 'imm/01'],
      ],
    )
    assert.deepEqual(values?.[4], {
      index: 5,
      type: 'MODEL',
      data: { format: 'string', value: 'MA 1600' },
      ttl: 86_400,
      timestamp: '2023-11-14T22:13:20.000Z',
    })
  })

  test('presence and latest values are of the moment', async () => {
    const time = '2026-11-21T10:02:11.000Z'
    rig.presence = { state: 'stale', sinceMs: Date.parse(time) }
    rig.latest = [
      { measurement: 'telemetry', field: 'temperature', value: 213.4, time },
      { measurement: 'telemetry', field: 'running', value: true, time },
    ]
    const { values } = await ask({ selection: { types: ['PRESENCE', 'LATEST.'], indexes: [] } })
    const data = (value: string) => ({ format: 'string', value })
    assert.deepEqual(values, [
      { index: 12, type: 'PRESENCE', data: data('stale'), ttl: 1, timestamp: time },
      { index: 10_000, type: 'LATEST.telemetry.temperature', data: data('213.4'), ttl: 1, timestamp: time },
      { index: 10_001, type: 'LATEST.telemetry.running', data: data('true'), ttl: 1, timestamp: time },
    ])
  })

  test('the address of the configuration goes before that of the request', async () => {
    await rig.reopen({ publicUrl: 'https://plant.example' })
    assert.equal(texts(await ask()).URL, 'https://plant.example/#/devices/imm%2F01')
    await rig.reopen()
    assert.equal(texts(await ask({ origin: undefined })).URL, undefined)
  })

  test('either an index or a type is enough', async () => {
    const types = async (selection: Resolution['selection']) => Object.keys(texts(await ask({ selection })))
    assert.deepEqual(await types({ types: ['URL'], indexes: [] }), ['URL'])
    assert.deepEqual(await types({ types: ['URL'], indexes: [5, 77] }), ['URL', 'MODEL'])
    assert.deepEqual(await types({ types: ['NAME.'], indexes: [] }), ['NAME.ZH', 'NAME.EN'])
    assert.deepEqual(await types({ types: ['NAME'], indexes: [] }), [])
  })

  test('values that are not there are told from a handle that is not there', async () => {
    const without = await ask({ selection: { types: ['EMAIL'], indexes: [] } })
    assert.equal(without.responseCode, 200)
    assert.equal(without.values, undefined)
    assert.equal((await ask({ handle: '88.608.8889/nothing' })).responseCode, 100)
    assert.equal((await ask({ handle: '88.608/1' })).responseCode, 102)
  })

  test('devices that move, get another identifier, or are rejected are found as they are now', async () => {
    rig.registry.put({ id: 'imm/01', line: 'line2' })
    assert.equal(texts(await ask())['LOCATION.LINE'], 'line2')
    rig.registry.put({ id: 'imm/01', identifier: '1.2.156.3001.7' })
    assert.equal((await ask()).responseCode, 100)
    assert.equal(texts(await ask({ handle: '1.2.156.3001.7' })).DEVICE, 'imm/01')
    rig.registry.put({ id: 'imm/01', identifier: 'did:bid:ef7', status: 'rejected' })
    assert.equal((await ask({ handle: 'did:bid:ef7' })).responseCode, 100)
    rig.registry.put({ id: 'imm/01', status: 'confirmed' })
    assert.equal((await ask({ handle: 'did:bid:ef7' })).responseCode, 1)
  })

  test('devices that were there before the gateway started are found', async () => {
    await rig.reopen()
    assert.equal(texts(await ask()).DEVICE, 'imm/01')
  })

  test('an item gives what was registered', async () => {
    const handle = '88.608.8889/lot/7'
    const values = [{ index: 100, type: 'HEAT', data: { format: 'string' as const, value: 'A-1' }, ttl: 60 }]
    const input = { kind: 'batch' as const, name: { zh: '批次七', en: '' }, device: 'imm/01', values }
    await rig.identifiers.items.put(handle, input, { authorization: undefined })
    const answer = await ask({ handle })
    assert.deepEqual(texts(answer), { 'NAME.ZH': '批次七', KIND: 'batch', DEVICE: 'imm/01', HEAT: 'A-1' })
    assert.deepEqual(answer.values?.at(-1), {
      ...values[0],
      timestamp: new Date(rig.nowMs).toISOString(),
    })
  })

  test('a prefix that is neither own nor referred is refused once there are own ones', async () => {
    assert.equal((await ask({ handle: '20.1/x' })).responseCode, 100)
    await rig.reopen({ prefixes: ['88.608.8889'] })
    assert.equal((await ask({ handle: '20.1/x' })).responseCode, 301)
    assert.equal((await ask({ handle: '88.608.8889/x' })).responseCode, 100)
    assert.equal((await ask({ handle: '1.2.3' })).responseCode, 100)
    assert.equal((await ask()).responseCode, 1)
  })
})

describe('the device registry', () => {
  const directory = temporaryDirectory()
  const state = openState(directory)
  after(async () => {
    await state.close()
    removeDirectory(directory)
  })

  test('is followed, through swaps and removals', async () => {
    const registry = new DeviceRegistry(state)
    await registry.put('a', { site: 'ningbo', identifier: '88.1.2/a' })
    const identifiers = new Identifiers({
      registry,
      state,
      latest: { of: () => [] },
      options: OPTIONS,
      logger: silentLogger,
    })
    identifiers.start()
    await registry.put('b', { site: 'ningbo', identifier: '88.1.2/b' })
    const deviceOf = async (handle: string) => {
      const { values } = await identifiers.resolve({ handle, selection: { types: ['DEVICE'], indexes: [] } })
      return values?.[0]?.data.value
    }
    const devices = async () => [await deviceOf('88.1.2/a'), await deviceOf('88.1.2/b')]
    assert.deepEqual(await devices(), ['a', 'b'])
    const rows = [
      { id: 'a', site: 'ningbo', identifier: '88.1.2/b' },
      { id: 'b', site: 'ningbo', identifier: '88.1.2/a' },
    ]
    await registry.putAll(
      rows.map(({ id, ...input }) => ({ id, input })),
      'file',
    )
    assert.deepEqual(await devices(), ['b', 'a'])
    await registry.remove('b')
    assert.deepEqual(await devices(), [undefined, 'a'])
    await identifiers.close()
  })
})

describe('private values', () => {
  let rig: IdentifierRig
  const shared = { type: 'NOTE', data: { format: 'string' as const, value: 'x' } }
  beforeEach(async () => {
    rig = new IdentifierRig()
    rig.registry.put({ id: 'imm-01', identifier: HANDLE })
    const values = [
      { ...shared, index: 100, permissions: 'public' as const },
      { ...shared, index: 101, permissions: 'private' as const },
    ]
    const input = { kind: 'device' as const, name: { zh: '', en: '' }, device: 'imm-01', values }
    await rig.identifiers.items.put(HANDLE, input, { authorization: `Bearer ${TOKEN}` })
  })
  afterEach(() => rig.close())

  const NOTES = { types: ['NOTE'], indexes: [] }
  const ask = (question: Partial<Resolution> = {}) =>
    rig.identifiers.resolve({ handle: HANDLE, selection: NOTES, ...question })
  const indexes = ({ values = [] }: HandleAnswer) => values.map(({ index }) => index)

  test('are left out without a token, and given with any of them', async () => {
    assert.deepEqual(indexes(await ask()), [100])
    for (const token of [TOKEN, OTHER_TOKEN]) {
      assert.deepEqual(indexes(await ask({ authorization: `Bearer ${token}` })), [100, 101])
      assert.deepEqual(indexes(await ask({ authorization: `bearer  ${token}` })), [100, 101])
    }
  })

  test('never come with their permissions', async () => {
    const { values } = await ask({ authorization: `Bearer ${TOKEN}` })
    assert.deepEqual(Object.keys(values![1]!).sort(), ['data', 'index', 'timestamp', 'ttl', 'type'])
  })

  test('are left out with a token too, for who wants to see what others see', async () => {
    assert.deepEqual(indexes(await ask({ authorization: `Bearer ${TOKEN}`, publicOnly: true })), [100])
  })

  test('that are asked for expressly need a token', async () => {
    assert.equal((await ask({ publicOnly: false })).responseCode, 402)
    const only = { types: [], indexes: [101] }
    assert.equal((await ask({ selection: only })).responseCode, 200, 'nor does it show that they are there')
    assert.deepEqual(indexes(await ask({ selection: only, authorization: `Bearer ${TOKEN}` })), [101])
    assert.equal(
      (await ask({ publicOnly: false, selection: { types: ['URL', 'KIND'], indexes: [] } })).responseCode,
      1,
    )
  })

  for (const authorization of [
    'Bearer wrong',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
    'Bearer',
    '',
  ]) {
    test(`are refused to the header "${authorization}", and everything else too`, async () => {
      const answer = await ask({ authorization })
      assert.equal(answer.responseCode, 403)
      assert.equal(answer.values, undefined)
    })
  }
})
