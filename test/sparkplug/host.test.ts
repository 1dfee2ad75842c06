import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { PayloadReader } from '../../src/decode/sparkplug/wire/index.js'
import { until } from '../support/broker-rig.js'
import { SparkplugHostRig } from '../support/sparkplug-host-rig.js'
import { payloadOf, type TestPayload } from '../support/sparkplug-messages.js'

const NODE_BIRTH: TestPayload = {
  timestamp: 1_700_000_000_000,
  seq: 0,
  bdSeq: 1,
  metrics: [{ name: 'cpu', alias: 1, type: 'Double', value: 0.5 }],
}

function data(seq: number, value = 1.5): Buffer {
  return payloadOf({ timestamp: 1_700_000_000_000 + seq, seq, metrics: [{ alias: 1, value }] })
}

const NDATA = 'spBv1.0/G/NDATA/N'
const NBIRTH = 'spBv1.0/G/NBIRTH/N'

afterEach(() => SparkplugHostRig.removeAll())

describe('data before a birth', () => {
  test('is held, and a rebirth asked for exactly once within the throttle', async () => {
    const rig = await SparkplugHostRig.start()
    const commands = await rig.listen('spBv1.0/G/NCMD/N')
    const node = await rig.connect('edge')
    for (let seq = 0; seq < 20; seq++) await node.publishAsync(NDATA, data(seq), { qos: 1 })
    await until(() => commands.length > 0)
    assert.deepEqual(new Set(rig.resultsOn(NDATA)), new Set(['awaiting_birth']))
    for (let seq = 20; seq < 40; seq++) await node.publishAsync(NDATA, data(seq), { qos: 1 })
    assert.equal(commands.length, 1)
    assert.equal(rig.host.counters.rebirthRequests, 1)
    const reader = new PayloadReader()
    reader.read(commands[0]!.payload)
    assert.deepEqual([reader.names[0], reader.lows[0]], ['Node Control/Rebirth', 1])
    assert.deepEqual([commands[0]!.qos, commands[0]!.retain], [0, false])
    await node.publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    assert.deepEqual(rig.decoding.released, [`awaiting_birth ${NDATA}`])
    assert.equal(rig.host.waitingRequests, 0, 'who is born is not asked again')
  })

  test('of a fleet of 200 edge nodes after a restart asks each once, and none of them at once', async () => {
    const first = await SparkplugHostRig.start()
    const edge = await first.connect('edge')
    for (let n = 0; n < 200; n++) await edge.publishAsync(`spBv1.0/G/NBIRTH/N${n}`, payloadOf(NODE_BIRTH))
    await edge.publishAsync('flushed', '', { qos: 1 })
    await first.close()
    let requests = 0
    const second = await SparkplugHostRig.start({
      store: first.store,
      directory: first.broker.directory,
      options: { rebirthSpreadMs: 1_500 },
      // The first of them later than the last of the data.
      random: () => 0.5 + requests++ / 400,
    })
    const commands = await second.listen('spBv1.0/+/NCMD/+')
    const again = await second.connect('edge')
    for (let n = 0; n < 200; n++) await again.publishAsync(`spBv1.0/G/NDATA/N${n}`, data(1), { qos: 1 })
    assert.deepEqual(second.resultsOn('spBv1.0/G/NDATA/N199'), [['cpu=1.5']])
    assert.equal(second.host.waitingRequests + second.host.counters.rebirthRequests, 200)
    await until(() => commands.length === 200)
    assert.equal(new Set(commands.map(({ topic }) => topic)).size, 200)
  })
})

describe('a gap in the sequence', () => {
  test('that closes in time asks for nothing', async () => {
    const rig = await SparkplugHostRig.start({ options: { reorderTimeoutMs: 300 } })
    const commands = await rig.listen('spBv1.0/G/NCMD/N')
    const node = await rig.connect('edge')
    await node.publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    for (const seq of [3, 2, 1]) await node.publishAsync(NDATA, data(seq), { qos: 1 })
    assert.deepEqual([rig.host.counters.gaps, rig.host.counters.gapsClosed], [1, 1])
    // A gap of another edge node, opened later, runs out: that of the first would have by then.
    await node.publishAsync('spBv1.0/H/NBIRTH/N', payloadOf(NODE_BIRTH), { qos: 1 })
    const others = await rig.listen('spBv1.0/H/NCMD/N')
    await node.publishAsync('spBv1.0/H/NDATA/N', data(5), { qos: 1 })
    await until(() => others.length > 0)
    assert.equal(commands.length, 0)
  })

  test('that does not close in time asks for the births', async () => {
    const rig = await SparkplugHostRig.start()
    const commands = await rig.listen('spBv1.0/G/NCMD/N')
    const node = await rig.connect('edge')
    await node.publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    for (const seq of [1, 3, 4, 5]) await node.publishAsync(NDATA, data(seq), { qos: 1 })
    assert.equal(commands.length, 0, 'not before the timeout')
    await until(() => commands.length > 0)
    assert.deepEqual(rig.resultsOn(NDATA), Array(4).fill(['cpu=1.5']))
  })

  test('that a birth ends asks for nothing more', async () => {
    const rig = await SparkplugHostRig.start({ options: { reorderTimeoutMs: 100 } })
    const node = await rig.connect('edge')
    await node.publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    await node.publishAsync(NDATA, data(7), { qos: 1 })
    await node.publishAsync(NBIRTH, payloadOf({ ...NODE_BIRTH, timestamp: 1_700_000_000_999 }), { qos: 1 })
    await node.publishAsync('spBv1.0/H/NBIRTH/N', payloadOf(NODE_BIRTH), { qos: 1 })
    await node.publishAsync('spBv1.0/H/NDATA/N', data(5), { qos: 1 })
    await until(() => rig.host.counters.rebirthRequests > 0)
    assert.equal(rig.host.counters.rebirthRequests, 1)
  })
})

describe('certificates', () => {
  test('births are retained under $sparkplug/certificates, byte for byte, the newest of each', async () => {
    const rig = await SparkplugHostRig.start()
    const live = await rig.listen('$sparkplug/certificates/#')
    const node = await rig.connect('edge')
    const device = payloadOf({ seq: 1, metrics: [{ name: 'a', type: 'Int64', value: 1 }] })
    const newest = payloadOf({ ...NODE_BIRTH, timestamp: 1_700_000_000_777 })
    await node.publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    await node.publishAsync(NBIRTH, newest, { qos: 1 })
    await node.publishAsync('spBv1.0/G/DBIRTH/N/D', device, { qos: 1 })
    await node.publishAsync(NDATA, data(2), { qos: 1 })
    await until(() => live.length === 3)
    const heard = await rig.listen('$sparkplug/certificates/#')
    await until(() => heard.length > 1)
    const found = new Map(heard.map(({ topic, payload }) => [topic, payload]))
    assert.deepEqual([...found.keys()].sort(), [
      '$sparkplug/certificates/spBv1.0/G/DBIRTH/N/D',
      '$sparkplug/certificates/spBv1.0/G/NBIRTH/N',
    ])
    assert.deepEqual(found.get('$sparkplug/certificates/spBv1.0/G/NBIRTH/N'), newest)
    assert.deepEqual(found.get('$sparkplug/certificates/spBv1.0/G/DBIRTH/N/D'), device)
    assert.ok(heard.every(({ retain }) => retain))
  })

  test('survive a restart of the broker, and are not made where they are switched off', async () => {
    const first = await SparkplugHostRig.start()
    await (await first.connect('edge')).publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    await first.close()
    const second = await SparkplugHostRig.start({
      directory: first.broker.directory,
      options: { certificates: false },
    })
    await (await second.connect('edge')).publishAsync('spBv1.0/G/NBIRTH/M', payloadOf(NODE_BIRTH), { qos: 1 })
    const heard = await second.listen('$sparkplug/certificates/#')
    await until(() => heard.length > 0)
    assert.deepEqual(
      heard.map(({ topic }) => topic),
      ['$sparkplug/certificates/spBv1.0/G/NBIRTH/N'],
    )
  })
})

describe('deaths', () => {
  test('of an edge node reach presence for it and its devices, with the time of the gateway', async () => {
    const rig = await SparkplugHostRig.start()
    const node = await rig.connect('edge')
    const before = Date.now()
    await node.publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    for (const device of ['D1', 'D2'])
      await node.publishAsync(`spBv1.0/G/DBIRTH/N/${device}`, payloadOf({ seq: 1, metrics: [] }), { qos: 1 })
    await node.publishAsync('spBv1.0/G/NDEATH/N', payloadOf({ timestamp: 5, bdSeq: 1 }), { qos: 1 })
    await until(() => rig.died.length === 3)
    assert.deepEqual(rig.dead, ['G/N own', 'G/N/D1 edge-node', 'G/N/D2 edge-node'])
    assert.ok(rig.died.every(({ atMs }) => atMs >= before && atMs <= Date.now()))
  })

  test('of a device reach presence for it alone, with the time of the certificate, unless that is to come', async () => {
    const rig = await SparkplugHostRig.start()
    const node = await rig.connect('edge')
    await node.publishAsync(NBIRTH, payloadOf(NODE_BIRTH), { qos: 1 })
    const death = (timestamp: number) => payloadOf({ timestamp, seq: 1 })
    await node.publishAsync('spBv1.0/G/DDEATH/N/D1', death(1_700_000_000_000), { qos: 1 })
    await node.publishAsync('spBv1.0/G/DDEATH/N/D2', death(Date.now() + 3_600_000), { qos: 1 })
    await until(() => rig.died.length === 2)
    assert.deepEqual(rig.dead, ['G/N/D1 own', 'G/N/D2 own'])
    assert.equal(rig.died[0]!.atMs, 1_700_000_000_000)
    assert.ok(rig.died[1]!.atMs <= Date.now())
  })

  test('of an earlier connection do not reach presence, and are counted', async () => {
    const rig = await SparkplugHostRig.start()
    const node = await rig.connect('edge')
    await node.publishAsync(NBIRTH, payloadOf({ ...NODE_BIRTH, bdSeq: 0 }), { qos: 1 })
    await node.publishAsync('spBv1.0/G/NDEATH/N', payloadOf({ bdSeq: 255 }), { qos: 1 })
    await node.publishAsync('spBv1.0/G/NDEATH/N', payloadOf({ bdSeq: 0 }), { qos: 1 })
    await until(() => rig.died.length > 0)
    assert.deepEqual([rig.dead, rig.host.counters.staleDeaths], [['G/N own'], 1])
  })

  test('are taken back by a birth in the same block', async () => {
    const rig = await SparkplugHostRig.start()
    // Both are decoded before the block is on disk.
    rig.decoding.take(NBIRTH, NODE_BIRTH)
    rig.decoding.take('spBv1.0/G/NDEATH/N', { bdSeq: 1 })
    rig.decoding.take(NBIRTH, { ...NODE_BIRTH, timestamp: 1_700_000_000_999, bdSeq: 2 })
    rig.decoding.take('spBv1.0/G/NBIRTH/M', NODE_BIRTH)
    rig.decoding.take('spBv1.0/G/NDEATH/M', { bdSeq: 1 })
    await until(() => rig.died.length > 0)
    assert.deepEqual(rig.dead, ['G/M own'])
  })
})
