import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STORED } from '../../src/core/sink.js'
import { Decisions, linesOf, ScriptedSink } from '../support/scripted-sink.js'
import { acceptBlocks, openRig, pointNames, until } from '../support/spool-rig.js'

const LIMIT = { timeout: 20_000 }

test('what is accepted is stored once, and the ledger and the cursor say so', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const rig = await openRig(t, { sinks: [sink] })
  await rig.accept('imm-01', { points: pointNames(3), filtered: 2, deadLettered: 1 })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.deepEqual([...sink.stored.values()], [1, 1, 1])
  const { points } = rig.ledger.totals()
  assert.deepEqual(points, { decoded: 6, stored: 3, filtered: 2, deadLettered: 1, pending: 0 })
  const [status] = rig.forwarders.statuses()
  assert.equal(status?.storedPoints, 3)
  assert.equal(status?.pendingPoints, 0)
  assert.equal(status?.lagMs, 0)
})

test('blocks that hold no lines are passed without a request', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const rig = await openRig(t, { sinks: [sink] })
  await rig.ignore()
  await rig.deadLetter('imm-01')
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(sink.requests.length, 0)
  assert.equal(rig.spool.cursors.of('a').sequence, rig.spool.lastSequence)
})

test('batches are cut at the limit of the sink and carry the sequences of their blocks', LIMIT, async (t) => {
  const sink = new ScriptedSink('a', { maxBatchBytes: 300 })
  const rig = await openRig(t, { sinks: [sink], forwarding: false })
  await acceptBlocks(rig, 7)
  rig.forwarders.start()
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.ok(sink.requests.length > 1)
  let next = 1
  for (const { firstSequence, lastSequence, sequences, bytes, chunks } of sink.requests) {
    assert.equal(firstSequence, next)
    assert.ok(bytes <= 300)
    assert.equal(sequences.length, chunks.length)
    assert.deepEqual([sequences[0], sequences.at(-1)], [firstSequence, lastSequence])
    next = lastSequence + 1
  }
  assert.equal(next, 8)
})

test('while one request is under way, a small load waits and travels together', LIMIT, async (t) => {
  const sink = new ScriptedSink('a', { maxInFlight: 4 })
  const decisions = new Decisions()
  sink.script = decisions.script
  const rig = await openRig(t, { sinks: [sink] })
  await acceptBlocks(rig, 1)
  await until(() => decisions.pending.length === 1)
  await acceptBlocks(rig, 5)
  assert.equal(sink.requests.length, 1)
  decisions.storeAll()
  await until(() => sink.requests.length === 2)
  assert.equal(sink.requests[1]!.points, 5)
  decisions.storeAll()
})

test('batches that end out of order are settled in order and together', LIMIT, async (t) => {
  const sink = new ScriptedSink('a', { maxBatchBytes: 100, maxInFlight: 4 })
  const decisions = new Decisions()
  sink.script = decisions.script
  const rig = await openRig(t, { sinks: [sink], forwarding: false })
  await acceptBlocks(rig, 4)
  const settlements: number[] = []
  const settle = rig.spool.settle.bind(rig.spool)
  rig.spool.settle = (name, settlement) => {
    settlements.push(settlement.through)
    return settle(name, settlement)
  }
  rig.forwarders.start()
  await until(() => decisions.pending.length === 4)
  const [first, second, third, fourth] = decisions.pending.splice(0)
  fourth!(STORED)
  second!(STORED)
  third!(STORED)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(rig.spool.cursors.of('a').sequence, 0)
  assert.equal(rig.ledger.totals().points.stored, 0)
  first!(STORED)
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.deepEqual(settlements, [4])
})

test('what ends while a settling is under way is settled with the next one', LIMIT, async (t) => {
  const sink = new ScriptedSink('a', { maxBatchBytes: 100, maxInFlight: 3 })
  const decisions = new Decisions()
  sink.script = decisions.script
  const rig = await openRig(t, { sinks: [sink], forwarding: false })
  await acceptBlocks(rig, 3)
  const settlements: number[] = []
  const releases: (() => void)[] = []
  const settle = rig.spool.settle.bind(rig.spool)
  rig.spool.settle = async (name, settlement) => {
    settlements.push(settlement.through)
    await new Promise<void>((resolve) => releases.push(resolve))
    return settle(name, settlement)
  }
  rig.forwarders.start()
  await until(() => decisions.pending.length === 3)
  decisions.pending.shift()!(STORED)
  await until(() => settlements.length === 1)
  decisions.storeAll()
  await new Promise((resolve) => setTimeout(resolve, 10))
  releases[0]!()
  await until(() => settlements.length === 2)
  releases[1]!()
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.deepEqual(settlements, [1, 3])
})

test('each sink has its own letters, cursor and counts; the ledger follows the primary', LIMIT, async (t) => {
  const primary = new ScriptedSink('primary')
  const other = new ScriptedSink('other')
  primary.script = primary.rejecting('bad1')
  other.script = other.rejecting('bad')
  const rig = await openRig(t, { sinks: [primary, other] })
  await rig.accept('imm-01', { points: ['bad0', 'bad1', 'good', 'bad3'] })
  assert.equal(await rig.forwarders.drain(5_000), true)
  const letters = rig.spool.deadLetters.list({ limit: 10 })
  assert.equal(letters.filter(({ sink }) => sink === 'primary').length, 1)
  assert.equal(letters.filter(({ sink }) => sink === 'other').length, 3)
  assert.deepEqual(
    rig.forwarders
      .statuses()
      .map(({ storedPoints, deadLetteredPoints }) => [storedPoints, deadLetteredPoints]),
    [
      [3, 1],
      [1, 3],
    ],
  )
  assert.equal(rig.ledger.totals().points.deadLettered, 1)
})

test('drain tells when it takes too long, and closing ends it', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  sink.script = () => ({ kind: 'retry', reason: 'down' })
  const rig = await openRig(t, { sinks: [sink] })
  await rig.accept('imm-01', { points: pointNames(1) })
  assert.equal(await rig.forwarders.drain(10), false)
  const draining = rig.forwarders.drain(10_000)
  await rig.forwarders.close()
  assert.equal(await draining, false)
  assert.equal(rig.spool.cursors.of('a').sequence, 0)
})

test('closing lets the request under way end and settles it', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const decisions = new Decisions()
  sink.script = decisions.script
  const rig = await openRig(t, { sinks: [sink] })
  await rig.accept('imm-01', { points: pointNames(2) })
  await until(() => decisions.pending.length === 1)
  const closing = rig.forwarders.close()
  decisions.storeAll()
  await closing
  assert.equal(rig.spool.cursors.of('a').sequence, rig.spool.lastSequence)
  assert.equal(linesOf(sink.requests[0]!).length, 2)
})

test(
  'closing does not wait for a request that hangs; its blocks come again after the next start',
  LIMIT,
  async (t) => {
    const hung = new ScriptedSink('a')
    hung.script = () => new Promise(() => undefined)
    const rig = await openRig(t, { sinks: [hung], forward: { closeTimeoutMs: 20 } })
    await rig.accept('imm-01', { points: pointNames(2) })
    await until(() => hung.requests.length === 1)
    await rig.close()
    const sink = new ScriptedSink('a')
    const next = await openRig(t, { sinks: [sink], directory: rig.directory })
    assert.equal(await next.forwarders.drain(5_000), true)
    assert.equal(sink.stored.size, 2)
    assert.deepEqual(next.ledger.totals().points, {
      decoded: 2,
      stored: 2,
      filtered: 0,
      deadLettered: 0,
      pending: 0,
    })
  },
)

test('settlings that follow each other quickly share one flush of the disk', LIMIT, async (t) => {
  const sink = new ScriptedSink('a', { maxBatchBytes: 100 })
  const rig = await openRig(t, { sinks: [sink], forwarding: false, forward: { settleIntervalMs: 50 } })
  await acceptBlocks(rig, 10)
  const settlements: number[] = []
  const settle = rig.spool.settle.bind(rig.spool)
  rig.spool.settle = (name, settlement) => {
    settlements.push(settlement.through)
    return settle(name, settlement)
  }
  rig.forwarders.start()
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.deepEqual(settlements, [1, 10])
})
