import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { STORED } from '../../src/core/sink.js'
import { ScriptedSink } from '../support/scripted-sink.js'
import { acceptBlocks, openRig, pointNames, SpoolRig, until } from '../support/spool-rig.js'

const LIMIT = { timeout: 20_000 }

async function overwrite(rig: SpoolRig, sequence: number, change: (record: Buffer) => Buffer): Promise<void> {
  const blocks = rig.state.table('blocks')
  const record = change(blocks.get(sequence)!)
  await rig.state.commit(() => blocks.put(sequence, record))
}

function flip(record: Buffer, at: number): Buffer {
  record[at]! ^= 0x40
  return record
}

const DAMAGE: readonly { name: string; change: (record: Buffer) => Buffer; device: boolean }[] = [
  { name: 'a flipped bit in its lines', change: (record) => flip(record, record.length - 9), device: true },
  { name: 'a lost end', change: (record) => record.subarray(0, record.length - 5), device: true },
  { name: 'a flipped bit in its tallies', change: (record) => flip(record, 60), device: false },
  { name: 'a flipped bit in its point count', change: (record) => flip(record, 42), device: false },
  { name: 'another sequence', change: (record) => flip(record, 30), device: false },
  { name: 'a lost head', change: () => Buffer.from('LGB1'), device: false },
  { name: 'nothing left', change: () => Buffer.alloc(1), device: false },
]

for (const { name, change, device } of DAMAGE) {
  test(`a block with ${name} is set aside and counted, and those behind it are stored`, LIMIT, async (t) => {
    const sink = new ScriptedSink('a')
    const rig = await openRig(t, { sinks: [sink], forwarding: false })
    await acceptBlocks(rig, 1)
    await rig.accept('imm-02', { points: pointNames(3) })
    await acceptBlocks(rig, 1)
    await overwrite(rig, 2, change)
    rig.forwarders.start()
    assert.equal(await rig.forwarders.drain(5_000), true)
    assert.equal(sink.requests.flatMap(({ sequences }) => sequences).includes(2), false)
    const { decoded, stored, deadLettered, pending } = rig.ledger.totals().points
    assert.deepEqual(
      { decoded, stored, deadLettered, pending },
      { decoded: 5, stored: 2, deadLettered: 3, pending: 0 },
    )
    assert.equal(rig.ledger.counts(rig.device('imm-02').slot).points.deadLettered, device ? 3 : 0)
    const [letter, ...others] = rig.spool.deadLetters.list({ limit: 10 })
    assert.equal(others.length, 0)
    assert.equal(letter!.reason.code, 'block_damaged')
    assert.match(letter!.reason.message, /Block 2 .* 3 points/)
    assert.deepEqual(readdirSync(join(rig.directory, 'quarantine')), ['block-2.bin'])
  })
}

test(
  'a block whose head was damaged while the gateway was off is counted for no device',
  LIMIT,
  async (t) => {
    const sink = new ScriptedSink('a')
    const first = await SpoolRig.open({ sinks: [sink], forwarding: false })
    await acceptBlocks(first, 1)
    await first.accept('imm-02', { points: pointNames(3) })
    await acceptBlocks(first, 1)
    await overwrite(first, 2, (record) => flip(record, 60))
    await first.abandon()
    const rig = await openRig(t, { sinks: [sink], directory: first.directory })
    assert.equal(await rig.forwarders.drain(5_000), true)
    const { decoded, stored, deadLettered, pending } = rig.ledger.counts(0).points
    assert.deepEqual(
      { decoded, stored, deadLettered, pending },
      { decoded: 3, stored: 0, deadLettered: 3, pending: 0 },
    )
    assert.equal(rig.ledger.totals().points.pending, 0)
  },
)

test(
  'a new primary that is behind takes its blocks without counting them, or its refusals, again',
  LIMIT,
  async (t) => {
    const a = new ScriptedSink('a')
    const b = new ScriptedSink('b')
    b.script = () => ({ kind: 'retry', reason: 'down' })
    const before = await SpoolRig.open({ sinks: [a, b] })
    await before.accept('imm-01', { points: pointNames(4) })
    await until(() => before.ledger.totals().points.stored === 4)
    await before.close()
    b.script = b.rejecting('p2.')
    const rig = await openRig(t, { sinks: [b, a], directory: before.directory })
    assert.equal(await rig.forwarders.drain(5_000), true)
    assert.equal(b.stored.size, 3)
    assert.equal(rig.spool.cursors.of('b').deadLetteredPoints, 1)
    assert.deepEqual(rig.ledger.totals().points, {
      decoded: 4,
      stored: 4,
      filtered: 0,
      deadLettered: 0,
      pending: 0,
    })
    await rig.accept('imm-01', { points: ['p2.', 'q.'] })
    assert.equal(await rig.forwarders.drain(5_000), true)
    assert.deepEqual(rig.ledger.totals().points, {
      decoded: 6,
      stored: 5,
      filtered: 0,
      deadLettered: 1,
      pending: 0,
    })
  },
)

test('a new primary that is ahead brings what it stored and refused', LIMIT, async (t) => {
  const a = new ScriptedSink('a')
  const b = new ScriptedSink('b')
  a.script = () => ({ kind: 'retry', reason: 'down' })
  b.script = b.rejecting('p2.')
  const before = await SpoolRig.open({ sinks: [a, b] })
  await before.accept('imm-01', { points: pointNames(4) })
  await until(() => before.spool.cursors.of('b').sequence === 1)
  await before.close()
  const rig = await openRig(t, { sinks: [b, a], directory: before.directory })
  assert.deepEqual(rig.ledger.totals().points, {
    decoded: 4,
    stored: 3,
    filtered: 0,
    deadLettered: 1,
    pending: 0,
  })
  assert.deepEqual(rig.ledger.counts(rig.device('imm-01').slot), rig.ledger.totals())
})

test('a checkpoint removes what every sink has passed, and the counts stay', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const slow = new ScriptedSink('slow', { maxBatchBytes: 100 })
  const before = await SpoolRig.open({ sinks: [sink, slow] })
  await acceptBlocks(before, 2)
  await before.forwarders.drain(5_000)
  slow.script = () => ({ kind: 'retry', reason: 'down' })
  await acceptBlocks(before, 3)
  await until(() => before.spool.cursors.of('a').sequence === 5)
  await before.checkpointer.run()
  assert.equal(before.spool.firstSequence, 3)
  const counts = before.ledger.totals()
  await before.close()
  slow.script = () => STORED
  const rig = await openRig(t, { sinks: [sink, slow], directory: before.directory })
  assert.deepEqual(rig.ledger.totals(), counts)
  assert.equal(await rig.forwarders.drain(5_000), true)
  await rig.checkpointer.run()
  assert.equal(rig.spool.status().blocks, 0)
  assert.equal(rig.spool.status().bytes, 0)
  await acceptBlocks(rig, 1)
  assert.equal(rig.spool.lastSequence, 6)
})

test('checkpoints are made by themselves, and only when something changed', LIMIT, async (t) => {
  const rig = await openRig(t, { sinks: [new ScriptedSink('a')], checkpointMs: 5 })
  let prunes = 0
  const prune = rig.spool.prune.bind(rig.spool)
  rig.spool.prune = (limit, alongside) => {
    prunes++
    return prune(limit, alongside)
  }
  await acceptBlocks(rig, 1)
  await until(() => rig.spool.status().blocks === 0 && prunes > 0)
  await new Promise((resolve) => setTimeout(resolve, 30))
  const made = prunes
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(prunes, made)
})
