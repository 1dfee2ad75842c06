import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Logger } from '../../src/core/logger.js'
import { STORED } from '../../src/core/sink.js'
import { BackOff } from '../../src/forward/back-off.js'
import { Decisions, ScriptedSink } from '../support/scripted-sink.js'
import { acceptBlocks, openRig, pointNames, until } from '../support/spool-rig.js'

const LIMIT = { timeout: 20_000 }

test('a sink that cannot take points for a while gets them again', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const lines: string[] = []
  const rig = await openRig(t, { sinks: [sink], logger: recording(lines) })
  sink.script = () => ({ kind: 'retry', reason: '503 Service Unavailable' })
  await rig.accept('imm-01', { points: pointNames(5) })
  await until(() => sink.requests.length >= 4)
  const [status] = rig.forwarders.statuses()
  assert.equal(status?.state, 'retrying')
  assert.equal(status?.lastError, '503 Service Unavailable')
  assert.equal(status?.pendingPoints, 5)
  assert.ok(status.lagMs > 0)
  sink.script = () => STORED
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(rig.forwarders.statuses()[0]?.state, 'ok')
  assert.equal(rig.forwarders.statuses()[0]?.lastError, '')
  assert.equal(lines.filter((line) => line.startsWith('warn LG_SINK_UNAVAILABLE')).length, 1)
  assert.match(
    lines.find((line) => line.startsWith('info')) ?? '',
    /takes points again after .* 5 points waited/,
  )
  assert.ok(sink.starts > 1)
})

test('an outage that lasts is an ERROR, the lines left out are counted', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const lines: string[] = []
  sink.script = () => ({ kind: 'retry', reason: 'refused' })
  const forward = { errorAfterMs: 5, logEveryMs: 10 }
  const rig = await openRig(t, { sinks: [sink], logger: recording(lines), forward })
  await rig.accept('imm-01', { points: pointNames(1) })
  await until(() => lines.some((line) => /^error LG_SINK_UNAVAILABLE .*refused/.test(line)))
  assert.match(lines[0]!, /^warn LG_SINK_UNAVAILABLE/)
})

test('a sink that does not start is started again, without losing anything', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  let failures = 3
  sink.start = async () => {
    if (failures-- > 0) throw new Error('no such host')
  }
  const rig = await openRig(t, { sinks: [sink] })
  await until(() => rig.forwarders.statuses()[0]?.lastError === 'no such host')
  await rig.accept('imm-01', { points: pointNames(2) })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(sink.stored.size, 2)
})

test('a sink that says when to come back is not asked before', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const rig = await openRig(t, { sinks: [sink] })
  const times: number[] = []
  sink.script = () => {
    times.push(performance.now())
    return times.length === 1 ? { kind: 'retry', reason: '429', afterMs: 150 } : STORED
  }
  await rig.accept('imm-01', { points: pointNames(1) })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.ok(times[1]! - times[0]! >= 149, `${times[1]! - times[0]!} ms`)
})

test('a sink that is down or hangs delays neither another sink nor acknowledgements', LIMIT, async (t) => {
  const down = new ScriptedSink('down')
  const hung = new ScriptedSink('hung')
  const up = new ScriptedSink('up')
  down.script = () => ({ kind: 'retry', reason: 'connection refused' })
  const decisions = new Decisions()
  hung.script = decisions.script
  const rig = await openRig(t, { sinks: [down, hung, up] })
  for (let i = 0; i < 20; i++) await rig.accept('imm-01', { points: [`p${i}.`] })
  await until(() => up.stored.size === 20)
  assert.equal(down.stored.size + hung.stored.size, 0)
  assert.equal(rig.ledger.totals().points.pending, 20)
  decisions.storeAll()
})

test('while a sink is down, one request at a time tries it', LIMIT, async (t) => {
  const sink = new ScriptedSink('a', { maxBatchBytes: 100, maxInFlight: 4 })
  const rig = await openRig(t, { sinks: [sink], forwarding: false })
  await acceptBlocks(rig, 8)
  let asked = 0
  let running = 0
  let most = 0
  let failing = true
  sink.script = async () => {
    running++
    if (++asked > 4 && failing) most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 2))
    running--
    return failing ? { kind: 'retry', reason: 'down' } : STORED
  }
  rig.forwarders.start()
  await until(() => asked > 10)
  failing = false
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(most, 1)
  assert.equal(sink.stored.size, 8)
})

test('pauses double from the least to the most, with half of each left to chance', () => {
  const least = new BackOff({ minMs: 100, maxMs: 1_000, random: () => 0 })
  const most = new BackOff({ minMs: 100, maxMs: 1_000, random: () => 0.999 })
  const pauses = Array.from({ length: 6 }, () => [least.nextMs(), Math.round(most.nextMs() / 10) * 10])
  assert.deepEqual(pauses, [
    [50, 100],
    [100, 200],
    [200, 400],
    [400, 800],
    [500, 1_000],
    [500, 1_000],
  ])
  least.reset()
  assert.equal(least.nextMs(), 50)
})

function recording(lines: string[]): Logger {
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${(fields as { code?: string }).code ?? ''} ${message}`)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
