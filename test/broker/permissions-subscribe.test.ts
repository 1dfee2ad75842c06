import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Packet } from 'mqtt-packet'
import { until } from '../support/broker-rig.js'
import { type PermittedRig, permittedRig, type Rules } from '../support/permitted-rig.js'
import { RawMqtt } from '../support/raw-mqtt.js'

const PROFILES: Record<string, Rules> = {
  panel: { subscribe: { allow: ['lane/{device}/#', 'orders/+'], deny: ['lane/{device}/secret/#'] } },
  all: { publish: { allow: ['#'] }, subscribe: { allow: ['#'] } },
}

const REFUSED = 0x80

async function raw(rig: PermittedRig['rig'], username: string, options = {}): Promise<RawMqtt> {
  return RawMqtt.connect(rig.port, { username, password: Buffer.from('any'), ...options })
}

function client(rig: PermittedRig['rig'], username: string, options = {}): Promise<MqttClient> {
  return connectAsync(rig.url, { username, password: 'any', reconnectPeriod: 0, ...options })
}

async function subscribe(
  client: RawMqtt,
  messageId: number,
  ...topics: string[]
): Promise<readonly unknown[]> {
  const before = client.of('suback').length
  client.send({ cmd: 'subscribe', messageId, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) })
  return ((await client.next('suback', before)) as Packet & { granted: unknown[] }).granted
}

async function publishAll(rig: PermittedRig['rig'], ...topics: string[]): Promise<void> {
  const publisher = await client(rig, 'all')
  for (const topic of topics) await publisher.publishAsync(topic, 'x', { qos: 1 })
  await publisher.endAsync()
}

function topicsOf(packets: readonly Packet[]): string[] {
  return packets.map((packet) => (packet as { topic: string }).topic)
}

describe('a client that subscribes to what it may not', () => {
  let it: PermittedRig
  before(async () => {
    it = await permittedRig(PROFILES)
  })
  after(() => it.rig.remove())

  for (const clean of [true, false]) {
    test(`is told for each filter, and gets the others (clean session: ${clean})`, async () => {
      const { rig, refusals } = it
      const clientId = `panel-${clean}`
      const panel = await raw(rig, 'panel', { clientId, clean })
      const filters = ['lane/other/#', 'lane/panel/a', '#', '$SYS/#', 'orders/+', 'lane/panel/#', 'lane/+/a']
      const granted = await subscribe(panel, 1, ...filters)
      assert.deepEqual(granted, [REFUSED, 1, REFUSED, REFUSED, 1, REFUSED, REFUSED])
      await publishAll(rig, 'lane/other/a', 'lane/panel/b', 'lane/panel/a', 'orders/1')
      await panel.next('publish', 1)
      assert.deepEqual(topicsOf(panel.of('publish')), ['lane/panel/a', 'orders/1'])
      const told = refusals.filter((refusal) => refusal.clientId === clientId)
      assert.deepEqual(
        told.map(({ kind, target }) => [kind, target]),
        ['lane/other/#', '#', '$SYS/#', 'lane/panel/#', 'lane/+/a'].map((filter) => ['subscribe', filter]),
      )
      await panel.end()
    })
  }

  test('has no refused filter in its session, neither for its queue nor when it comes back', async () => {
    const { rig } = it
    const session = { clientId: 'sleeper', clean: false }
    const panel = await raw(rig, 'panel', session)
    assert.deepEqual(await subscribe(panel, 1, 'orders/+', 'lane/other/a'), [1, REFUSED])
    await panel.end()
    await publishAll(rig, 'lane/other/a', 'orders/2')
    const again = await raw(rig, 'panel', session)
    await again.next('publish')
    await publishAll(rig, 'lane/other/a', 'orders/3')
    await again.next('publish', 1)
    assert.deepEqual(topicsOf(again.of('publish')), ['orders/2', 'orders/3'])
    await again.end()
  })

  test('gets no retained message of it', async () => {
    const { rig } = it
    const publisher = await client(rig, 'all')
    for (const topic of ['lane/other/kept', 'orders/kept']) {
      await publisher.publishAsync(topic, 'x', { qos: 1, retain: true })
    }
    const panel = await raw(rig, 'panel')
    await subscribe(panel, 1, 'lane/other/kept', 'orders/kept')
    await panel.next('publish')
    await publisher.publishAsync('orders/end', '', { qos: 1 })
    assert.deepEqual(topicsOf(panel.of('publish')), ['orders/kept'])
    await Promise.all([panel.end(), publisher.endAsync()])
  })
})

test('a session that may less than before loses what it may not have, queued messages included', async () => {
  const session = { clientId: 'narrowed', clean: false }
  const wide = { subscribe: { allow: ['a/#', 'b/#'] } }
  const first = await permittedRig({ ...PROFILES, narrowed: wide })
  const before = await raw(first.rig, 'narrowed', session)
  assert.deepEqual(await subscribe(before, 1, 'a/#', 'b/#'), [1, 1])
  await before.end()
  await publishAll(first.rig, 'a/1', 'b/1')
  await first.rig.close()

  const narrow = { subscribe: { allow: ['a/#'] } }
  const second = await permittedRig({ ...PROFILES, narrowed: narrow }, {}, first.rig.directory)
  const now = await raw(second.rig, 'narrowed', session)
  assert.equal((now.of('connack')[0] as { sessionPresent?: boolean }).sessionPresent, true)
  await publishAll(second.rig, 'b/2', 'a/2')
  await now.next('publish', 1)
  assert.deepEqual(topicsOf(now.of('publish')), ['a/1', 'a/2'])
  assert.deepEqual(
    second.refusals.map(({ kind, target }) => [kind, target]),
    [['subscribe', 'b/#']],
  )
  await now.end()
  await second.rig.close()

  // It was removed for good: who may have it again has to ask for it.
  const third = await permittedRig({ ...PROFILES, narrowed: wide }, {}, first.rig.directory)
  const later = await raw(third.rig, 'narrowed', session)
  await publishAll(third.rig, 'b/3', 'a/3')
  await until(() => later.of('publish').some((packet) => (packet as { topic: string }).topic === 'a/3'))
  assert.ok(!topicsOf(later.of('publish')).includes('b/3'))
  await later.end()
  await third.rig.remove()
})
