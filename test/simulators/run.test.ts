import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SimulationOptions, type SimulationProgress, simulate } from '../../simulators/run.js'
import type { SimulationSummary } from '../../simulators/summary.js'
import { packageRoot } from '../support/package-root.js'
import { PublishRecorder } from '../support/publish-recorder.js'
import { listen, mouldingFleet } from './fleets.js'

const START_MS = 1_700_000_000_000

describe('simulate', () => {
  let broker: PublishRecorder

  before(async () => {
    broker = await PublishRecorder.start()
  })
  afterEach(() => {
    broker.messages.length = 0
    broker.connects = 0
    broker.isMute = false
  })
  after(() => broker.close())

  function run(options: Partial<SimulationOptions>): Promise<SimulationSummary> {
    return simulate({
      fleet: mouldingFleet(5),
      brokerUrl: broker.url,
      speed: 1,
      durationMs: 500,
      signal: new AbortController().signal,
      startMs: START_MS,
      ...options,
    })
  }

  function assertExact(summary: SimulationSummary): void {
    assert.ok(summary.sent > 0)
    assert.equal(summary.acknowledged, summary.sent)
    assert.equal(broker.messages.length, summary.sent)
    assert.equal(summary.unacknowledged + summary.failed, 0)
  }

  test('what is sent, acknowledged and received is the same number, over one connection for each device', async () => {
    const summary = await run({})
    assertExact(summary)
    assert.equal(summary.devices, 5)
    assert.equal(summary.connections, 5)
    assert.equal(broker.connects, 5)
    const bytes = broker.messages.reduce((sum, { payload }) => sum + payload.length, 0)
    assert.equal(summary.bytes, bytes)
    const ids = new Set(broker.messages.map(({ clientId, topic }) => `${clientId} ${topic}`))
    assert.ok(ids.has('sim-ningbo.moulding.line1.imm-01 factory/ningbo/moulding/line1/imm-01/telemetry'))
    assert.equal(ids.size, 5)
  })

  test('what reaches the broker from each device is what the seed says, to the end of the run', async () => {
    const fleet = mouldingFleet(4)
    await run({ fleet, speed: 20, durationMs: 700 })
    const expected = listen(fleet, 14_000, START_MS, 20)
    for (const topic of new Set(expected.map((message) => message.topic))) {
      const received = broker.messages.filter((message) => message.topic === topic)
      const spoken = expected.filter((message) => message.topic === topic)
      assert.deepEqual(
        received.map(({ payload }) => String(payload)),
        spoken.map(({ payload }) => payload),
        topic,
      )
    }
  })

  test('the fleet of the demo runs from its file', async () => {
    const fleet = join(packageRoot(), 'config', 'fleets', 'demo.yaml')
    const summary = await run({ fleet, speed: 20, durationMs: 1_500 })
    assertExact(summary)
    assert.equal(summary.devices, 60)
    assert.ok(summary.malformedSent > 0)
  })

  test('many devices share a few connections, and a small window slows them down without loss', async () => {
    const summary = await run({ devices: 300, connections: 4, maxInFlight: 8, speed: 10 })
    assertExact(summary)
    assert.equal(broker.connects, 4)
    assert.equal(summary.devices, 300)
  })

  test('duplicates and malformed messages are counted as sent', async () => {
    const faults = [
      { kind: 'duplicates', at: '0s', duration: '1h', probability: 0.3 },
      { kind: 'malformed', at: '0s', duration: '1h', probability: 0.3 },
    ]
    const summary = await run({ fleet: mouldingFleet(5, faults), speed: 10 })
    assertExact(summary)
    assert.ok(summary.duplicatesSent > 0 && summary.malformedSent > 0)
    assert.ok(summary.duplicatesSent + summary.malformedSent < summary.sent)
  })

  test('a reconnect storm cuts every connection as often as asked, and the numbers stay exact', async () => {
    const faults = [{ kind: 'reconnectStorm', at: '2s', duration: '4s', cuts: 2 }]
    const summary = await run({ fleet: mouldingFleet(6, faults), speed: 10, durationMs: 1_500 })
    assertExact(summary)
    assert.equal(summary.reconnects, 12)
    assert.equal(broker.connects, 18)
  })

  test('after a connection that was lost nothing is sent twice', async () => {
    const running = run({ speed: 10, durationMs: 1_500 })
    while (broker.messages.length < 50) await sleep(5)
    broker.dropAll()
    const summary = await running
    assert.equal(summary.reconnects, 5)
    assert.equal(summary.sent, summary.acknowledged + summary.unacknowledged)
    const payloads = broker.messages.map(({ topic, payload }) => `${topic} ${payload}`)
    assert.equal(new Set(payloads).size, payloads.length)
    assert.ok(broker.messages.length >= summary.acknowledged && broker.messages.length <= summary.sent)
  })

  test('QoS 2 is acknowledged and counted once', async () => {
    assertExact(await run({ qos: 2, speed: 5 }))
  })

  test('at QoS 0 everything arrives and nothing counts as acknowledged', async () => {
    const summary = await run({ qos: 0, speed: 5 })
    assert.equal(broker.messages.length, summary.sent)
    assert.equal(summary.acknowledged + summary.unacknowledged + summary.failed, 0)
  })

  test('an abort ends the run, with everything acknowledged', async () => {
    const abort = new AbortController()
    const fleet = mouldingFleet(3)
    const running = simulate({ fleet, brokerUrl: broker.url, speed: 1, signal: abort.signal })
    while (broker.messages.length < 10) await sleep(5)
    abort.abort()
    assertExact(await running)
  })

  test('an abort before the start publishes nothing', async () => {
    const summary = await run({ signal: AbortSignal.abort() })
    assert.equal(summary.sent, 0)
    assert.equal(broker.connects, 0)
  })

  test('a broker that acknowledges nothing does not keep the run from ending, and the counts say so', async () => {
    broker.isMute = true
    const summary = await run({ drainTimeoutMs: 100, durationMs: 400, maxInFlight: 3 })
    assert.equal(summary.acknowledged, 0)
    assert.equal(summary.unacknowledged, summary.sent)
    assert.ok(summary.sent > 0 && summary.sent <= 15, String(summary.sent))
    assert.ok(summary.behindMs > 0)
  })

  test('progress tells the phases, and ends with the final counts', async () => {
    const seen: SimulationProgress[] = []
    const summary = await run({ durationMs: 1_200, onProgress: (progress) => seen.push(progress) })
    assert.ok(seen.some(({ phase, connected }) => phase === 'publishing' && connected === 5))
    assert.equal(seen.at(-1)!.phase, 'stopping')
    assert.equal(seen.at(-1)!.acknowledged, summary.acknowledged)
  })
})

test('no broker at the address is an error that says so, without the password', async () => {
  const broker = await PublishRecorder.start()
  const url = broker.url.replace('//', '//user:secret@')
  await broker.close()
  const running = simulate({
    fleet: mouldingFleet(2),
    brokerUrl: url,
    speed: 1,
    signal: new AbortController().signal,
  })
  await assert.rejects(running, (error: Error & { code?: string }) => {
    assert.equal(error.code, 'LG_BROKER_UNREACHABLE')
    assert.match(error.message, /ECONNREFUSED/)
    assert.doesNotMatch(error.message, /secret/)
    return true
  })
})

test('an address that is none is an error that says so', async () => {
  const running = simulate({
    fleet: mouldingFleet(1),
    brokerUrl: 'nonsense',
    speed: 1,
    signal: new AbortController().signal,
  })
  await assert.rejects(running, { code: 'LG_BROKER_UNREACHABLE' })
})

test('a broker that goes away and comes back is found again', async (t) => {
  const broker = await PublishRecorder.start()
  t.after(() => broker.close())
  const running = simulate({
    fleet: mouldingFleet(2),
    brokerUrl: broker.url,
    speed: 1,
    durationMs: 2_500,
    signal: new AbortController().signal,
  })
  while (broker.messages.length < 4) await sleep(5)
  broker.stopListening()
  broker.dropAll()
  await sleep(200)
  const before = broker.messages.length
  await broker.listen()
  const summary = await running
  assert.ok(broker.messages.length > before)
  assert.equal(summary.sent, summary.acknowledged + summary.unacknowledged)
  assert.equal(summary.behindMs, 0)
})
