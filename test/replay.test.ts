import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { DeadLetter, StoredDeadLetter } from '../src/core/dead-letter.js'
import { silentLogger } from '../src/core/logger.js'
import type { ReasonCode } from '../src/core/reasons.js'
import type { ReadmitOutcome } from '../src/core/replay.js'
import { Column } from '../src/core/tally.js'
import type { TrialMessage, TrialResult } from '../src/core/trial.js'
import { Replay } from '../src/replay.js'
import { ScriptedSink } from './support/scripted-sink.js'
import { SpoolRig, temporaryDirectory, until } from './support/spool-rig.js'
import { copyState } from './support/state-copy.js'

type Judge = (letter: StoredDeadLetter) => ReadmitOutcome

const decoded: ReadmitOutcome = { kind: 'decoded' }
const again = (code: ReasonCode): ReadmitOutcome => ({ kind: 'refused', reason: { code, message: 'again' } })

/**
 * A real spool and ledger; what takes a letter in again does to them what ingest does, and judges by its own rule. Each
 * letter's line is `p<id>`, so that the store shows what was replayed, and how often.
 */
class ReplayRig {
  readonly readmitted: number[] = []
  readonly replay: Replay
  judge: Judge = () => decoded

  private constructor(readonly spool: SpoolRig) {
    this.replay = new Replay({
      letters: spool.spool.deadLetters,
      spool: spool.spool,
      readmit: (letter) => this.#readmit(letter),
      logger: silentLogger,
    })
  }

  static async open(t: TestContext, directory?: string): Promise<ReplayRig> {
    const at = directory === undefined ? {} : { directory }
    const spool = await SpoolRig.open({ sinks: [new ScriptedSink('a')], forwarding: false, ...at })
    const rig = new ReplayRig(spool)
    t.after(async () => {
      rig.replay.stop()
      await spool.close()
    })
    return rig
  }

  get letters() {
    return this.spool.spool.deadLetters
  }

  ids(): number[] {
    return this.letters.list({ limit: 10_000 }).map(({ id }) => id)
  }

  async keep(count: number, changes: Partial<DeadLetter> = {}): Promise<void> {
    const { slot, path } = this.spool.device('imm-01')
    for (let n = 0; n < count; n++) {
      this.spool.spool.open.tally.add(slot, Column.received, 1)
      this.spool.spool.open.tally.add(slot, Column.deadLettered, 1)
      this.spool.spool.deadLetter({
        kind: 'message',
        timeMs: Date.now(),
        slot,
        reason: { code: 'malformed', message: 'm' },
        device: path,
        topic: 'plant/imm-01',
        qos: 1,
        clientId: 'c',
        sink: '',
        payload: Buffer.from('{'),
        ...changes,
      })
    }
    this.spool.spool.touched()
    await this.spool.spool.flush()
  }

  /** Lines of all blocks on disk. */
  lines(): string[] {
    const { spool } = this.spool
    const lines: string[] = []
    for (let sequence = spool.firstSequence; sequence <= spool.lastSequence; sequence++) {
      lines.push(...spool.read(sequence)!.block.lines.toString().split('\n').filter(Boolean))
    }
    return lines
  }

  #readmit(letter: StoredDeadLetter): ReadmitOutcome {
    this.readmitted.push(letter.id)
    const outcome = this.judge(letter)
    const { spool } = this.spool
    if (outcome.kind === 'decoded') {
      spool.open.tally.add(letter.slot, Column.deadLettered, -1)
      spool.open.tally.add(letter.slot, Column.decoded, 1)
      spool.open.tally.add(letter.slot, Column.pointsDecoded, 1)
      spool.open.append(`p${letter.id}\n`, 1)
      spool.alongside(() => spool.deadLetters.remove(letter.id))
    } else if (outcome.kind === 'refused') {
      spool.alongside(() => spool.deadLetters.rewrite(letter.id, outcome.reason))
    }
    return outcome
  }
}

test('letters are replayed in order of arrival, and leave; others stay with what is wrong now', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(100)
  await rig.keep(1, { kind: 'line', reason: { code: 'spool_dropped', message: '' } })
  rig.judge = ({ id }) =>
    id % 10 === 0 ? again('bad_type') : id % 10 === 1 ? { kind: 'unroutable', cause: 'no route' } : decoded
  const summary = await rig.replay.run({ filter: {} })
  assert.deepEqual(summary, {
    replayed: 80,
    refusedAgain: { bad_type: 10 },
    unroutable: 10,
    skipped: 1,
    next: undefined,
    throughId: 101,
  })
  assert.deepEqual(
    rig.readmitted,
    Array.from({ length: 100 }, (_, i) => i + 1),
  )
  assert.equal(rig.letters.count, 21)
  assert.equal(rig.letters.get(10)?.reason.code, 'bad_type')
  assert.equal(rig.letters.get(11)?.reason.code, 'malformed')
  const { messages } = rig.spool.ledger.totals()
  assert.deepEqual([messages.received, messages.decoded, messages.deadLettered], [101, 80, 21])
  assert.deepEqual(rig.replay.counts, { replayed: 80, refusedAgain: 10, unroutable: 10 })
})

test('two replays of the same letters at once store each once', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(200)
  const runs = await Promise.all([
    rig.replay.run({ filter: {} }),
    rig.replay.run({ filter: { reason: 'malformed' } }),
    rig.replay.run({ ids: Array.from({ length: 200 }, (_, i) => 200 - i) }),
  ])
  assert.equal(
    runs.reduce((sum, { replayed }) => sum + replayed, 0),
    200,
  )
  assert.equal(new Set(rig.lines()).size, 200)
  assert.equal(rig.lines().length, 200)
  assert.equal(rig.letters.count, 0)
})

test('a run that ends early is gone on with; letters that came meanwhile are left out', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(50)
  rig.judge = ({ id }) => (id === 3 ? again('malformed') : decoded)
  const first = await rig.replay.run({ filter: { reason: 'malformed' } }, { limit: 20 })
  assert.deepEqual([first.replayed, first.next, first.throughId], [19, 20, 50])
  await rig.keep(5)
  const rest = await rig.replay.run({
    filter: { reason: 'malformed' },
    afterId: first.next!,
    throughId: first.throughId,
  })
  assert.deepEqual([rest.replayed, rest.next], [30, undefined])
  assert.deepEqual(rig.ids(), [3, 51, 52, 53, 54, 55])
})

test('ids that are not there are skipped', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(3)
  const { replayed, skipped } = await rig.replay.run({ ids: [3, 1, 3, 77] })
  assert.deepEqual([replayed, skipped, rig.readmitted], [2, 1, [1, 3]])
})

test('nothing is replayed while the spool is under pressure', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(10)
  let underPressure = true
  const { spool } = rig.spool
  const replay = new Replay({
    letters: rig.letters,
    spool: {
      flush: () => spool.flush(),
      get underPressure() {
        return underPressure
      },
    },
    readmit: () => ({ kind: 'unroutable', cause: '' }),
    logger: silentLogger,
  })
  const stopped = await replay.run({ filter: {} }, { budgetMs: 60 })
  assert.deepEqual([stopped.unroutable, stopped.next], [0, 0])
  const running = replay.run({ filter: {} })
  await setTimeout(30)
  underPressure = false
  assert.equal((await running).unroutable, 10)
})

test('live messages are acknowledged all the while that letters are replayed', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(3_000)
  let acknowledged = 0
  let duringReplay = 0
  let replaying = true
  const live = (async () => {
    for (let n = 0; replaying; n++) {
      await rig.spool.accept('imm-02', { points: [`live-${n}`] })
      acknowledged++
      if (replaying) duringReplay++
    }
  })()
  const { replayed } = await rig.replay.run({ filter: {} })
  replaying = false
  await live
  assert.equal(replayed, 3_000)
  assert.ok(duringReplay > 10, `${duringReplay} messages came in between`)
  const { messages, points } = rig.spool.ledger.totals()
  assert.equal(messages.received, messages.decoded)
  assert.equal(points.decoded, 3_000 + acknowledged)
  assert.equal(rig.lines().length, 3_000 + acknowledged)
})

test('a crash in the middle loses no letter and stores none twice', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(600)
  const copies: string[] = []
  const running = rig.replay.run({ filter: {} })
  while (rig.letters.count > 100 && copies.length < 8) {
    const copy = temporaryDirectory()
    mkdirSync(join(copy, 'state'))
    copyState(rig.spool.directory, copy)
    copies.push(copy)
    await setTimeout(8)
  }
  await running
  let interrupted = 0
  for (const copy of copies) {
    const after = await ReplayRig.open(t, copy)
    const before = after.lines().length
    assert.equal(after.letters.count + before, 600)
    if (before > 0 && before < 600) interrupted++
    await after.replay.run({ filter: {} })
    assert.equal(after.lines().length, 600)
    assert.equal(new Set(after.lines()).size, 600)
    const { received, decoded: taken, deadLettered } = after.spool.ledger.totals().messages
    assert.deepEqual([received, taken, deadLettered], [600, 600, 0])
  }
  assert.ok(interrupted > 0, 'one copy is of the middle')
})

test('a birth lets go what was held for it, in order, once, and nothing else', async (t) => {
  const rig = await ReplayRig.open(t)
  const waiting = { reason: { code: 'awaiting_birth', message: '' } } as const
  await rig.keep(3, { ...waiting, topic: 'spBv1.0/g/NDATA/node1' })
  await rig.keep(3, { ...waiting, topic: 'spBv1.0/g/NDATA/node2' })
  await rig.keep(1, { topic: 'spBv1.0/g/NDATA/node1' })
  await rig.keep(1, { reason: { code: 'awaiting_names', message: '' }, topic: 'spBv1.0/g/NDATA/node1' })
  for (let n = 0; n < 20; n++) rig.replay.release('awaiting_birth', 'spBv1.0/+/+/node1/#')
  // One more is on its way to the disk when the birth comes.
  const late = rig.keep(1, { ...waiting, topic: 'spBv1.0/g/DDATA/node1/d1' })
  await until(() => rig.letters.count === 5)
  await late
  assert.deepEqual(rig.readmitted, [1, 2, 3, 9])
  assert.deepEqual(rig.ids(), [4, 5, 6, 7, 8])
  rig.replay.release('awaiting_names', 'spBv1.0/#')
  await until(() => rig.letters.count === 4)
  assert.deepEqual(rig.ids(), [4, 5, 6, 7])
})

test('what was held when the gateway ended is tried again when it starts', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(2, { reason: { code: 'awaiting_birth', message: '' } })
  await rig.keep(1)
  rig.judge = ({ id }) => (id === 1 ? again('awaiting_birth') : decoded)
  rig.replay.start()
  await until(() => rig.letters.count === 2)
  assert.deepEqual(rig.ids(), [1, 3])
})

test('a dry run says what would become of each letter, and changes nothing', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(3)
  await rig.keep(1, { kind: 'line', reason: { code: 'sink_rejected', message: '' }, sink: 'a' })
  await rig.keep(1, { kind: 'line', reason: { code: 'block_damaged', message: '' } })
  const asked: TrialMessage[] = []
  const result = (topic: string, at: number): TrialResult => ({
    topic,
    route: at === 2 ? '' : 'plant/#',
    decoder: 'json',
    points: [],
    ...(at === 1 ? { failure: { reason: 'too_deep', message: 'deep', path: 'a', line: 1, column: 1 } } : {}),
  })
  const trial = {
    run(messages: readonly TrialMessage[]) {
      asked.push(...messages)
      return messages.map(({ topic }, at) => result(topic, at))
    },
  }
  const { letters, ...summary } = await rig.replay.dryRun({ filter: {} }, trial)
  assert.deepEqual(
    letters.map(({ id, outcome, reason }) => [id, outcome, reason]),
    [
      [1, 'replayed', ''],
      [2, 'refused', 'too_deep'],
      [3, 'unroutable', ''],
      [4, 'untried', ''],
      [5, 'skipped', ''],
    ],
  )
  assert.deepEqual([summary.replayed, summary.refusedAgain, summary.unroutable], [1, { too_deep: 1 }, 1])
  assert.equal(asked[0]?.arrivalMs, rig.letters.get(1)?.timeMs)
  assert.deepEqual([rig.readmitted, rig.letters.count, rig.replay.counts.replayed], [[], 5, 0])
})

test('a defect in the way of a letter ends the run, and its letter is not lost', async (t) => {
  const rig = await ReplayRig.open(t)
  await rig.keep(5)
  rig.judge = ({ id }) => {
    if (id === 3) throw new Error('a defect')
    return decoded
  }
  await assert.rejects(rig.replay.run({ filter: {} }), /a defect/)
  assert.deepEqual(rig.ids(), [3, 4, 5])
  rig.judge = () => decoded
  assert.equal((await rig.replay.run({ filter: {} })).replayed, 3)
})
