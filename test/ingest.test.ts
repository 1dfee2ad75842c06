import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { Counts } from '../src/core/counts.js'
import { filtered, refused } from '../src/core/judgement.js'
import type { Logger } from '../src/core/logger.js'
import { silentLogger } from '../src/core/logger.js'
import type { Decoder } from '../src/decode/decoder.js'
import { TopicPattern } from '../src/devices/topic-pattern.js'
import type { Route } from '../src/intake/route.js'
import type { QualityStage } from '../src/quality/quality.js'
import { IngestRig, type IngestRigOptions, pointsIn, route } from './support/ingest-rig.js'

const TELEMETRY = route('factory/{site}/{area}/{line}/{device}/telemetry')
const TOPIC = 'factory/ningbo/moulding/line1/imm-01/telemetry'
const PATH = 'ningbo/moulding/line1/imm-01'

describe('ingest', () => {
  const rigs: IngestRig[] = []
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close()
  })

  async function start(options: Partial<IngestRigOptions> = {}): Promise<IngestRig> {
    const rig = await IngestRig.start({ routes: [TELEMETRY], ...options })
    rigs.push(rig)
    return rig
  }

  test('a message is one line per point, in the series of its device', async () => {
    const rig = await start()
    await rig.send(TOPIC, '{"ts":1700000000000,"temperature":213.4,"on":true}')
    const tags = Object.entries({ area: 'moulding', device: 'imm-01', line: 'line1', site: 'ningbo' })
    assert.deepEqual(rig.points(), [
      {
        measurement: 'telemetry',
        tags: tags.map(([name, value]) => ({ name, value })),
        fields: { temperature: '213.4', on: 'true' },
        time: '1700000000000000000',
      },
    ])
  })

  for (const qos of [1, 2] as const) {
    test(`QoS ${qos} is settled when the point is on disk, not before`, async () => {
      const rig = await start()
      const settled = rig.send(TOPIC, '{"a":1}', qos)
      assert.equal(rig.spool.lastSequence, 0)
      assert.equal(await rig.afterKill(({ spool }) => spool.lastSequence), 0)
      await settled
      const found = await rig.afterKill(({ spool }) => pointsIn(spool))
      assert.deepEqual(
        found.map(({ fields }) => fields),
        [{ a: '1' }],
      )
    })
  }

  test('at the moment of every acknowledgement, what it acknowledges is in the file', async () => {
    const rig = await start()
    const checks: Promise<void>[] = []
    const sent = Array.from({ length: 30 }, async (_, n) => {
      await new Promise((resolve) => setTimeout(resolve, n))
      await rig.send(TOPIC, `{"n":${n}}`)
      const found = rig.afterKill(({ spool }) => pointsIn(spool).map(({ fields }) => fields.n))
      checks.push(found.then((numbers) => assert.ok(numbers.includes(String(n)), `${n} is not in the file`)))
    })
    await Promise.all(sent)
    await Promise.all(checks)
    assert.equal(checks.length, 30)
  })

  test('messages are settled in the order of acceptance, across blocks', async () => {
    const rig = await start({ spool: { blockBytes: 512 } })
    const order: number[] = []
    for (let n = 0; n < 500; n++) {
      const topic = n % 7 === 0 ? 'not/ours' : TOPIC
      const payload = Buffer.from(n % 5 === 0 ? '{' : `{"n":${n}}`)
      rig.ingest.accept({ topic, payload, qos: n % 2 === 0 ? 1 : 2, retain: false }, 'c', () => order.push(n))
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await rig.spool.flush()
    assert.deepEqual(
      order,
      Array.from({ length: 500 }, (_, n) => n),
    )
    assert.ok(rig.spool.lastSequence > 5, `${rig.spool.lastSequence} blocks`)
  })

  test('QoS 0 is settled at once', async () => {
    const rig = await start()
    let settled = 0
    for (const topic of [TOPIC, 'not/ours']) {
      rig.ingest.accept(
        { topic, payload: Buffer.from('{"a":1}'), qos: 0, retain: false },
        'c',
        () => settled++,
      )
    }
    assert.equal(settled, 2)
    await rig.spool.flush()
    assert.equal(rig.points().length, 1)
  })

  test('QoS 0 waits for the disk while more than maxUnflushedBytes wait for it', async () => {
    const probe = await start()
    probe.ingest.accept(
      { topic: TOPIC, payload: Buffer.from('{"n":1}'), qos: 0, retain: false },
      'c',
      () => {},
    )
    const rig = await start({ spool: { maxUnflushedBytes: probe.spool.status().unflushedBytes } })
    const settled: number[] = []
    const accept = (n: number) =>
      rig.ingest.accept(
        { topic: TOPIC, payload: Buffer.from(`{"n":${n}}`), qos: 0, retain: false },
        'c',
        () => settled.push(n),
      )
    accept(1)
    assert.deepEqual(settled, [1])
    accept(2)
    assert.deepEqual(settled, [1])
    await rig.spool.flush()
    assert.deepEqual(settled, [1, 2])
    accept(3)
    assert.deepEqual(settled, [1, 2, 3])
  })

  test('what cannot be decoded is a dead letter with all that is known of it, on disk before the ack', async () => {
    const rig = await start()
    const payload = Buffer.from([0x7b, 0xff, 0x00, 0x7d])
    const before = Date.now()
    const settled = new Promise<void>((resolve) =>
      rig.ingest.accept({ topic: TOPIC, payload, qos: 2, retain: false }, 'plc 7', () => resolve()),
    )
    payload.fill(0)
    assert.equal(rig.spool.deadLetters.lastId, 0)
    await settled
    const letter = await rig.afterKill(({ spool }) => spool.deadLetters.get(1)!)
    assert.ok(letter.timeMs >= before && letter.timeMs <= Date.now())
    assert.deepEqual(
      { ...letter, timeMs: 0 },
      {
        id: 1,
        kind: 'message',
        timeMs: 0,
        slot: 1,
        reason: { code: 'not_utf8', message: 'the payload is not UTF-8' },
        device: PATH,
        topic: TOPIC,
        qos: 2,
        clientId: 'plc 7',
        sink: '',
        payload: Buffer.from([0x7b, 0xff, 0x00, 0x7d]),
      },
    )
    assert.deepEqual(rig.points(), [])
  })

  test('a message is decoded as a whole or not at all, and the next one is not touched', async () => {
    const rig = await start()
    await Promise.all([rig.send(TOPIC, '[{"a":1},{"a":2},{"a":}]'), rig.send(TOPIC, '{"b":3}')])
    assert.deepEqual(
      rig.points().map(({ fields }) => fields),
      [{ b: '3' }],
    )
    assert.equal(rig.spool.deadLetters.count, 1)
  })

  test('a decoder with a defect costs its message only, and an operator is told', async () => {
    let broken = true
    const decoder: Decoder = {
      decode(_payload, _memory, batch) {
        batch.field('a', 0, '1')
        if (broken) throw new TypeError('x is undefined')
        batch.point('', [], '')
      },
    }
    const errors: string[] = []
    const logger: Logger = { ...silentLogger, error: (_fields, message) => errors.push(message) }
    const routes: Route[] = [
      {
        pattern: new TopicPattern('{device}'),
        topic: '{device}',
        decoder,
        decoderName: 'json',
        measurement: 'm',
      },
    ]
    const rig = await start({ routes, logger })
    await rig.send('d', 'x')
    broken = false
    await rig.send('d', 'x')
    assert.equal(errors.length, 1)
    const letter = rig.spool.deadLetters.get(1)!
    assert.deepEqual(letter.reason, { code: 'decoder_failed', message: 'x is undefined' })
    assert.deepEqual(
      rig.points().map(({ fields }) => fields),
      [{ a: '1' }],
    )
  })

  test('a topic that no route matches is counted as ignored, for no device', async () => {
    const rig = await start()
    await rig.send('factory/ningbo/moulding/line1/imm-01/command', '{"a":1}')
    await rig.send('factory//moulding/line1/imm-01/telemetry', '{"a":1}')
    assert.deepEqual(rig.ledger.counts(0).messages, {
      received: 2,
      decoded: 0,
      ignored: 2,
      deadLettered: 0,
      refused: 0,
    } satisfies Counts['messages'])
    assert.deepEqual([rig.devices.size, rig.points().length, rig.spool.deadLetters.count], [0, 0, 0])
  })

  test('a new device is in the transaction of its first block, under the slot that is counted', async () => {
    const rig = await start({ routes: [route('f/{site}/{device}')] })
    const names = Array.from({ length: 40 }, (_, n) => `device ${n}`)
    await Promise.all(names.map((name, n) => rig.send(`f/s/${name}`, n % 3 === 0 ? 'no JSON' : '{"a":1}')))
    const found = await rig.afterKill(({ devices }) => names.map((name) => devices.at(`s/${name}`)!.slot))
    assert.deepEqual(
      found,
      names.map((name) => rig.devices.at(`s/${name}`)!.slot),
    )
    for (const slot of found) assert.equal(rig.ledger.counts(slot).messages.received, 1)
  })

  test('where the topic does not name the device, the client id does', async () => {
    const rig = await start({ routes: [route('v1/{site}/telemetry')] })
    const ids = ['plc-1', 'plc 2', 'a/b', 'x,y=z', '"q"', '注塑机', 'back\\']
    for (const id of [...ids, ...ids]) await rig.send('v1/wuhu/telemetry', '{"a":1}', 1, id)
    const tagsOf = (id: string) => [
      { name: 'device', value: id === 'back\\' ? 'back/' : id },
      { name: 'site', value: 'wuhu' },
    ]
    assert.deepEqual(
      rig.points().map(({ tags }) => tags),
      [...ids, ...ids].map(tagsOf),
    )
    assert.equal(rig.devices.size, ids.length)
    assert.equal(rig.devices.at('wuhu/a%2Fb')!.device, 'a/b')
  })

  test('points without a time of their own never share one', async () => {
    const rig = await start()
    await Promise.all(Array.from({ length: 2_000 }, () => rig.send(TOPIC, '[{"a":1},{"a":1}]')))
    const times = rig.points().map(({ time }) => time)
    assert.equal(times.length, 4_000)
    assert.equal(new Set(times).size, 4_000)
  })

  test('points keep measurement and tags of their own, but not a tag that the device has', async () => {
    const rig = await start({ routes: [route('{area}/{device}', 'line-protocol')] })
    await rig.send('moulding/d1', 'spindle,axis=x,device=fake,site=ningbo load=1 1700000000000')
    assert.deepEqual(rig.points(), [
      {
        measurement: 'spindle',
        tags: Object.entries({ area: 'moulding', axis: 'x', device: 'd1', site: 'ningbo' }).map(
          ([name, value]) => ({ name, value }),
        ),
        fields: { load: '1' },
        time: '1700000000000000000',
      },
    ])
  })

  test('the newest values are those of the newest time, whenever they arrive', async () => {
    const rig = await start()
    await rig.send(TOPIC, '{"ts":1700000002000,"a":2,"b":2}')
    await rig.send(TOPIC, '{"ts":1700000001000,"a":1,"c":1}')
    await rig.send(TOPIC, '{"ts":1700000003000,"b":3}')
    const values = rig.latest.of(rig.devices.at(PATH)!.slot)
    assert.deepEqual(
      values.map(({ field, value, time }) => [field, value, time]),
      [
        ['a', 2, '2023-11-14T22:13:22.000Z'],
        ['b', 3, '2023-11-14T22:13:23.000Z'],
        ['c', 1, '2023-11-14T22:13:21.000Z'],
      ],
    )
  })

  test('quality keeps, filters or dead-letters each point of a message', async () => {
    const quality: QualityStage = {
      judge(batch, point) {
        const text = batch.texts[batch.firstField[point]!]!
        if (text === '1') return filtered('skipped')
        return text === '2' ? refused('value_out_of_bounds', 'above 90 °C') : 'keep'
      },
    }
    const rig = await start({ quality })
    await rig.send(TOPIC, '[{"a":0},{"a":1},{"a":2,"ts":1700000000000},{"a":3}]', 1, 'plc')
    assert.deepEqual(
      rig.points().map(({ fields }) => fields.a),
      ['0', '3'],
    )
    const letter = rig.spool.deadLetters.get(1)!
    assert.deepEqual(
      [letter.kind, letter.reason.code, letter.device, letter.clientId],
      ['line', 'value_out_of_bounds', PATH, 'plc'],
    )
    assert.match(letter.payload.toString(), /^telemetry,.* a=2 1700000000000000000$/)
    const { points, messages } = rig.ledger.totals()
    assert.deepEqual(points, { decoded: 4, stored: 0, filtered: 1, deadLettered: 1, pending: 2 })
    assert.deepEqual([messages.received, messages.decoded], [1, 1])
    assert.equal(rig.latest.of(1)[0]!.value, 3)
  })

  test('a point that quality refused is not the newest value', async () => {
    const rig = await start({ quality: { judge: () => refused('bad_quality', 'y') } })
    await rig.send(TOPIC, '{"a":1}')
    assert.deepEqual(rig.latest.of(1), [])
  })
})
