import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Device, TopicLevels } from '../../src/core/device.js'
import type { StateStore } from '../../src/core/state.js'
import { pathOf } from '../../src/devices/device-path.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'

function levels(site: string, area: string, line: string, device: string): TopicLevels {
  return { site, area, line, device }
}

const NINGBO_1 = levels('ningbo', 'moulding', 'line1', 'imm-01')
const NINGBO_2 = levels('ningbo', 'moulding', 'line2', 'imm-01')
const NINGBO_3 = levels('ningbo', 'smt', '', 'oven')
const WUHU = levels('wuhu', '', '', 'press')

describe('device registry', () => {
  let directory: string
  let state: StateStore
  before(() => {
    directory = temporaryDirectory()
    state = openState(directory)
  })
  after(async () => {
    await state.close()
    removeDirectory(directory)
  })

  function registryOf(...all: readonly TopicLevels[]): DeviceRegistry {
    const registry = new DeviceRegistry(state)
    for (const one of all) registry.meet(one)
    return registry
  }

  test('slots are given in order of first contact, from 1, and once', () => {
    const registry = registryOf()
    assert.deepEqual(
      [NINGBO_1, NINGBO_2, NINGBO_1, WUHU].map((one) => {
        const { device, isNew } = registry.meet(one)
        return [device.slot, isNew]
      }),
      [
        [1, true],
        [2, true],
        [1, false],
        [3, true],
      ],
    )
    assert.equal(registry.size, 3)
    assert.equal(registry.get(3)!.path, 'wuhu/press')
    assert.equal(registry.get(0), undefined)
    assert.equal(registry.get(4), undefined)
  })

  test('the path joins the levels that are known', () => {
    assert.equal(pathOf(NINGBO_1), 'ningbo/moulding/line1/imm-01')
    assert.equal(pathOf(NINGBO_3), 'ningbo/smt/oven')
    assert.equal(pathOf(WUHU), 'wuhu/press')
  })

  test('a device is found by path, and by name with all its namesakes', () => {
    const registry = registryOf(NINGBO_1, NINGBO_2, NINGBO_3)
    const paths = (found: readonly Device[]) => found.map(({ path }) => path)
    assert.deepEqual(paths(registry.find('ningbo/moulding/line2/imm-01')), ['ningbo/moulding/line2/imm-01'])
    assert.deepEqual(paths(registry.find('imm-01')), [
      'ningbo/moulding/line1/imm-01',
      'ningbo/moulding/line2/imm-01',
    ])
    assert.deepEqual(paths(registry.find('oven')), ['ningbo/smt/oven'])
    for (const unknown of ['', 'imm', 'ningbo', 'ningbo/smt', 'constructor'])
      assert.deepEqual(registry.find(unknown), [])
    assert.equal(registry.at('ningbo/smt/oven')!.device, 'oven')
    assert.equal(registry.at('oven'), undefined)
  })

  test('the tree has the devices below each node, and the names right below it', () => {
    const registry = registryOf(NINGBO_2, NINGBO_1, NINGBO_3, WUHU)
    const names = (path: string) => registry.under(path).map((device) => device.path)
    assert.equal(registry.under('').length, 4)
    assert.deepEqual(names('ningbo/moulding'), [
      'ningbo/moulding/line2/imm-01',
      'ningbo/moulding/line1/imm-01',
    ])
    assert.deepEqual(names('ningbo/smt/oven'), ['ningbo/smt/oven'])
    assert.deepEqual(names('ning'), [])
    assert.deepEqual(names('ningbo/'), [])
    assert.deepEqual(registry.childrenOf(''), ['ningbo', 'wuhu'])
    assert.deepEqual(registry.childrenOf('ningbo/moulding'), ['line1', 'line2'])
    assert.deepEqual(registry.childrenOf('ningbo/smt/oven'), [])
    assert.deepEqual(registry.childrenOf('nowhere'), [])
  })

  test('a client id with slashes is one level, and no other device', () => {
    const registry = registryOf(levels('a', '', '', 'b'))
    const { device, isNew } = registry.meet(levels('', '', '', 'a/b'))
    assert.equal(isNew, true)
    assert.deepEqual([device.path, device.device, device.site], ['a%2Fb', 'a/b', ''])
    assert.deepEqual(registry.find('a%2Fb'), [device])
    assert.deepEqual(registry.childrenOf(''), ['a', 'a%2Fb'])
  })

  test('different names never share a path', () => {
    const name = fc.string({
      unit: fc.constantFrom('/', '%', '2', '5', 'F', 'f', ' '),
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(name, name, name, name, (a, b, c, d) => {
        const same = a === c && b === d
        assert.equal(pathOf(levels(a, '', '', b)) === pathOf(levels(c, '', '', d)), same)
      }),
      { seed: 1, numRuns: 5_000 },
    )
  })

  test('what was persisted is there after a restart, under the same slots', async () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    const sample = fc.sample(fc.tuple(fc.string({ maxLength: 3 }), name), { seed: 1, numRuns: 200 })
    const registry = new DeviceRegistry(state)
    const met = sample.map(([site, device]) => registry.meet(levels(site, '', '', device)).device)
    await state.commit(() => {
      for (const device of new Set(met)) registry.persist(device)
    })
    await state.close()
    state = openState(directory)
    const reopened = new DeviceRegistry(state)
    assert.equal(reopened.size, registry.size)
    for (const device of met) {
      assert.deepEqual(reopened.get(device.slot), device)
      assert.deepEqual(reopened.find(device.path), [device])
    }
    assert.deepEqual(reopened.childrenOf(''), registry.childrenOf(''))
  })
})
