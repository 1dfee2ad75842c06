import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STORED } from '../../src/core/sink.js'
import { ScriptedSink } from '../support/scripted-sink.js'
import { openRig, pointNames } from '../support/spool-rig.js'

const LIMIT = { timeout: 20_000 }

function storedOnce(sink: ScriptedSink): boolean {
  return [...sink.stored.values()].every((times) => times === 1)
}

test(
  'one poison line among 10,000 costs one letter in the words of the sink and few requests',
  LIMIT,
  async (t) => {
    const sink = new ScriptedSink('a', { maxBatchBytes: 1 << 22 })
    sink.script = sink.rejecting('p7777.')
    const rig = await openRig(t, { sinks: [sink], spool: { blockBytes: 100_000 }, forwarding: false })
    const points = pointNames(10_000)
    for (let i = 0; i < 10; i++)
      void rig.accept(`imm-${i}`, { points: points.slice(i * 1000, i * 1000 + 1000) })
    await rig.spool.flush()
    rig.forwarders.start()
    assert.equal(await rig.forwarders.drain(10_000), true)
    assert.equal(sink.stored.size, 9_999)
    assert.ok(storedOnce(sink))
    assert.ok(
      sink.requests.length <= 1 + 2 * Math.ceil(Math.log2(10_000)),
      `${sink.requests.length} requests`,
    )
    const [letter, ...others] = rig.spool.deadLetters.list({ limit: 10 })
    assert.equal(others.length, 0)
    assert.equal(letter!.reason.code, 'sink_rejected')
    assert.match(letter!.payload.toString(), /^telemetry,.*p7777\./)
    assert.equal(letter!.reason.message, `unable to parse '${letter!.payload}'`)
    assert.equal(letter!.device, 'ningbo/moulding/line 1/imm-7')
    assert.equal(letter!.sink, 'a')
    assert.equal(letter!.kind, 'line')
    const { deadLettered, stored } = rig.ledger.counts(rig.device('imm-7').slot).points
    assert.deepEqual({ deadLettered, stored }, { deadLettered: 1, stored: 999 })
  },
)

test('parts come in order with the sequences of the whole batch; the last one says so', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  sink.script = sink.rejecting('p3.')
  const rig = await openRig(t, { sinks: [sink] })
  await rig.accept('imm-01', { points: pointNames(16) })
  assert.equal(await rig.forwarders.drain(5_000), true)
  const [whole, ...parts] = sink.requests
  assert.equal(whole!.part, undefined)
  assert.deepEqual(
    parts.map(({ part }) => part?.index),
    parts.map((_, i) => i),
  )
  assert.deepEqual(
    parts.filter(({ part }) => part?.isLast),
    [parts.at(-1)],
  )
  for (const { firstSequence, lastSequence } of parts) {
    assert.deepEqual([firstSequence, lastSequence], [whole!.firstSequence, whole!.lastSequence])
  }
})

test('several poison lines, the first and the last among them, are each one letter', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  sink.script = sink.rejecting('poison')
  const rig = await openRig(t, { sinks: [sink] })
  const points = pointNames(64).map((name, i) => ([0, 20, 21, 63].includes(i) ? `poison${name}` : name))
  await rig.accept('imm-01', { points })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(sink.stored.size, 60)
  assert.ok(storedOnce(sink))
  const letters = rig.spool.deadLetters.list({ limit: 10 })
  assert.deepEqual(
    letters.map(({ payload }) => /poisonp\d+/.exec(payload.toString())?.[0]),
    ['poisonp0', 'poisonp20', 'poisonp21', 'poisonp63'],
  )
  assert.equal(rig.spool.cursors.of('a').deadLetteredPoints, 4)
})

test('a batch that is refused only as a whole is stored in parts', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  sink.script = ({ points }) => (points > 10 ? { kind: 'rejected', reason: 'too large' } : STORED)
  const rig = await openRig(t, { sinks: [sink] })
  await rig.accept('imm-01', { points: pointNames(64) })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(sink.stored.size, 64)
  assert.ok(storedOnce(sink))
  assert.equal(rig.spool.deadLetters.count, 0)
})

test(
  'a value with newlines, quotes and backslashes is one line when poison is isolated',
  LIMIT,
  async (t) => {
    const sink = new ScriptedSink('a')
    const rig = await openRig(t, { sinks: [sink] })
    const odd = 'a\nb "quoted" back\\slash , = \\"'
    sink.script = ({ points, chunks }) => {
      if (points > 1) return { kind: 'rejected', reason: 'one at a time' }
      return Buffer.concat(chunks).includes('poison') ? { kind: 'rejected', reason: 'no' } : STORED
    }
    await rig.accept('imm-01', { points: ['one', odd, `poison ${odd}`, odd, 'two'] })
    assert.equal(await rig.forwarders.drain(5_000), true)
    const [letter, ...others] = rig.spool.deadLetters.list({ limit: 10 })
    assert.equal(others.length, 0)
    assert.match(letter!.payload.toString(), /^telemetry,.* point="poison a\nb .*" 1700000000000000000$/s)
    assert.equal(rig.ledger.totals().points.stored, 4)
  },
)

test('a retry in the middle of isolating poison goes on where it was', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  const rig = await openRig(t, { sinks: [sink] })
  const reject = sink.rejecting('poison')
  let requests = 0
  sink.script = (batch) => (++requests % 2 === 0 ? { kind: 'retry', reason: 'busy' } : reject(batch))
  await rig.accept('imm-01', { points: [...pointNames(20), 'poison', ...pointNames(11, 'q')] })
  assert.equal(await rig.forwarders.drain(5_000), true)
  assert.equal(sink.stored.size, 31)
  assert.ok(storedOnce(sink))
  assert.equal(rig.spool.deadLetters.count, 1)
})

test('a device is found by its tags, also where its name has to be escaped', LIMIT, async (t) => {
  const sink = new ScriptedSink('a')
  sink.script = sink.rejecting('poison')
  const rig = await openRig(t, { sinks: [sink] })
  for (const name of ['plain', 'press, left = "A"', '高炉 1', 'back\\slash']) {
    await rig.accept(name, { points: ['fine', 'poison'] })
    assert.equal(await rig.forwarders.drain(5_000), true)
    const { stored, deadLettered } = rig.ledger.counts(rig.device(name).slot).points
    assert.deepEqual({ name, stored, deadLettered }, { name, stored: 1, deadLettered: 1 })
  }
})
