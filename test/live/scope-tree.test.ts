import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ScopeDevices } from '../../src/live/scope-devices.js'
import { type ScopeNode, ScopeTree } from '../../src/live/scope-tree.js'
import { type DeviceList, ViewsInMemory } from '../support/views.js'

function outline({ name, slot, device, children, omitted }: ScopeNode): string {
  const inside = children.map(outline).join(' ')
  const own = `${name}${device ? '!' : ''}${slot > 0 ? slot : ''}`
  return `${own}${omitted > 0 ? `+${omitted}` : ''}${inside === '' ? '' : `{${inside}}`}`
}

function treeOf(views: ViewsInMemory, scope: string, depth: number, maxNodesPerLevel = 500): ScopeTree {
  return new ScopeTree(views.tree, views.devices, scope, depth, maxNodesPerLevel)
}

test('a tree is looked at again only when a device came, moved or went', () => {
  const views = new ViewsInMemory()
  views.addDevice('ningbo/moulding/line1/imm-01')
  const tree = treeOf(views, 'ningbo', 2)
  const root = tree.look()
  assert.equal(tree.look(), root)
  views.addDevice('ningbo/smt/line1/reflow-01')
  assert.equal(outline(tree.look()), '{moulding{line1} smt{line1}}')
  const [, second] = views.devices.list
  views.devices.list[1] = { ...second!, path: 'ningbo/smt/line2/reflow-01', line: 'line2' }
  assert.equal(outline(tree.look()), '{moulding{line1} smt{line1}}', 'nobody said that it moved')
  views.tree.revision++
  assert.equal(outline(tree.look()), '{moulding{line1} smt{line2}}')
})

test('a node that is both a device and a place has its children', () => {
  const views = new ViewsInMemory()
  for (const path of ['imm-01', 'imm-01/a', 'imm-02']) views.addDevice(path)
  assert.equal(outline(treeOf(views, '', 2).look()), '{imm-01!{a!2} imm-02!3}')
})

test('the scope of a device, and one that is nowhere, have no children', () => {
  const views = new ViewsInMemory()
  views.addDevice('ningbo/moulding/line1/imm-01')
  assert.equal(outline(treeOf(views, 'ningbo/moulding/line1/imm-01', 4).look()), '!1')
  assert.equal(outline(treeOf(views, 'ningbo/pressing', 4).look()), '')
})

test('a level takes so many nodes and no more, first by name', () => {
  const views = new ViewsInMemory()
  for (const path of ['s/c/l/3', 's/b/l/2', 's/a/l/1', 's/c/l/4', 't/a/l/5']) views.addDevice(path)
  assert.equal(outline(treeOf(views, '', 2, 2).look()), '{s+1{a b} t+1}')
})

test('a line of many devices shows the first of them by name', () => {
  const views = new ViewsInMemory()
  const names = Array.from({ length: 1_000 }, (_, i) => `imm-${String((i * 617) % 1_000).padStart(3, '0')}`)
  for (const name of names) views.addDevice(`ningbo/moulding/line1/${name}`)
  const { children, omitted } = treeOf(views, 'ningbo/moulding/line1', 1, 5).look()
  assert.deepEqual(
    children.map(({ name }) => name),
    ['imm-000', 'imm-001', 'imm-002', 'imm-003', 'imm-004'],
  )
  assert.equal(omitted, 995)
})

test('the devices of a scope are asked for once, and later only those that are new', () => {
  const views = new ViewsInMemory()
  for (let i = 0; i < 11_000; i++) views.addDevice(`site/area-${i % 20}/line-${i % 100}/device-${i}`)
  const under = counted(views.devices, 'under')
  const get = counted(views.devices, 'get')
  const devices = new ScopeDevices(views.tree, views.devices, 'site')
  for (let tick = 0; tick < 10; tick++) devices.look()
  assert.deepEqual([devices.slots.length, under(), get()], [11_000, 1, 0])
  views.addDevice('site/area-3/line-0/device-new')
  views.addDevice('elsewhere/area-3/line-0/device-new')
  assert.equal(devices.look(), false)
  assert.deepEqual([devices.slots.length, under(), get()], [11_001, 1, 2])
})

test('the devices of a scope are read anew when one was moved', () => {
  const views = new ViewsInMemory()
  for (const path of ['a/l/1', 'b/l/2', 'a/l/3']) views.addDevice(path)
  const devices = new ScopeDevices(views.tree, views.devices, 'a')
  devices.look()
  assert.deepEqual(devices.slots, [1, 3])
  views.devices.list[1] = { ...views.devices.list[1]!, path: 'a/l/2' }
  views.tree.revision++
  assert.equal(devices.look(), true)
  assert.deepEqual(devices.slots, [1, 2, 3])
})

function counted(devices: DeviceList, name: 'under' | 'get'): () => number {
  let calls = 0
  const original = devices[name].bind(devices) as (argument: never) => never
  Object.defineProperty(devices, name, {
    value: (argument: never) => {
      calls++
      return original(argument)
    },
  })
  return () => calls
}
