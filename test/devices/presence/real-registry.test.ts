import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TreeNode } from '../../../src/core/registry.js'
import { Presence } from '../../../src/devices/presence/presence.js'
import { DeviceRegistry } from '../../../src/devices/registry.js'
import { openState, removeDirectory, temporaryDirectory } from '../../support/state.js'

/** Numbers below `n`, the same in every run (a linear congruential generator of 32 bits). */
function seeded(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

function recount(node: TreeNode, registry: DeviceRegistry, presence: Presence): Record<string, number> {
  const count = { registered: 0, discovered: 0, connected: 0, fresh: 0, stale: 0, offline: 0, unknown: 0 }
  for (const { slot } of registry.under(node.path)) {
    const { state, connected } = presence.of(slot)
    if (registry.record(slot)!.status === 'discovered') count.discovered++
    else {
      count.registered++
      count[state === 'online' ? 'fresh' : state]++
      if (connected) count.connected++
    }
  }
  return count
}

function assertSums(node: TreeNode, registry: DeviceRegistry, presence: Presence): void {
  const sums = Object.entries(presence.sums).map(([kind, sum]) => [kind, sum.of(node)])
  assert.deepEqual(Object.fromEntries(sums), recount(node, registry, presence), node.path)
  for (const child of node.children) assertSums(child, registry, presence)
}

test('with the registry itself, moves, swaps, rejections and removals keep every sum', async () => {
  const directory = temporaryDirectory()
  const state = openState(directory)
  const registry = new DeviceRegistry(state)
  const presence = new Presence({
    registry,
    state,
    alongside: (write) => write(),
    defaults: { intervalMs: 10_000, survivalMs: 20_000 },
    restartGraceMs: 60_000,
  })
  presence.start(() => 0)
  const below = seeded(7)
  const place = () => ({ site: `s${below(2)}`, area: `a${below(2)}`, line: `l${below(2)}` })
  const input = (device: string) => ({ ...place(), device })
  const ids = () => [...registry.records()].map(({ id }) => id)
  const someId = () => ids()[below(registry.count)]!
  const actions: (() => unknown)[] = [
    () => registry.meet({ ...place(), device: `m${below(40)}` }),
    () => registry.put(`d${below(40)}`, input(`d${below(40)}`)),
    () => registry.setStatus(someId(), below(3) === 0 ? 'rejected' : 'confirmed'),
    () => registry.patch(someId(), place()),
    () => below(3) === 0 && registry.remove(someId()),
    () =>
      registry.putAll(
        [...new Set([someId(), someId()])].map((id) => ({ id, input: input(id) })),
        'api',
      ),
    () => presence.heard(1 + below(registry.size), Date.now()),
    () => presence.linked(1 + below(registry.size), `c${below(9)}`),
    () => presence.sessionOpened(below(2) === 0 ? `c${below(9)}` : someId()),
    () => presence.sessionClosed(below(2) === 0 ? `c${below(9)}` : someId(), 'lost'),
    () => presence.died(1 + below(registry.size), Date.now()),
  ]
  let refused = 0
  for (let i = 0; i < 20; i++) registry.meet({ ...place(), device: `m${i}` })
  for (let i = 0; i < 1_500; i++) {
    // A place may be taken: what is refused changes nothing.
    await Promise.resolve(actions[below(actions.length)]!()).catch(() => refused++)
    assertSums(registry.tree.root, registry, presence)
  }
  assert.ok(refused < 500 && presence.totalTransitions > 100, `${refused} refused`)
  presence.close()
  await state.close()
  removeDirectory(directory)
})
