import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { RecentMessages, type RecentOptions } from '../../src/intake/recent-messages.js'
import { IngestRig, route } from '../support/ingest-rig.js'

describe('recent messages', async () => {
  const rig = await IngestRig.start({ routes: [route('f/{device}')] })
  const kept: RecentMessages[] = []
  after(async () => {
    for (const recent of kept) recent.close()
    await rig.close()
  })

  function start(changes: Partial<RecentOptions> = {}): RecentMessages {
    const recent = new RecentMessages({ messages: 5, bytes: 1_000, perTopicMs: 3_600_000, ...changes })
    recent.start()
    kept.push(recent)
    return recent
  }

  let topics = 0
  /** Another topic each time. */
  function offer(recent: RecentMessages, payload: Buffer | string, topic = `f/${topics++}`): void {
    const source = rig.sources.identify(topic, 'plc')!
    recent.offer(source, { topic, payload: Buffer.from(payload), qos: 0, retain: false }, 'plc')
  }

  function payloads(recent: RecentMessages, count = 100): string[] {
    return recent.newest(count).map(({ payload }) => payload.toString())
  }

  test('hold topic, payload, client and time of arrival', () => {
    const recent = start()
    const before = Date.now()
    offer(recent, 'a', 'f/told')
    const [{ arrivalMs, ...message }] = recent.newest(1) as [ReturnType<RecentMessages['newest']>[number]]
    assert.deepEqual(message, { topic: 'f/told', payload: Buffer.from('a'), clientId: 'plc' })
    assert.ok(arrivalMs >= before && arrivalMs <= Date.now())
  })

  test('hold bytes of their own', () => {
    const recent = start()
    const payload = Buffer.from('a')
    const source = rig.sources.identify('f/own-bytes', 'plc')!
    recent.offer(source, { topic: 'f/own-bytes', payload, qos: 0, retain: false }, 'plc')
    payload.fill('z')
    assert.deepEqual(payloads(recent), ['a'])
  })

  test('are the newest so many, the oldest first', () => {
    const recent = start()
    for (const payload of ['1', '2', '3', '4', '5', '6', '7']) offer(recent, payload)
    assert.deepEqual(payloads(recent), ['3', '4', '5', '6', '7'])
    assert.deepEqual(payloads(recent, 2), ['6', '7'])
    assert.deepEqual(payloads(recent, Number.POSITIVE_INFINITY), ['3', '4', '5', '6', '7'])
  })

  test('take no more memory than allowed: the oldest go first, and one beyond it is not kept', () => {
    const recent = start({ bytes: 10 })
    for (const payload of ['1111', '2222', '3333']) offer(recent, payload)
    assert.deepEqual(payloads(recent), ['2222', '3333'])
    offer(recent, 'x'.repeat(11))
    assert.deepEqual(payloads(recent), ['2222', '3333'])
    offer(recent, '4'.repeat(10))
    assert.deepEqual(payloads(recent), ['4444444444'])
  })

  test('are one of each topic in a time, and the next one after it', async () => {
    const recent = start({ perTopicMs: 5 })
    for (const payload of ['1', '2', '3']) offer(recent, payload, 'f/busy')
    offer(recent, 'rare', 'f/rare')
    assert.deepEqual(payloads(recent), ['1', 'rare'])
    await setTimeout(30)
    offer(recent, '4', 'f/busy')
    assert.deepEqual(payloads(recent), ['1', 'rare', '4'])
  })
})
