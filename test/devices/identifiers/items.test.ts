import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { GatewayError } from '../../../src/core/errors.js'
import type { ItemInput } from '../../../src/devices/identifiers/item-rules.js'
import type { Permission } from '../../../src/devices/identifiers/record.js'
import { HANDLE, IdentifierRig, TOKEN } from '../../support/identifier-rig.js'

const ANYONE = { authorization: undefined }
const TRUSTED = { authorization: `Bearer ${TOKEN}` }

function value(index: number, text: string, permissions: Permission = 'public') {
  return { index, type: 'HEAT', data: { format: 'string' as const, value: text }, permissions }
}

function batch(changes: Partial<ItemInput> = {}): ItemInput {
  return { kind: 'batch', name: { zh: '批次七', en: 'Lot 7' }, values: [], ...changes }
}

function isError(code: string) {
  return (error: unknown) => error instanceof GatewayError && error.code === code
}

describe('items', () => {
  let rig: IdentifierRig
  beforeEach(() => {
    rig = new IdentifierRig()
  })
  afterEach(() => rig.close())

  test('are there after a restart, whatever the case of the prefix they are asked for by', async () => {
    await rig.identifiers.items.put('20.Plant.1/Lot-7', batch({ values: [value(100, 'A-1')] }), ANYONE)
    await rig.reopen()
    const item = rig.identifiers.items.get('20.plant.1/Lot-7', ANYONE)
    assert.deepEqual(item, {
      handle: '20.Plant.1/Lot-7',
      kind: 'batch',
      name: { zh: '批次七', en: 'Lot 7' },
      values: [
        {
          index: 100,
          type: 'HEAT',
          data: { format: 'string', value: 'A-1' },
          ttl: 86_400,
          permissions: 'public',
          timestamp: new Date(rig.nowMs).toISOString(),
        },
      ],
      revision: 1,
      updatedAtMs: rig.nowMs,
    })
  })

  test('that are replaced keep the timestamps of the values that did not change', async () => {
    const { items } = rig.identifiers
    await items.put(HANDLE, batch({ values: [value(100, 'same'), value(101, 'old')] }), ANYONE)
    const before = new Date(rig.nowMs).toISOString()
    rig.nowMs += 60_000
    const { values, revision } = await items.put(
      HANDLE,
      batch({ values: [value(100, 'same'), value(101, 'new')] }),
      ANYONE,
    )
    assert.equal(revision, 2)
    assert.deepEqual(
      values.map(({ timestamp }) => timestamp),
      [before, new Date(rig.nowMs).toISOString()],
    )
  })

  test('that were removed are gone, and their handle is free for something else', async () => {
    const { items } = rig.identifiers
    await items.put(HANDLE, batch(), ANYONE)
    await items.remove(HANDLE, ANYONE)
    assert.throws(() => items.get(HANDLE, ANYONE), isError('LG_HANDLE_UNKNOWN'))
    await assert.rejects(items.remove(HANDLE, ANYONE), isError('LG_HANDLE_UNKNOWN'))
    assert.equal((await items.put(HANDLE, batch({ kind: 'order' }), ANYONE)).revision, 1)
  })

  test('of two writers at once, who both expect to be the first, one is refused', async () => {
    const { items } = rig.identifiers
    const expect = (current: unknown) => assert.equal(current, undefined)
    const writes = await Promise.allSettled([
      items.put(HANDLE, batch(), { ...ANYONE, expect }),
      items.put(HANDLE, batch(), { ...ANYONE, expect }),
    ])
    assert.deepEqual(
      writes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.equal(items.get(HANDLE, ANYONE).revision, 1)
  })

  test('are listed in pages, each once, also of one kind', async () => {
    const { items } = rig.identifiers
    for (let n = 0; n < 25; n++) {
      await items.put(`88.608.8889/${n}`, batch({ kind: n % 2 === 0 ? 'part' : 'order' }), ANYONE)
    }
    for (const [kind, count] of [[undefined, 25] as const, ['part', 13] as const]) {
      const handles: string[] = []
      let afterKey: string | undefined = ''
      while (afterKey !== undefined) {
        const page = items.list({ ...(kind === undefined ? {} : { kind }), afterKey, limit: 4 }, ANYONE)
        handles.push(...page.items.map(({ handle }) => handle))
        afterKey = page.afterKey
      }
      assert.equal(handles.length, count)
      assert.equal(new Set(handles).size, count)
    }
  })
})

describe('one handle means one thing:', () => {
  let rig: IdentifierRig
  beforeEach(() => {
    rig = new IdentifierRig()
    rig.registry.put({ id: 'imm-01', identifier: '88.608.8889/imm-01' })
  })
  afterEach(() => rig.close())

  const put = (handle: string, input: ItemInput) => rig.identifiers.items.put(handle, input, ANYONE)

  test('an item cannot take the identifier of a device', async () => {
    await assert.rejects(put('88.608.8889/imm-01', batch()), isError('LG_HANDLE_TAKEN'))
    rig.registry.put({ id: 'imm-02', identifier: '20.Plant.1/x' })
    await assert.rejects(put('20.plant.1/x', batch()), isError('LG_HANDLE_TAKEN'))
    rig.registry.put({ id: 'imm-02', identifier: '' })
    assert.equal((await put('20.plant.1/x', batch())).revision, 1)
  })

  test('an item cannot become one of another kind', async () => {
    await put(HANDLE, batch())
    await assert.rejects(put(HANDLE, batch({ kind: 'part' })), isError('LG_HANDLE_TAKEN'))
    assert.equal(rig.identifiers.items.get(HANDLE, ANYONE).kind, 'batch')
  })

  test('a device is told what its identifier is taken by', async () => {
    await put(HANDLE, batch())
    assert.equal(rig.identifiers.takenBy(HANDLE, 'imm-09'), 'an item of the kind batch')
    assert.equal(rig.identifiers.takenBy('88.608.8889/imm-01', 'imm-09'), 'the device imm-01')
    assert.equal(rig.identifiers.takenBy('88.608.8889/imm-01', 'imm-01'), undefined)
    assert.equal(rig.identifiers.takenBy('88.608.8889/free', 'imm-01'), undefined)
  })

  test('values are added to the device that carries the handle, and to no other', async () => {
    const added: ItemInput = { kind: 'device', name: { zh: '', en: '' }, device: 'imm-01', values: [] }
    assert.equal((await put('88.608.8889/imm-01', added)).kind, 'device')
    rig.registry.put({ id: 'imm-02', identifier: '88.608.8889/imm-02' })
    await assert.rejects(put('88.608.8889/imm-02', added), isError('LG_ITEM_INVALID'))
    await assert.rejects(put('88.608.8889/nobody', added), isError('LG_ITEM_INVALID'))
  })

  test('values added to a device do not pass to the next one with its identifier', async () => {
    const values = [value(100, 'of the first')]
    const handle = '88.608.8889/imm-01'
    await put(handle, { kind: 'device', name: { zh: '', en: '' }, device: 'imm-01', values })
    rig.registry.remove('imm-01')
    const gone = await rig.identifiers.resolve({ handle, selection: { types: [], indexes: [] } })
    assert.equal(gone.responseCode, 100)
    rig.registry.put({ id: 'imm-09', identifier: handle })
    const next = await rig.identifiers.resolve({ handle, selection: { types: ['HEAT'], indexes: [] } })
    assert.equal(next.responseCode, 200)
    rig.registry.remove('imm-09')
    assert.equal((await put(handle, batch())).kind, 'batch', 'and they hold the handle no longer')
  })

  test('of two devices with one identifier, it is the first, and the second when that gives it up', async () => {
    const handle = '88.608.8889/imm-01'
    rig.registry.put({ id: 'imm-02', identifier: handle })
    const deviceOf = async () => {
      const { values } = await rig.identifiers.resolve({
        handle,
        selection: { types: ['DEVICE'], indexes: [] },
      })
      return values?.[0]?.data.value
    }
    assert.equal(await deviceOf(), 'imm-01')
    rig.registry.put({ id: 'imm-01', identifier: '' })
    assert.equal(await deviceOf(), 'imm-02')
  })
})

describe('an item is refused', () => {
  let rig: IdentifierRig
  beforeEach(() => {
    rig = new IdentifierRig()
  })
  afterEach(() => rig.close())

  const refused: readonly (readonly [name: string, input: ItemInput])[] = [
    ['with an index of the gateway', batch({ values: [value(1, 'x')] })],
    ['with an index of the latest values', batch({ values: [value(10_000, 'x')] })],
    ['with one index twice', batch({ values: [value(100, 'x'), value(100, 'y')] })],
    ['with a device that is not registered', batch({ device: 'nobody' })],
  ]
  for (const [name, input] of refused) {
    test(name, async () => {
      await assert.rejects(rig.identifiers.items.put(HANDLE, input, ANYONE), isError('LG_ITEM_INVALID'))
      assert.throws(() => rig.identifiers.items.get(HANDLE, ANYONE), isError('LG_HANDLE_UNKNOWN'))
    })
  }

  test('under what is no identifier', async () => {
    await assert.rejects(rig.identifiers.items.put('88.608/1', batch(), ANYONE), isError('LG_HANDLE_INVALID'))
  })
})

describe('private values of an item', () => {
  let rig: IdentifierRig
  const secret = batch({ values: [value(100, 'open'), value(101, 'hidden', 'private')] })
  beforeEach(async () => {
    rig = new IdentifierRig()
    await rig.identifiers.items.put(HANDLE, secret, TRUSTED)
  })
  afterEach(() => rig.close())

  test('are read with a token only', () => {
    const { items } = rig.identifiers
    const query = { afterKey: '', limit: 10 }
    assert.doesNotMatch(JSON.stringify(items.get(HANDLE, ANYONE)), /hidden/)
    assert.doesNotMatch(JSON.stringify(items.list(query, ANYONE)), /hidden/)
    assert.match(JSON.stringify(items.get(HANDLE, TRUSTED)), /hidden/)
    assert.match(JSON.stringify(items.list(query, TRUSTED)), /hidden/)
  })

  test('are neither replaced nor removed nor written without one', async () => {
    const { items } = rig.identifiers
    const required = isError('LG_HANDLE_TOKEN_REQUIRED')
    await assert.rejects(items.put(HANDLE, batch(), ANYONE), required)
    await assert.rejects(items.remove(HANDLE, ANYONE), required)
    await assert.rejects(items.put('88.608.8889/new', secret, ANYONE), required)
    assert.match(JSON.stringify(items.get(HANDLE, TRUSTED)), /hidden/)
    await items.put(HANDLE, batch(), TRUSTED)
    assert.equal((await items.put(HANDLE, batch(), ANYONE)).revision, 3)
  })

  test("are nobody's without tokens in the configuration", async () => {
    await rig.reopen({ tokens: [] })
    assert.throws(() => rig.identifiers.items.get(HANDLE, TRUSTED), isError('LG_HANDLE_TOKEN_REFUSED'))
    assert.doesNotMatch(JSON.stringify(rig.identifiers.items.get(HANDLE, ANYONE)), /hidden/)
  })
})
