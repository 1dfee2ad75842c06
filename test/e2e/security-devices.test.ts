import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connackOf } from '../support/guarded-device.js'
import { LINE, TwoDevices, topicOf } from '../support/two-devices.js'

const A = { actor: 'device:a', address: '127.0.0.1' }
const QOS = [0, 1, 2] as const

for (const lane of ['on', 'off'] as const) {
  describe(`a device with a token of its own (express lane ${lane})`, () => {
    let site: TwoDevices
    before(async () => {
      site = await TwoDevices.start({ lane })
    })
    after(() => site.remove())

    for (const qos of QOS) {
      test(`may not publish on the topic of another (lane ${lane}, QoS ${qos})`, async () => {
        const target = topicOf('b', `qos-${qos}`)
        const tried = await site.attempt(async () => {
          const a = await site.connect('a')
          await a.client.publishAsync(target, '{"forged":1}', { qos })
          // QoS 0 is answered by nothing: the refusal is waited for.
          await site.gateway.audited('publish_refused', { ...A, target })
          await a.end()
        })
        await site.refused(tried, 1, 'publish_refused', 'publish_refused', { ...A, target })
      })
    }

    test(`may not publish on the topic of another with mosquitto_pub either (lane ${lane})`, async () => {
      const target = topicOf('b', 'mosquitto')
      const tried = await site.attempt(async () => {
        for (const qos of ['1', '2'])
          await site.mosquitto('mosquitto_pub', 'a', '-t', target, '-m', '{"forged":1}', '-q', qos)
      })
      await site.refused(tried, 2, 'publish_refused', 'publish_refused', { ...A, target })
    })

    test(`may not make a device known by publishing on its topic (lane ${lane})`, async () => {
      const target = topicOf('ghost')
      const tried = await site.attempt(async () => {
        const a = await site.connect('a')
        await a.client.publishAsync(target, '{"forged":1}', { qos: 1 })
        await a.end()
      })
      await site.refused(tried, 1, 'publish_refused', 'publish_refused', { ...A, target })
      assert.equal(
        tried.after.devices.some(({ device }) => device === 'ghost'),
        false,
      )
    })

    test(`may not leave a retained message on the topic of another (lane ${lane})`, async () => {
      const target = topicOf('b', 'retained')
      const tried = await site.attempt(async () => {
        const a = await site.connect('a')
        await a.client.publishAsync(target, '{"forged":1}', { qos: 1, retain: true })
        await a.end()
        const late = await site.connect('observer', { clientId: `late-${lane}` })
        await late.client.subscribeAsync('#', { qos: 1 })
        const own = await site.connect('b')
        await own.client.publishAsync(topicOf('b', 'after'), 'not telemetry {', { qos: 1 })
        await late.hears('not telemetry {')
        assert.deepEqual(
          late.heard.filter(({ topic }) => topic === target),
          [],
        )
        await Promise.all([own.end(), late.end()])
      })
      await site.refused(tried, 1, 'publish_refused', 'publish_refused', { ...A, target })
    })

    test(`may not leave a will on the topic of another (lane ${lane})`, async () => {
      const topic = topicOf('b', 'will')
      const tried = await site.attempt(async () => {
        const will = { topic, payload: Buffer.from('{"forged":1}'), qos: 1 as const, retain: true }
        const options = { username: 'a', password: site.tokens.a!, will, reconnectPeriod: 0 }
        assert.equal(await connackOf(site.gateway, options), 5)
      })
      const { before, after } = tried
      assert.equal(after.totals.messages.refused, before.totals.messages.refused, 'it was never a message')
      await site.gateway.audited('publish_refused', { ...A, target: topic })
      await site.gateway.verifyAudit()
    })

    test(`may not speak for another in its payload (lane ${lane})`, async () => {
      const a = await site.connect('a')
      const before = await site.gateway.settled()
      const payload = `[{"n":"temperature","v":20,"serial":"a"},{"n":"forged","v":1,"serial":"b"}]`
      await a.client.publishAsync(topicOf('a', 'gateway'), payload, { qos: 1 })
      await a.end()
      const ledger = await site.gateway.settled()
      const counts = ({ devices }: typeof ledger) => devices.find(({ path }) => path === `${LINE}/a`)
      const reasons = counts(ledger)?.reasons.speaker_refused ?? 0
      assert.equal(reasons - (counts(before)?.reasons.speaker_refused ?? 0), 1)
      assert.equal(ledger.totals.points.deadLettered - before.totals.points.deadLettered, 1)
      assert.deepEqual(await site.influxd.query('SELECT "forged" FROM telemetry'), [])
      const wanted = { actor: 'device:a', target: `${LINE}/b`, result: 'failure' } as const
      await site.gateway.audited('speak_for_refused', wanted)
      await site.gateway.verifyAudit()
    })

    test(`may not be another by its client id, where topics leave the device out (lane ${lane})`, async () => {
      const tried = await site.attempt(async () => {
        const a = await site.connect('a', { clientId: 'b' })
        await a.client.publishAsync('shared/ningbo/line1', '{"forged":1}', { qos: 1 })
        await a.end()
        // It was permitted to publish there, so whoever subscribes hears it; it is no telemetry of b.
        site.observer!.heard.splice(0)
      })
      const wanted = { actor: 'device:a', target: 'ningbo/line1/b' }
      await site.refused(tried, 1, 'speaker_refused', 'speak_for_refused', wanted)
    })

    test(`may not subscribe to another, to all, or to $SYS (lane ${lane})`, async () => {
      const a = await site.connect('a')
      for (const filter of [topicOf('b'), topicOf('+'), '#', '+/+/+/+/b/#', '$SYS/#']) {
        await assert.rejects(a.client.subscribeAsync(filter, { qos: 1 }), filter)
        await site.gateway.audited('subscribe_refused', { ...A, target: filter })
      }
      const { stderr } = await site.mosquitto('mosquitto_sub', 'a', '-t', '#', '-W', '5')
      assert.match(stderr, /All subscription requests were denied/)
      await a.client.subscribeAsync(topicOf('a', 'commands'), { qos: 1 })
      const b = await site.connect('b')
      await b.client.publishAsync(topicOf('b'), '{"pressure":1}', { qos: 1 })
      await a.client.publishAsync(topicOf('a', 'commands'), '{"own":1}', { qos: 1 })
      await a.hears('{"own":1}')
      assert.deepEqual(
        a.heard.map(({ text }) => text),
        ['{"own":1}'],
      )
      await Promise.all([a.end(), b.end()])
      await site.gateway.settled()
      await site.gateway.verifyAudit()
    })
  })
}

describe('a device with a token of its own', () => {
  let site: TwoDevices
  before(async () => {
    site = await TwoDevices.start({})
  })
  after(() => site.remove())

  test('may not take over the session of another by its client id, whose queue stays as it is', async () => {
    const kept = { clientId: 'press-b', clean: false }
    const b = await site.connect('b', kept)
    await b.client.subscribeAsync(topicOf('b', 'commands'), { qos: 1 })
    const stolen = { ...kept, username: 'a', password: site.tokens.a! }
    assert.equal(await connackOf(site.gateway, stolen), 2, 'while it is connected')
    assert.equal(b.isClosed, false)
    await b.end()
    const sender = await site.connect('b', { clientId: 'b-sender' })
    await sender.client.publishAsync(topicOf('b', 'commands'), '{"queued":1}', { qos: 1 })
    await sender.end()
    for (const clean of [false, true])
      assert.equal(await connackOf(site.gateway, { ...stolen, clean }), 2, 'while it is away')
    const again = await site.connect('b', kept)
    await again.hears('{"queued":1}')
    await again.end()
    await site.gateway.audited('client_refused', { ...A, target: 'press-b', result: 'failure' })
    await site.gateway.verifyAudit()
  })

  test('may not hear by a kept session what it may no longer subscribe to', async () => {
    const kept = { clientId: 'a-kept', clean: false }
    await site.gateway.administer('PATCH', '/api/v1/credentials/a', { profile: 'observer' })
    const wide = await site.connect('a', kept)
    await wide.client.subscribeAsync(['#', topicOf('a', 'commands')], { qos: 1 })
    await wide.end()
    await site.gateway.administer('PATCH', '/api/v1/credentials/a', { profile: 'device' })
    const b = await site.connect('b')
    await b.client.publishAsync(topicOf('b'), '{"pressure":2}', { qos: 1 })
    const narrow = await site.connect('a', kept)
    await b.client.publishAsync(topicOf('b'), '{"pressure":3}', { qos: 1 })
    await narrow.client.publishAsync(topicOf('a', 'commands'), '{"own":2}', { qos: 1 })
    await narrow.hears('{"own":2}')
    assert.deepEqual(
      narrow.heard.filter(({ topic }) => topic !== topicOf('a', 'commands')),
      [],
    )
    await Promise.all([narrow.end(), b.end()])
    await site.gateway.audited('subscribe_refused', { actor: 'device:a', target: '#', result: 'failure' })
    await site.gateway.verifyAudit()
  })

  test('may not announce the death or data of another Sparkplug node', async () => {
    for (const node of ['n1', 'n2']) {
      const attributes = { group: 'G', node }
      site.tokens[node] = await site.gateway.addToken(node, { profile: 'edge-node', attributes })
    }
    const tried = await site.attempt(async () => {
      const n2 = await site.connect('n2')
      for (const kind of ['NDEATH', 'NDATA'])
        await n2.client.publishAsync(`spBv1.0/G/${kind}/n1`, 'forged', { qos: 1 })
      await n2.end()
    })
    const n2 = { actor: 'device:n2', target: 'spBv1.0/G/NDEATH/n1' }
    await site.refused(tried, 2, 'publish_refused', 'publish_refused', n2)
    const will = { topic: 'spBv1.0/G/NDEATH/n1', payload: Buffer.from('x'), qos: 1 as const, retain: false }
    assert.equal(await connackOf(site.gateway, { username: 'n2', password: site.tokens.n2!, will }), 5)
  })
})
