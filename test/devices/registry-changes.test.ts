import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { GatewayError } from '../../src/core/errors.js'
import type { DeviceChange } from '../../src/core/registry.js'
import type { StateStore } from '../../src/core/state.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'

const LINE_1 = { site: 'ningbo', area: 'moulding', line: 'line1' }
const LINE_2 = { site: 'ningbo', area: 'moulding', line: 'line2' }
const OLD_PLACE = { ...LINE_1, device: 'imm-01' }
const OLD_PATH = 'ningbo/moulding/line1/imm-01'
const NEW_PATH = 'ningbo/moulding/line2/imm-01'

describe('changes of the device registry', () => {
  let directory: string
  let state: StateStore
  let registry: DeviceRegistry
  before(() => {
    directory = temporaryDirectory()
    state = openState(directory)
  })
  after(async () => {
    await state.close()
    removeDirectory(directory)
  })

  /** A registry with nothing in it. */
  async function emptied(): Promise<DeviceRegistry> {
    const all = new DeviceRegistry(state)
    await Promise.all([...all.records()].map(({ id }) => all.remove(id)))
    return new DeviceRegistry(state)
  }

  test('an identifier that is no Handle, or is taken, is refused, alone and in a table', async () => {
    registry = await emptied()
    await refused(registry.put('m-1', { ...LINE_1, identifier: '88.608/x' }), 'LG_DEVICE_INVALID')
    registry.refuseTaken((identifier, id) =>
      identifier === '88.608.8889/a' && id !== 'm-1' ? 'm-1' : undefined,
    )
    const input = { identifier: '88.608.8889/a' }
    await refused(registry.put('m-2', { ...LINE_1, ...input }), 'LG_HANDLE_TAKEN')
    const rows = ['m-1', 'm-2', 'm-3'].map((id) => ({ id, input: { ...LINE_1, ...input } }))
    const violations = registry.violationsOf(rows).map(({ row, key }) => `${row} ${key}`)
    assert.deepEqual(violations, ['1 identifier', '1 identifier', '2 identifier', '2 identifier'])
    assert.equal((await registry.put('m-1', { ...LINE_1, ...input })).identifier, '88.608.8889/a')
  })

  test('ids that mean something else in addresses are refused, and given to nobody who is discovered', async () => {
    registry = await emptied()
    for (const id of ['.', '..', 'export', 'import']) {
      await refused(registry.put(id, LINE_1), 'LG_DEVICE_INVALID')
      const { device } = registry.meet({ ...LINE_1, device: id })
      assert.notEqual(registry.record(device.slot)?.id, id)
    }
  })

  async function refused(done: Promise<unknown>, code: string): Promise<GatewayError> {
    let refusal: GatewayError | undefined
    await assert.rejects(done, (error: GatewayError) => {
      refusal = error
      return error.code === code || assert.fail(`${error.code} instead of ${code}`)
    })
    return refusal!
  }

  test('a device that is put is there at once, confirmed, with all that was stated, and on disk when promised', async () => {
    registry = await emptied()
    const input = {
      ...LINE_1,
      name: { zh: '注塑机1号' },
      model: 'MA1600',
      vendor: 'Haitian',
      sector: '35',
      expectedIntervalMs: 1_000,
      survivalTimeMs: 0,
      identifier: '88.608.8889/1',
      labels: { owner: 'team 7' },
    }
    const done = registry.put('imm-01', input)
    const device = registry.byId('imm-01')!
    assert.equal(device.path, OLD_PATH)
    assert.deepEqual(registry.childrenOf('ningbo/moulding'), ['line1'])
    const { createdAtMs, updatedAtMs, ...stated } = await done
    assert.deepEqual(stated, {
      ...input,
      id: 'imm-01',
      status: 'confirmed',
      name: { zh: '注塑机1号', en: '' },
      device: 'imm-01',
      source: 'api',
      revision: 1,
    })
    assert.ok(createdAtMs > 0 && createdAtMs === updatedAtMs)
    assert.deepEqual(new DeviceRegistry(state).record(device.slot), registry.record(device.slot))
  })

  test('a patch changes what it states and empties what is null, names and labels one by one', async () => {
    registry = await emptied()
    const labels = { owner: 'a', shift: 'b' }
    await registry.put('x', { name: { zh: '甲', en: 'A' }, model: 'm', expectedIntervalMs: 5, labels })
    const { slot } = registry.byId('x')!
    const patched = await registry.patch('x', {
      name: { en: null },
      model: undefined,
      expectedIntervalMs: null,
      survivalTimeMs: 9,
      labels: { owner: null, bay: 'c' },
    })
    assert.deepEqual(patched.name, { zh: '甲', en: '' })
    assert.deepEqual(patched.labels, { shift: 'b', bay: 'c' })
    assert.deepEqual([patched.model, patched.revision], ['m', 2])
    assert.equal('expectedIntervalMs' in patched, false)
    assert.equal(patched.survivalTimeMs, 9)
    const emptiedRecord = await registry.patch('x', { name: null, labels: null, model: null })
    assert.deepEqual(
      [emptiedRecord.name, emptiedRecord.labels, emptiedRecord.model],
      [{ zh: '', en: '' }, {}, ''],
    )
    assert.deepEqual(new DeviceRegistry(state).record(slot), emptiedRecord)
  })

  test('what changes nothing makes no revision and is told nobody', async () => {
    registry = await emptied()
    const input = { ...LINE_1, labels: { a: 'b' } }
    const record = await registry.put('x', input)
    const changes: DeviceChange[] = []
    registry.onChange((change) => changes.push(change))
    assert.equal(await registry.put('x', { ...input, labels: { a: 'b' } }), record)
    assert.equal(await registry.patch('x', { line: 'line1' }), record)
    assert.deepEqual(await registry.putAll([{ id: 'x', input }], 'file'), {
      created: 0,
      changed: 0,
      unchanged: 1,
    })
    assert.deepEqual(changes, [])
  })

  test('a change for another revision than the one that is there is refused', async () => {
    registry = await emptied()
    assert.equal((await registry.put('x', {}, 0)).revision, 1)
    await refused(registry.put('x', {}, 0), 'LG_DEVICE_ID_TAKEN')
    assert.equal((await registry.patch('x', { model: 'm' }, 1)).revision, 2)
    for (const done of [
      registry.put('x', { model: 'n' }, 1),
      registry.patch('x', { model: 'n' }, 1),
      registry.setStatus('x', 'rejected', 1),
      registry.remove('x', 3),
    ]) {
      const { details } = await refused(done, 'LG_DEVICE_CHANGED')
      assert.deepEqual([details.id, details.revision], ['x', 2])
    }
    await refused(registry.put('new', {}, 1), 'LG_DEVICE_CHANGED')
    assert.equal(registry.record(registry.byId('x')!.slot)!.model, 'm')
    await registry.remove('x', 2)
    for (const done of [registry.patch('x', {}), registry.remove('x'), registry.setStatus('x', 'confirmed')])
      await refused(done, 'LG_DEVICE_ID_UNKNOWN')
  })

  test('of two editors who read the same revision, one is refused, though neither waits for the disk', async () => {
    registry = await emptied()
    const { revision } = await registry.put('x', {})
    const both = await Promise.allSettled([
      registry.patch('x', { model: 'first' }, revision),
      registry.patch('x', { model: 'second' }, revision),
    ])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.equal(new DeviceRegistry(state).record(registry.byId('x')!.slot)!.model, 'first')
  })

  test('all that is wrong with a device is said at once, and nothing is changed', async () => {
    registry = await emptied()
    const { details } = await refused(
      registry.put('x', { line: 'a/b', sector: '98', expectedIntervalMs: 0 }),
      'LG_DEVICE_INVALID',
    )
    assert.deepEqual(
      (details.violations as { key: string }[]).map(({ key }) => key),
      ['line', 'sector', 'expectedIntervalMs'],
    )
    assert.equal(registry.count, 0)
  })

  test('a device that moved is found under its old address, until another has its place there', async () => {
    registry = await emptied()
    const { device } = registry.meet(OLD_PLACE)
    await registry.patch('imm-01', LINE_2)
    assert.deepEqual(registry.addresses(device.slot), [NEW_PATH, OLD_PATH])
    assert.equal(registry.at(OLD_PATH), undefined)
    const met = registry.meet(OLD_PLACE)
    assert.deepEqual([met.device.slot, met.device.path, met.isNew], [device.slot, NEW_PATH, false])
    const { revision } = registry.tree
    await registry.put('imm-02', OLD_PLACE)
    assert.ok(registry.tree.revision > revision)
    assert.equal(registry.meet(OLD_PLACE).device, registry.byId('imm-02'))
    assert.deepEqual(registry.addresses(device.slot), [NEW_PATH])
    assert.deepEqual(new DeviceRegistry(state).addresses(device.slot), [NEW_PATH])
  })

  test('a place that another device has is refused', async () => {
    registry = await emptied()
    await registry.put('imm-01', LINE_1)
    await registry.put('imm-02', LINE_1)
    const taken = { ...LINE_1, device: 'imm-01' }
    const { details } = await refused(registry.put('imm-03', taken), 'LG_DEVICE_PLACE_TAKEN')
    assert.deepEqual([details.path, details.holder], [OLD_PATH, 'imm-01'])
    await refused(registry.patch('imm-02', { device: 'imm-01' }), 'LG_DEVICE_PLACE_TAKEN')
    assert.equal(registry.byId('imm-03'), undefined)
  })

  test('a device that was discovered becomes the one that is registered at its place, and keeps its slot', async () => {
    registry = await emptied()
    const { device } = registry.meet(OLD_PLACE)
    const changes: DeviceChange[] = []
    registry.onChange((change) => changes.push(change))
    const record = await registry.put('EQ-7', OLD_PLACE, 0)
    assert.equal(registry.byId('EQ-7'), device)
    assert.equal(registry.byId('imm-01'), undefined)
    assert.deepEqual([record.status, record.source, record.revision], ['confirmed', 'contact', 2])
    assert.deepEqual(
      changes.map(({ slot, before, after }) => [slot, before?.id, after?.id]),
      [[device.slot, 'imm-01', 'EQ-7']],
    )
    await refused(registry.put('EQ-8', OLD_PLACE), 'LG_DEVICE_PLACE_TAKEN')
  })

  test('a rejected device leaves the tree and keeps its place; a statement does not take that back', async () => {
    registry = await emptied()
    const { slot } = registry.meet(OLD_PLACE).device
    assert.equal(registry.isRejected(slot), false)
    await registry.setStatus('imm-01', 'rejected')
    assert.equal(registry.isRejected(slot), true)
    assert.deepEqual([registry.under('').length, registry.tree.root.children.length], [0, 0])
    assert.deepEqual([registry.meet(OLD_PLACE).device.slot, registry.find('imm-01').length], [slot, 1])
    await registry.putAll([{ id: 'imm-01', input: LINE_1 }], 'file')
    assert.equal(registry.isRejected(slot), true)
    assert.equal(new DeviceRegistry(state).isRejected(slot), true)
    await registry.setStatus('imm-01', 'confirmed')
    assert.deepEqual([registry.isRejected(slot), registry.under('').length], [false, 1])
  })

  test('a removed device frees its id, place and addresses, and is discovered anew when it speaks', async () => {
    registry = await emptied()
    const { slot } = registry.meet(OLD_PLACE).device
    await registry.patch('imm-01', LINE_2)
    await registry.remove('imm-01')
    assert.deepEqual(
      [registry.get(slot), registry.record(slot), registry.find('imm-01')],
      [undefined, undefined, []],
    )
    const again = registry.meet(OLD_PLACE)
    assert.deepEqual([again.isNew, again.device.slot > slot], [true, true])
    assert.equal(registry.record(again.device.slot)!.id, 'imm-01')
  })

  test('two devices swap their places in one import, and neither keeps the address of the other', async () => {
    registry = await emptied()
    await registry.putAll(
      [
        { id: 'a', input: { line: '1', device: 'x' } },
        { id: 'b', input: { line: '2', device: 'x' } },
      ],
      'file',
    )
    const slots = ['a', 'b'].map((id) => registry.byId(id)!.slot)
    const swapped = await registry.putAll(
      [
        { id: 'a', input: { line: '2', device: 'x' } },
        { id: 'b', input: { line: '1', device: 'x' } },
        { id: 'c', input: {} },
      ],
      'api',
    )
    assert.deepEqual(swapped, { created: 1, changed: 2, unchanged: 0 })
    assert.deepEqual(
      slots.map((slot) => registry.addresses(slot)),
      [['2/x'], ['1/x']],
    )
    assert.deepEqual(
      [...registry.records()].map(({ id, source }) => [id, source]),
      [
        ['a', 'file'],
        ['b', 'file'],
        ['c', 'api'],
      ],
    )
  })

  test('an import with bad rows names each of them, and does nothing', async () => {
    registry = await emptied()
    await registry.put('taken', LINE_1)
    const place = { ...LINE_2, device: 'x' }
    const bad = await refused(
      registry.putAll(
        [
          { id: 'good', input: LINE_1 },
          { id: '', input: { sector: '00' } },
          { id: 'good', input: LINE_2 },
        ],
        'file',
      ),
      'LG_DEVICES_INVALID',
    )
    assert.deepEqual(rowsAndKeys(bad), ['1 id', '1 sector', '2 id'])
    const inTheWay = await refused(
      registry.putAll(
        [
          { id: 'one', input: place },
          { id: 'other', input: place },
          { id: 'third', input: { ...LINE_1, device: 'taken' } },
        ],
        'file',
      ),
      'LG_DEVICES_INVALID',
    )
    assert.deepEqual(rowsAndKeys(inTheWay), ['1 device', '2 device'])
    assert.deepEqual(
      [...registry.records()].map(({ id }) => id),
      ['taken'],
    )
  })

  test('listeners are told when tree and look-ups have the change', async () => {
    registry = await emptied()
    const told: unknown[] = []
    registry.onChange(({ slot, before, after, device }) => {
      told.push([before?.line, after?.line, device.path, registry.get(slot)?.path, registry.under('').length])
    })
    registry.meet(OLD_PLACE)
    await registry.patch('imm-01', LINE_2)
    await registry.remove('imm-01')
    assert.deepEqual(told, [
      [undefined, 'line1', OLD_PATH, OLD_PATH, 1],
      ['line1', 'line2', NEW_PATH, NEW_PATH, 1],
      ['line2', undefined, NEW_PATH, undefined, 0],
    ])
  })

  test('an id is found before names, unless it is the one that a discovered device was given', async () => {
    registry = await emptied()
    const first = registry.meet(OLD_PLACE).device
    const second = registry.meet({ ...LINE_2, device: 'imm-01' }).device
    assert.equal(registry.record(second.slot)!.id, NEW_PATH)
    assert.deepEqual(registry.find('imm-01'), [first, second])
    await registry.setStatus('imm-01', 'confirmed')
    assert.deepEqual(registry.find('imm-01'), [first])
    assert.deepEqual(registry.find(NEW_PATH), [second])
  })

  test('a discovered device whose name cannot be an id is given one', async () => {
    registry = await emptied()
    const long = registry.meet({ ...LINE_1, device: 'x'.repeat(200) }).device
    const control = registry.meet({ ...LINE_1, device: 'a\u0007' }).device
    assert.deepEqual(
      [long, control].map(({ slot }) => registry.record(slot)!.id),
      [`device-${long.slot}`, `device-${control.slot}`],
    )
    assert.equal((await registry.patch(`device-${control.slot}`, { model: 'm' })).device, 'a\u0007')
  })
})

function rowsAndKeys({ details }: GatewayError): string[] {
  return (details.violations as { row: number; key: string }[]).map(({ row, key }) => `${row} ${key}`)
}
