import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import { RetainedTotals } from '../../src/broker/retained-totals.js'
import type { ClientRefusal } from '../../src/core/client-access.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { seeded } from '../support/random-mqtt.js'

const LIMITS = { retainedMessages: 3, retainedBytes: 100 }

async function keep(client: MqttClient, topic: string, payload: string, qos: 0 | 1 | 2 = 1): Promise<void> {
  await client.publishAsync(topic, payload, { qos, retain: true })
  // Of QoS 0, nothing tells when it arrived.
  if (qos === 0) await client.publishAsync('barrier', '', { qos: 1 })
}

/** Topic → payload of all that is retained, as a new subscriber sees it; waits for as many as there should be. */
async function retained(rig: BrokerRig, count: number): Promise<Record<string, string>> {
  const client = await connectAsync(rig.url)
  const seen: Record<string, string> = {}
  client.on('message', (topic, payload) => {
    seen[topic] = String(payload)
  })
  await client.subscribeAsync(['kept/#', 'end'], { qos: 1 })
  await until(() => Object.keys(seen).length >= count)
  await client.publishAsync('end', 'x', { qos: 1 })
  await until(() => seen.end !== undefined)
  await client.endAsync()
  delete seen.end
  return seen
}

describe('retained messages', () => {
  for (const qos of [0, 1, 2] as const) {
    test(`past their number go their way, and are not retained (QoS ${qos})`, async () => {
      const refusals: ClientRefusal[] = []
      const rig = await BrokerRig.start({ limits: LIMITS, onRefused: (refusal) => refusals.push(refusal) })
      const client = await connectAsync(rig.url, { clientId: 'keeper' })
      const live: string[] = []
      client.on('message', (topic, payload) => live.push(`${topic} ${payload}`))
      await client.subscribeAsync('kept/#', { qos: 1 })
      for (const n of [1, 2, 3, 4]) await keep(client, `kept/${n}`, 'v', qos)
      await keep(client, 'kept/1', 'w', qos)
      await until(() => live.length === 5)
      // Aedes lets others overtake those that it retains.
      assert.deepEqual(live.sort(), ['kept/1 v', 'kept/1 w', 'kept/2 v', 'kept/3 v', 'kept/4 v'])
      assert.deepEqual(await retained(rig, 3), { 'kept/1': 'w', 'kept/2': 'v', 'kept/3': 'v' })
      assert.equal(rig.accepting.on('kept/4').length, 1)
      assert.deepEqual(
        refusals.map(({ kind, clientId, target }) => [kind, clientId, target]),
        [['limit', 'keeper', 'retainedMessages']],
      )
      await keep(client, 'kept/2', '', qos)
      await keep(client, 'kept/4', 'v', qos)
      assert.deepEqual(await retained(rig, 3), { 'kept/1': 'w', 'kept/3': 'v', 'kept/4': 'v' })
      await client.endAsync()
      await rig.remove()
    })
  }

  test('past their bytes are not retained, and what they were to replace is gone, after a restart, too', async () => {
    const first = await BrokerRig.start({ limits: LIMITS })
    const client = await connectAsync(first.url)
    await keep(client, 'kept/a', 'x'.repeat(40))
    await keep(client, 'kept/b', 'x'.repeat(40))
    await keep(client, 'kept/b', 'x'.repeat(60))
    const expected = { 'kept/a': 'x'.repeat(40) }
    assert.deepEqual(await retained(first, 1), expected)
    await client.endAsync()
    await first.close()

    const second = await BrokerRig.start({ limits: LIMITS }, first.directory)
    assert.deepEqual(await retained(second, 1), expected)
    const again = await connectAsync(second.url)
    // 46 bytes are taken: 54 are left.
    await keep(again, 'kept/c', 'x'.repeat(49))
    await keep(again, 'kept/d', 'x'.repeat(48))
    assert.deepEqual(Object.keys(await retained(second, 2)).sort(), ['kept/a', 'kept/d'])
    await again.endAsync()
    await second.remove()
  })
})

test('the totals are those of what is stored, whatever waits, is stored or is given up, in any order', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed)
    const totals = new RetainedTotals({ maxMessages: 5, maxBytes: 60 })
    const stored = new Map<string, number>()
    for (let step = 0; step < 200; step++) {
      const topic = `t${Math.floor(random() * 8)}`
      const size = random() < 0.3 ? 0 : 1 + Math.floor(random() * 20)
      if (totals.admit(topic, size) === undefined) {
        if (random() < 0.2) totals.forgo(topic)
        else {
          totals.stored(topic, size)
          if (size === 0) stored.delete(topic)
          else stored.set(topic, topic.length + size)
        }
      }
      const bytes = [...stored.values()].reduce((sum, value) => sum + value, 0)
      assert.deepEqual([totals.messages, totals.bytes], [stored.size, bytes])
      assert.ok(totals.messages <= 5 && totals.bytes <= 60)
    }
  }
})

test('messages that wait for the disk count', () => {
  const totals = new RetainedTotals({ maxMessages: 2, maxBytes: 0 })
  assert.equal(totals.admit('a', 1), undefined)
  assert.equal(totals.admit('b', 1), undefined)
  assert.equal(totals.admit('c', 1), 'retainedMessages')
  totals.forgo('a')
  assert.equal(totals.admit('c', 1), undefined)
})
