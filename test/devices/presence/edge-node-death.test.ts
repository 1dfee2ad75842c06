import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { PresenceRig } from './presence-rig.js'

let rig: PresenceRig

beforeEach(() => {
  rig = PresenceRig.started()
})

afterEach(() => rig.remove())

function addHeard(name: string): number {
  const slot = rig.registry.add(`plant/${name}`)
  rig.presence.sessionOpened('edge')
  rig.presence.linked(slot, 'edge')
  rig.hear(slot)
  return slot
}

test('a device whose edge node is dead is offline, and says so, until it is heard', () => {
  const slot = addHeard('press')
  rig.presence.died(slot, rig.wallMs, 'edge-node')
  const { state, reason } = rig.presence.of(slot)
  assert.equal(state, 'offline')
  assert.equal(reason.code, 'edge_node_death')
  assert.equal(reason.en, 'offline since 10:00:00: its edge node was reported dead, last message 10:00:00')
  assert.equal(reason.zh, '自 10:00:00 起离线：其边缘节点收到死亡证明，最后一条消息 10:00:00')
  rig.pass(1_000)
  rig.hear(slot)
  assert.equal(rig.presence.of(slot).state, 'online')
})

test('after a restart it is still offline for that reason, though its session is open', async () => {
  const slot = addHeard('press')
  rig.presence.died(slot, rig.wallMs, 'edge-node')
  const before = rig.presence.of(slot)
  await rig.flush()
  await rig.restart(1_000)
  assert.deepEqual(rig.presence.of(slot), before)
  rig.presence.sessionOpened('edge')
  assert.equal(rig.presence.of(slot).state, 'offline')
})
