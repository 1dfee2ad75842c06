import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Device } from '../../../src/core/device.js'
import { DeviceTree } from '../../../src/devices/tree.js'
import { ProductionRig } from './rig.js'

test('a device that moves takes its production with it, and one that is gone leaves none', async () => {
  const devices = new Map<number, Device>()
  const all = () => [...devices.values()]
  const places = {
    get: (slot: number) => devices.get(slot),
    at: (path: string) => all().find((device) => device.path === path),
    find: (path: string) => all().filter((device) => device.path === path),
  }
  const tree = new DeviceTree(places)
  const put = (slot: number, line: string) => {
    if (devices.has(slot)) tree.remove(slot)
    const device = { slot, path: `f/w/${line}/d${slot}`, site: 'f', area: 'w', line, device: `d${slot}` }
    devices.set(slot, device)
    tree.insert(device)
  }
  put(1, 'l1')
  put(2, 'l1')
  const rig = await ProductionRig.start({ tree: { ...places, tree } })
  const good = (path: string) => {
    const node = tree.node(path)
    return node === undefined ? undefined : rig.production.ofNode(node).good
  }
  for (const slot of [1, 2]) {
    rig.send(slot, { good_count: 0 })
    rig.send(slot, { good_count: slot * 10 })
  }
  assert.deepEqual(['', 'f/w/l1', 'f/w/l2'].map(good), [30, 30, undefined])
  put(1, 'l2')
  rig.send(1, { good_count: 11 })
  assert.deepEqual(['', 'f/w/l1', 'f/w/l2'].map(good), [31, 20, 11])
  tree.remove(2)
  devices.delete(2)
  rig.send(2, { good_count: 25 })
  assert.deepEqual(['', 'f/w/l2'].map(good), [11, 11])
  assert.deepEqual(
    [...rig.production.rows('', 4)!].map(({ path }) => path),
    ['', 'f', 'f/w', 'f/w/l2', 'f/w/l2/d1'],
  )
  await rig.close()
})
