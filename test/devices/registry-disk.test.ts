import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { TopicLevels } from '../../src/core/device.js'
import type { GatewayError } from '../../src/core/errors.js'
import type { DeviceChange } from '../../src/core/registry.js'
import type { StateStore } from '../../src/core/state.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'

const LINE_1 = { site: 'ningbo', area: 'moulding', line: 'line1' }
const PLACE: TopicLevels = { ...LINE_1, device: 'imm-01' }
const PATH = 'ningbo/moulding/line1/imm-01'

describe('device registry on disk', () => {
  let directory: string
  let state: StateStore
  let registry: DeviceRegistry
  beforeEach(() => {
    directory = temporaryDirectory()
    state = openState(directory)
    registry = new DeviceRegistry(state)
  })
  afterEach(async () => {
    await state.close()
    removeDirectory(directory)
  })

  async function restart(): Promise<void> {
    await state.close()
    state = openState(directory)
    registry = new DeviceRegistry(state)
  }

  /** What the block of a device's first message does. */
  function commitBlock(levels: TopicLevels): Promise<void> {
    const { device } = registry.meet(levels)
    return state.commit(() => registry.persist(device))
  }

  /** What the registry says, and what it would say after a restart. */
  function assertAsOnDisk(): void {
    const [memory, disk] = [registry, new DeviceRegistry(state)].map((one) =>
      [...one.records()].map((record) => [record, one.addresses(one.byId(record.id)!.slot)]),
    )
    assert.deepEqual(memory, disk)
  }

  test('rows of an earlier version are devices that were discovered, and keep the ids that they are given', async () => {
    const old = ['line1', 'line2', 'line3'].map((line) => ({ ...PLACE, line }))
    const table = state.table('devices')
    await state.commit(() =>
      old.forEach((levels, i) => {
        table.put(i + 1, Buffer.from(JSON.stringify(levels)))
      }),
    )
    registry = new DeviceRegistry(state)
    const ids = ['imm-01', 'ningbo/moulding/line2/imm-01', 'ningbo/moulding/line3/imm-01']
    assert.deepEqual(
      [...registry.records()].map(({ id, status, source, revision }) => [id, status, source, revision]),
      ids.map((id) => [id, 'discovered', 'contact', 1]),
    )
    await registry.remove('imm-01')
    await restart()
    assert.deepEqual(
      [...registry.records()].map(({ id }) => id),
      ids.slice(1),
    )
    assert.equal(registry.get(2)!.path, 'ningbo/moulding/line2/imm-01')
  })

  test('a slot is never given again, not even the last one, after its device was removed', async () => {
    await registry.put('x', {})
    await registry.put('y', {})
    await registry.remove('y')
    await restart()
    assert.equal(registry.size, 2)
    assert.equal(registry.meet(PLACE).device.slot, 3)
  })

  test('a device that is removed before the block of its first message is on disk stays removed', async () => {
    const { device } = registry.meet(PLACE)
    await registry.remove('imm-01')
    await state.commit(() => registry.persist(device))
    await restart()
    assert.deepEqual([registry.count, registry.size], [0, 1])
  })

  test('a message that arrives while its device is being put is of that device, and its block has the row too', async () => {
    const done = registry.put('EQ-7', PLACE)
    const { device, isNew } = registry.meet(PLACE)
    assert.deepEqual([registry.record(device.slot)!.id, isNew, registry.count], ['EQ-7', true, 1])
    await done
    assert.equal(registry.meet(PLACE).isNew, false)
  })

  test('a device that is put while the block of its first message is being committed keeps its slot', async () => {
    const { device } = registry.meet(PLACE)
    await Promise.all([state.commit(() => registry.persist(device)), registry.put('EQ-7', PLACE)])
    await restart()
    assert.deepEqual([registry.count, registry.byId('EQ-7')!.slot], [1, device.slot])
    assert.equal(registry.record(device.slot)!.status, 'confirmed')
  })

  test('changes that the disk does not take are taken back, those made since as well, and everyone is told', async () => {
    await registry.put('kept', LINE_1)
    await registry.put('moved', LINE_1)
    await registry.put('removed', LINE_1)
    const before = [...registry.records()]
    const weights = registry.tree.sum((slot) => slot)
    const changes: DeviceChange[] = []
    registry.onChange((change) => changes.push(change))
    await onFullDisk(async () => {
      const failing = [
        registry.put('new', LINE_1),
        registry.patch('moved', { line: 'line2' }),
        registry.remove('removed'),
        registry.patch('moved', { line: 'line3' }),
        registry.putAll([{ id: 'removed', input: LINE_1 }], 'file'),
      ]
      assert.equal(registry.byId('moved')!.line, 'line3')
      for (const done of failing)
        await assert.rejects(done, ({ code }: GatewayError) => code === 'LG_DEVICE_NOT_SAVED')
    })
    assert.deepEqual([...registry.records()], before)
    assert.deepEqual(registry.addresses(2), ['ningbo/moulding/line1/moved'])
    assert.deepEqual(
      [weights.of(registry.tree.root), registry.tree.node('ningbo/moulding/line3')],
      [6, undefined],
    )
    assert.deepEqual(
      new Set(changes.slice(-4).map(({ after }) => after?.id)),
      new Set([undefined, 'moved', 'removed']),
    )
    await registry.patch('moved', { line: 'line2' })
    assertAsOnDisk()
    await restart()
    assert.deepEqual(
      [...registry.records()].map(({ id, line }) => [id, line]),
      [
        ['kept', 'line1'],
        ['moved', 'line2'],
        ['removed', 'line1'],
      ],
    )
  })

  test('a device that was discovered at a place that is taken back gives it back, and its id', async () => {
    await registry.put('imm-01', LINE_1)
    const { slot } = registry.byId('imm-01')!
    await onFullDisk(async () => {
      const failing = registry.remove('imm-01')
      const newcomer = registry.meet(PLACE).device
      assert.notEqual(newcomer.slot, slot)
      const { revision } = registry.tree
      await assert.rejects(failing)
      assert.ok(registry.tree.revision > revision)
      assert.equal(registry.get(newcomer.slot), undefined)
    })
    const { device, isNew } = registry.meet(PLACE)
    assert.deepEqual([device.slot, device.path, isNew], [slot, PATH, false])
    await registry.put('other', {})
    assertAsOnDisk()
    assert.equal(registry.byId('other')!.slot, slot + 2)
  })

  test('of two rows with one place, which a crash after such a failure can leave, the older has it', async () => {
    await registry.put('imm-01', LINE_1)
    const table = state.table('devices')
    const row = table.get(1)!
    await state.commit(() => table.put(2, row))
    await restart()
    assert.deepEqual([registry.count, registry.size, registry.byId('imm-01')!.slot], [1, 2, 1])
    await registry.put('next', {})
    assert.deepEqual([...state.table('devices').keys()], [0, 1, 3])
  })

  test('what a block wrote of a device whose change was taken back is put right by the next change', async () => {
    await commitBlock(PLACE)
    const table = state.table('devices')
    await onFullDisk(() => assert.rejects(registry.patch('imm-01', { model: 'refused' })))
    const wrong = Buffer.from(table.get(1)!.toString().replace('"discovered"', '"confirmed"'))
    await state.commit(() => table.put(1, wrong))
    await registry.put('other', {})
    assertAsOnDisk()
    assert.equal(new DeviceRegistry(state).record(1)!.status, 'discovered')
  })

  test('names, labels and addresses of any script are the same after a restart', async () => {
    const name = { zh: '注塑机 "1" 号', en: 'Ünïcode \\ 🏭' }
    await registry.put('机台/1', { ...LINE_1, name, labels: { 负责人: '王' }, status: 'discovered' })
    await registry.patch('机台/1', { line: '' })
    const records = [...registry.records()]
    const addresses = registry.addresses(1)
    assert.deepEqual(addresses, ['ningbo/moulding/机台%2F1', 'ningbo/moulding/line1/机台%2F1'])
    await restart()
    assert.deepEqual([...registry.records()], records)
    assert.deepEqual(registry.addresses(1), addresses)
  })
})

/** Every write to a file fails meanwhile. */
async function onFullDisk(work: () => Promise<void>): Promise<void> {
  limitFileSize('1')
  try {
    await work()
  } finally {
    limitFileSize('unlimited')
  }
}

function limitFileSize(bytes: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
}
