import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Device } from '../../src/core/device.js'
import { DeviceTree } from '../../src/devices/tree.js'

/** Places of devices, and the tree of those that were put in. */
class Places {
  readonly tree = new DeviceTree(this)
  readonly #devices: (Device | undefined)[] = [undefined]

  get(slot: number): Device | undefined {
    return this.#devices[slot]
  }

  at(path: string): Device | undefined {
    return this.#devices.find((device) => device?.path === path)
  }

  /** Gives the slot. */
  add(path: string): number {
    const device = { slot: this.#devices.length, path, site: '', area: '', line: '', device: path }
    this.#devices.push(device)
    this.tree.insert(device)
    return device.slot
  }

  paths(): string[] {
    const paths: string[] = []
    const waiting = [this.tree.root]
    for (const node of waiting) {
      paths.push(`${node.path}: ${[...node.slots].join(' ')}`)
      waiting.push(...node.children)
    }
    return paths
  }
}

test('a device has a node of its own only while something is below it, and its numbers move with it', () => {
  const places = new Places()
  const sum = places.tree.sum((slot) => 10 ** slot)
  const oven = places.add('s/oven')
  assert.deepEqual(places.paths(), [': ', 's: 1'])
  const zone = places.add('s/oven/zone')
  assert.deepEqual(places.paths(), [': ', 's: ', 's/oven: 1 2'])
  const node = places.tree.node('s/oven')!
  assert.deepEqual([sum.of(node), sum.of(node.parent!)], [110, 110])
  sum.add(oven, 5)
  places.tree.remove(zone)
  assert.deepEqual(places.paths(), [': ', 's: 1'])
  assert.deepEqual(
    [places.tree.node('s/oven'), sum.of(node), sum.of(places.tree.node('s')!)],
    [undefined, 0, 15],
  )
})

test('a node that is gone does not show the numbers of one that came after it', () => {
  const places = new Places()
  const sum = places.tree.sum(() => 1)
  const first = places.add('a/x')
  const gone = places.tree.node('a')!
  places.tree.remove(first)
  places.add('b/x')
  assert.deepEqual([sum.of(gone), sum.of(places.tree.node('b')!)], [0, 1])
})

test('a sum starts with the devices that are there, and takes nothing for those that are not', () => {
  const places = new Places()
  const first = places.add('a/x')
  const second = places.add('a/y')
  places.tree.remove(second)
  const sum = places.tree.sum((slot) => slot)
  sum.add(second, 100)
  sum.add(99_999, 100)
  assert.deepEqual([sum.of(places.tree.root), sum.of(places.tree.node('a')!)], [first, first])
})

test('slots of a node can be taken out while they are gone through', () => {
  const places = new Places()
  for (let i = 0; i < 5; i++) places.add(`a/${i}`)
  const seen: number[] = []
  for (const slot of places.tree.node('a')!.slots) {
    seen.push(slot)
    places.tree.remove(slot)
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5])
  assert.deepEqual(places.paths(), [': '])
})

test('more slots than the first arrays hold keep their order and their sums', () => {
  const places = new Places()
  const sum = places.tree.sum(() => 1)
  for (let i = 0; i < 5_000; i++) places.add(`site ${i % 7}/line ${i % 3}/${i}`)
  assert.equal(sum.of(places.tree.root), 5_000)
  const slots = places.tree.slotsUnder('site 3/line 2')
  assert.deepEqual([...slots], [...places.tree.node('site 3/line 2')!.slots])
  assert.equal(sum.of(places.tree.node('site 3/line 2')!), slots.length)
  assert.deepEqual(
    [...places.tree.slotsUnder('')],
    Array.from({ length: 5_000 }, (_, i) => i + 1),
  )
})
