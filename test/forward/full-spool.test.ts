import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STORED } from '../../src/core/sink.js'
import { linesOf, ScriptedSink } from '../support/scripted-sink.js'
import { acceptBlocks, openRig, pointNames, type SpoolRig, until } from '../support/spool-rig.js'

const LIMIT = { timeout: 20_000 }
const SMALL = { maxBytes: 20_000, maxUnflushedBytes: 5_000, blockBytes: 2_000 }

/** What a block takes beside its lines and tallies does not count against the limit. */
const HEADS = 1_000

function down(name: string): ScriptedSink {
  const sink = new ScriptedSink(name, { maxBatchBytes: 3_000 })
  sink.script = () => ({ kind: 'retry', reason: 'down' })
  return sink
}

/** Messages of one point, each its own block, until the spool takes no more; resolves with their acknowledgements. */
async function fill(rig: SpoolRig): Promise<Promise<void>[]> {
  const settled: Promise<void>[] = []
  while (!rig.spool.isFull) {
    settled.push(rig.accept('imm-01', { points: [`fill-${settled.length}.`] }))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return settled
}

test(
  'a full spool holds acknowledgements, and goes on by itself when a sink takes points again',
  LIMIT,
  async (t) => {
    const sink = down('a')
    const rig = await openRig(t, { sinks: [sink], spool: SMALL })
    const settled = await fill(rig)
    assert.equal(rig.spool.underPressure, true)
    let acknowledged = false
    void settled.at(-1)!.then(() => {
      acknowledged = true
    })
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.equal(acknowledged, false)
    assert.ok(rig.spool.status().bytes <= SMALL.maxBytes + HEADS)
    sink.script = () => STORED
    await Promise.all(settled)
    assert.equal(await rig.forwarders.drain(5_000), true)
    assert.equal(rig.spool.underPressure, false)
    assert.equal(sink.stored.size, settled.length)
    assert.equal(rig.spool.deadLetters.count, 0)
  },
)

test(
  'drop-oldest makes room at the cost of the oldest points, which are counted and told of',
  LIMIT,
  async (t) => {
    const sink = down('a')
    const rig = await openRig(t, { sinks: [sink], spool: SMALL, whenFull: 'drop-oldest' })
    const settled = await fill(rig)
    await Promise.all(settled)
    await until(() => rig.ledger.totals().points.deadLettered > 0)
    const { deadLettered, pending, decoded } = rig.ledger.totals().points
    assert.equal(deadLettered + pending, decoded)
    assert.ok(pending > 0, 'only the oldest were dropped')
    assert.ok(rig.spool.status().bytes <= SMALL.maxBytes + HEADS)
    sink.script = () => STORED
    assert.equal(await rig.forwarders.drain(5_000), true)
    const totals = rig.ledger.totals().points
    assert.equal(totals.stored, sink.stored.size)
    assert.equal(totals.stored + totals.deadLettered, settled.length)
    assert.equal(rig.ledger.counts(rig.device('imm-01').slot).points.deadLettered, totals.deadLettered)
    assert.equal(rig.forwarders.statuses()[0]!.deadLetteredPoints, totals.deadLettered)
    const letters = rig.spool.deadLetters.list({ limit: 100 })
    assert.ok(letters.length > 0 && letters.every(({ reason }) => reason.code === 'spool_dropped'))
    const told = letters.map(({ reason }) => Number(/(\d+) points/.exec(reason.message)![1]))
    assert.equal(
      told.reduce((sum, points) => sum + points, 0),
      totals.deadLettered,
    )
    const kept = [...sink.stored.keys()].map((line) => Number(/fill-(\d+)/.exec(line)![1]))
    assert.equal(Math.min(...kept), totals.deadLettered, 'those that are gone are the first ones')
  },
)

test('drop-oldest takes nothing from a sink that keeps up', LIMIT, async (t) => {
  const behind = down('behind')
  const up = new ScriptedSink('up')
  const rig = await openRig(t, { sinks: [up, behind], spool: SMALL, whenFull: 'drop-oldest' })
  const settled = await fill(rig)
  await Promise.all(settled)
  await until(() => rig.forwarders.statuses()[1]!.deadLetteredPoints > 0)
  await until(() => up.stored.size === settled.length && rig.ledger.totals().points.pending === 0)
  assert.deepEqual(rig.ledger.totals().points, {
    decoded: settled.length,
    stored: settled.length,
    filtered: 0,
    deadLettered: 0,
    pending: 0,
  })
  assert.ok(rig.spool.deadLetters.list({ limit: 100 }).every(({ sink }) => sink === 'behind'))
})

test('a spool that is full of what was stored already is emptied, not dropped from', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const rig = await openRig(t, { sinks: [sink], spool: SMALL, whenFull: 'drop-oldest' })
  for (let i = 0; i < 300; i++) await rig.accept('imm-01', { points: [`p${i}.`] })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(rig.ledger.totals().points.stored, 300)
  assert.equal(rig.spool.deadLetters.count, 0)
})

test('dropping while poison is isolated keeps what was stored and drops the rest', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const rig = await openRig(t, { sinks: [sink] })
  let left = 3
  sink.script = (batch) => {
    if (left-- > 0) return linesOf(batch).some((line) => line.includes('p9.')) ? REJECTED : STORED
    return { kind: 'retry', reason: 'down' }
  }
  await rig.accept('imm-01', { points: pointNames(16) })
  await until(() => rig.forwarders.statuses()[0]!.state === 'retrying')
  const before = sink.stored.size
  rig.forwarders.dropThrough(rig.spool.lastSequence)
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(before, 8)
  assert.deepEqual(rig.ledger.totals().points, {
    decoded: 16,
    stored: 8,
    filtered: 0,
    deadLettered: 8,
    pending: 0,
  })
  const [letter] = rig.spool.deadLetters.list({ limit: 1, newestFirst: true })
  assert.match(letter!.reason.message, /8 points of blocks 1 to 1/)
})

test('a block larger than the spool is taken when the spool is empty', LIMIT, async (t) => {
  const sink = new ScriptedSink('a', { maxBatchBytes: 10_000 })
  const rig = await openRig(t, { sinks: [sink], spool: { ...SMALL, maxBytes: 1_000 } })
  await acceptBlocks(rig, 1)
  await rig.accept('imm-01', { points: pointNames(100) })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(sink.stored.size, 101)
})

const REJECTED = { kind: 'rejected', reason: 'no' } as const
