import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Device, TopicLevels } from '../../src/core/device.js'
import { GatewayError } from '../../src/core/errors.js'
import type { DeviceStatus, NodeSum, TreeNode } from '../../src/core/registry.js'
import type { StateStore } from '../../src/core/state.js'
import { pathOf } from '../../src/devices/device-path.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'
import { type ModelRow, RegistryModel } from './registry-model.js'

type Command =
  | { readonly kind: 'meet'; readonly levels: TopicLevels }
  | { readonly kind: 'put'; readonly rows: readonly ModelRow[] }
  | { readonly kind: 'putAll'; readonly rows: readonly ModelRow[] }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'status'; readonly id: string; readonly status: 'confirmed' | 'rejected' }
  | { readonly kind: 'count'; readonly pick: number; readonly delta: number }

// Few names, which serve as sites, devices and ids alike, so that places, addresses and ids meet.
const name = fc.constantFrom('a', 'b', 'c')
const optional = fc.constantFrom('', '', 'a', 'b')
const levels = fc.record(
  { site: optional, area: optional, line: optional, device: name },
  { noNullPrototype: true },
)
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const status = fc.constantFrom<DeviceStatus | undefined>(undefined, undefined, 'discovered', 'rejected')
const row = fc.record({ id, levels, status })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('meet' as const), levels }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), rows: fc.tuple(row) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('putAll' as const),
      rows: fc.array(row, { minLength: 2, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), id }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      id,
      status: fc.constantFrom('confirmed' as const, 'rejected' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('count' as const),
      pick: fc.nat(5),
      delta: fc.integer({ min: -3, max: 9 }),
    }),
  },
)

/** A registry beside its model, which says what each command must lead to. */
class Pair {
  readonly model = new RegistryModel()
  readonly registry: DeviceRegistry
  readonly #state: StateStore
  readonly #weights: NodeSum
  readonly #numbers = new Map<number, number>()
  readonly #sum: NodeSum
  readonly #outcomes: Promise<void>[] = []
  #cache = new Map<string, Device>()
  #cachedAt = -1

  constructor(state: StateStore) {
    this.#state = state
    this.registry = new DeviceRegistry(state)
    this.#weights = this.registry.tree.sum(weightOf)
    this.#sum = this.registry.tree.sum((slot) => this.#numbers.get(slot) ?? 0)
  }

  run(command: Command): void {
    if (command.kind === 'meet') this.#meet(command.levels)
    else if (command.kind === 'put') this.#put(command.rows)
    else if (command.kind === 'putAll') this.#putAll(command.rows)
    else if (command.kind === 'remove') this.#remove(command.id)
    else if (command.kind === 'status') this.#setStatus(command.id, command.status)
    else this.#count(command.pick, command.delta)
  }

  /** Every promise was kept, or broken with the error that the model foretold. */
  async settled(): Promise<void> {
    await Promise.all(this.#outcomes)
  }

  check(): void {
    assert.equal(this.registry.count, this.model.devices.length)
    assert.equal(this.registry.size, this.model.lastSlot)
    for (let slot = 0; slot <= this.model.lastSlot; slot++) this.#checkSlot(slot)
    this.#checkTree()
    this.#checkCache()
  }

  #meet(levels: TopicLevels): void {
    const { lastSlot } = this.model
    const { device, isNew } = this.registry.meet(levels)
    assert.equal(device.slot, this.model.meet(levels).slot)
    if (this.model.lastSlot > lastSlot) assert.equal(isNew, true)
    if (isNew) this.#outcomes.push(this.#state.commit(() => this.registry.persist(device)))
  }

  #put([row]: readonly ModelRow[]): void {
    const { id, levels, status } = row!
    const isPut = this.model.put([row!])
    this.#expect(this.registry.put(id, { ...levels, status }), isPut ? undefined : 'LG_DEVICE_PLACE_TAKEN')
  }

  #putAll(rows: readonly ModelRow[]): void {
    const isPut = this.model.put(rows)
    const inputs = rows.map(({ id, levels, status }) => ({ id, input: { ...levels, status } }))
    this.#expect(this.registry.putAll(inputs, 'file'), isPut ? undefined : 'LG_DEVICES_INVALID')
  }

  #remove(id: string): void {
    const known = this.model.byId(id)
    this.model.remove(id)
    this.#expect(this.registry.remove(id), known === undefined ? 'LG_DEVICE_ID_UNKNOWN' : undefined)
    if (known !== undefined) this.#numbers.delete(known.slot)
  }

  #setStatus(id: string, status: 'confirmed' | 'rejected'): void {
    const known = this.model.byId(id)
    if (known !== undefined) known.status = status
    this.#expect(
      this.registry.setStatus(id, status),
      known === undefined ? 'LG_DEVICE_ID_UNKNOWN' : undefined,
    )
  }

  #count(pick: number, delta: number): void {
    const { devices } = this.model
    const device = devices[pick % devices.length]
    if (device === undefined) return
    this.#numbers.set(device.slot, (this.#numbers.get(device.slot) ?? 0) + delta)
    this.#sum.add(device.slot, delta)
  }

  #expect(done: Promise<unknown>, code: string | undefined): void {
    const outcome = done.then(
      () => undefined,
      (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
    )
    this.#outcomes.push(outcome.then((actual) => assert.equal(actual, code)))
  }

  #checkSlot(slot: number): void {
    const expected = this.model.devices.find((device) => device.slot === slot)
    const device = this.registry.get(slot)
    assert.deepEqual([device?.slot, this.registry.record(slot)?.id], [expected?.slot, expected?.id])
    if (expected === undefined) return assert.deepEqual(this.registry.addresses(slot), [])
    const path = pathOf(expected.levels)
    assert.deepEqual(device, { slot, path, ...expected.levels })
    const { site, area, line, device: name, status } = this.registry.record(slot)!
    assert.deepEqual({ site, area, line, device: name }, expected.levels)
    assert.equal(status, expected.status)
    assert.equal(this.registry.isRejected(slot), status === 'rejected')
    assert.deepEqual(this.registry.addresses(slot), [path, ...expected.former])
    assert.equal(this.registry.at(path), device)
    assert.equal(this.registry.byId(expected.id), device)
    assert.deepEqual(this.registry.find(path), [device])
  }

  #checkTree(): void {
    const placed = this.model.inTree().map(({ slot, levels }) => ({ slot, path: pathOf(levels) }))
    const nodes = [...nodesOf(this.registry.tree.root)]
    const inner = new Set(['', ...placed.flatMap(({ path }) => prefixesOf(path))])
    assert.deepEqual(nodes.map(({ path }) => path).sort(), [...inner].sort())
    const listed = nodes.flatMap((node) => [...node.slots].map((slot) => [slot, node.path] as const))
    assert.deepEqual(
      listed.sort(([a], [b]) => a - b),
      placed
        .map(({ slot, path }) => [slot, inner.has(path) ? path : parentOf(path)] as const)
        .sort(([a], [b]) => a - b),
    )
    for (const node of nodes) this.#checkNode(node, placed)
  }

  #checkNode(node: TreeNode, placed: readonly { slot: number; path: string }[]): void {
    const { path } = node
    const below = placed.filter((one) => path === '' || `${one.path}/`.startsWith(`${path}/`))
    const slots = below.map(({ slot }) => slot).sort((a, b) => a - b)
    assert.equal(this.registry.tree.node(path), node)
    assert.equal(this.#weights.of(node), total(slots, weightOf))
    assert.equal(
      this.#sum.of(node),
      total(slots, (slot) => this.#numbers.get(slot) ?? 0),
    )
    assert.deepEqual(
      this.registry.under(path).map(({ slot }) => slot),
      slots,
    )
    const names = below.filter((one) => one.path !== path).map((one) => nameBelow(one.path, path))
    assert.deepEqual(this.registry.childrenOf(path), [...new Set(names)].sort())
    assert.deepEqual(
      node.children.map((child) => child.parent),
      node.children.map(() => node),
    )
  }

  /** Whoever keeps what an address led to, and forgets it when the revision changes, is never wrong. */
  #checkCache(): void {
    const { revision } = this.registry.tree
    if (revision !== this.#cachedAt) this.#cache = new Map()
    this.#cachedAt = revision
    for (const [address, device] of this.#cache) {
      const owner = this.model.ownerOf(address)
      assert.ok(owner !== undefined && this.registry.get(owner.slot) === device, address)
    }
    for (const { slot } of this.model.devices)
      for (const address of this.registry.addresses(slot)) this.#cache.set(address, this.registry.get(slot)!)
  }
}

test('whatever is put, moved, removed, rejected and met, look-ups, tree and sums agree, and the disk has the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 40, size: 'max' }), async (commands) => {
      const directory = temporaryDirectory()
      const state = openState(directory)
      try {
        const pair = new Pair(state)
        for (const command of commands) {
          pair.run(command)
          pair.check()
        }
        await pair.settled()
        pair.check()
        assert.deepEqual(contents(new DeviceRegistry(state)), contents(pair.registry))
      } finally {
        await state.close()
        removeDirectory(directory)
      }
    }),
    { seed: 4754, numRuns: 150, includeErrorInReport: true },
  )
})

function contents(registry: DeviceRegistry) {
  const weights = registry.tree.sum(weightOf)
  const slots = Array.from({ length: registry.size }, (_, i) => i + 1)
  return {
    size: registry.size,
    records: [...registry.records()],
    devices: slots.map((slot) => registry.get(slot)),
    addresses: slots.map((slot) => registry.addresses(slot)),
    sums: [...nodesOf(registry.tree.root)].map((node) => [node.path, weights.of(node)]),
  }
}

function weightOf(slot: number): number {
  return slot * slot + 1
}

function* nodesOf(node: TreeNode): IterableIterator<TreeNode> {
  yield node
  for (const child of node.children) yield* nodesOf(child)
}

function total(slots: readonly number[], own: (slot: number) => number): number {
  return slots.reduce((sum, slot) => sum + own(slot), 0)
}

function prefixesOf(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'))
}

function parentOf(path: string): string {
  return path.split('/').slice(0, -1).join('/')
}

function nameBelow(path: string, above: string): string {
  return path.slice(above === '' ? 0 : above.length + 1).split('/')[0]!
}
