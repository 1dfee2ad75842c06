import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ScopeNode, ScopeTree } from '../../src/live/scope-tree.js'
import { type DeviceList, ViewsInMemory } from '../support/views.js'

function outline({ name, slots, children, omitted }: ScopeNode): string {
  const inside = children.map(outline).join(' ')
  return `${name}[${slots}]${omitted > 0 ? `+${omitted}` : ''}${inside === '' ? '' : `{${inside}}`}`
}

test('the devices of known nodes are asked for once, and later only those that are new', () => {
  const views = new ViewsInMemory()
  for (let i = 0; i < 11_000; i++) views.addDevice(`site/area-${i % 20}/line-${i % 100}/device-${i}`)
  const under = counted(views.devices, 'under')
  const get = counted(views.devices, 'get')
  const tree = new ScopeTree(views.devices, 'site', 1, 500)
  for (let tick = 0; tick < 10; tick++) tree.grow()
  assert.deepEqual([tree.size, under(), get()], [11_000, 1, 0])
  views.addDevice('site/area-3/line-0/device-new')
  views.addDevice('elsewhere/area-3/line-0/device-new')
  tree.grow()
  assert.deepEqual([tree.size, under(), get()], [11_001, 1, 2])
})

test('a node that is both a device and a place has its own slot and its children', () => {
  const views = new ViewsInMemory()
  for (const path of ['imm-01', 'imm-01/a', 'imm-02']) views.addDevice(path)
  const tree = new ScopeTree(views.devices, '', 2, 500)
  tree.grow()
  assert.equal(outline(tree.root), '[]{imm-01[1]{a[2]} imm-02[3]}')
  assert.deepEqual(
    tree.root.children.map(({ device }) => device),
    [true, true],
  )
})

test('a level takes so many nodes and no more; the devices of the rest stay with the node above', () => {
  const views = new ViewsInMemory()
  for (const path of ['s/a/l/1', 's/b/l/2', 's/c/l/3', 's/c/l/4', 't/a/l/5']) views.addDevice(path)
  const tree = new ScopeTree(views.devices, '', 2, 2)
  tree.grow()
  assert.equal(outline(tree.root), '[]{s[3,4]+1{a[1] b[2]} t[5]+1}')
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
