import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PointCounts } from '../../src/core/counts.js'
import type { StoredDeadLetter } from '../../src/core/dead-letter.js'
import { ScriptedSink } from '../support/scripted-sink.js'
import { type RigOptions, SpoolRig } from '../support/spool-rig.js'

/**
 * Random operations and crashes against a simple model: messages in order of acceptance. What a crash leaves is the
 * beginning of that list, at least as far as it was acknowledged; from there every count follows.
 */
const RUNS = 120
const DEVICES = ['cnc-1', 'cnc-2', 'crane, 3']
const POISON = 'poison'

type Mode = 'up' | 'down' | 'flaky'
type Message =
  | { kind: 'ignored' }
  | { kind: 'undecodable'; device: string }
  | { kind: 'decoded'; device: string; points: string[]; filtered: number; deadLettered: number }

type Wanted =
  | Exclude<Message, { kind: 'decoded' }>
  | { kind: 'decoded'; device: string; poison: boolean[]; filtered: number; deadLettered: number }

/** From one start to the next crash. What is acknowledged past the crash counts no more. */
interface Life {
  acknowledged: number
}

class Model {
  messages: Message[] = []
  life: Life = { acknowledged: 0 }
  #points = 0

  nameOfPoint(poison: boolean): string {
    return `${poison ? POISON : 'point'}-${this.#points++}.`
  }
}

/** The gateway's inside, its two stores, which outlive it, and who of them is the primary. */
class Real {
  readonly sinks = [new ScriptedSink('a', { maxBatchBytes: 400, maxInFlight: 3 }), new ScriptedSink('b')]
  rig!: SpoolRig
  readonly directories: string[] = []
  #requests = 0

  constructor() {
    for (const i of this.sinks.keys()) this.turn(i, 'up')
  }

  turn(i: number, mode: Mode): void {
    const sink = this.sinks[i]!
    const store = sink.rejecting(POISON)
    const retry = { kind: 'retry', reason: 'down' } as const
    if (mode === 'up') sink.script = store
    else if (mode === 'down') sink.script = () => retry
    else sink.script = (batch) => (this.#requests++ % 3 === 0 ? retry : store(batch))
  }

  get primary(): string {
    return this.sinks[0]!.name
  }

  async open(directory?: string): Promise<void> {
    const options: RigOptions = { sinks: this.sinks, spool: { blockBytes: 300 } }
    this.rig = await SpoolRig.open(directory === undefined ? options : { ...options, directory })
    if (this.rig.directory !== this.directories.at(-1)) this.directories.push(this.rig.directory)
  }

  async remove(): Promise<void> {
    await this.rig.abandon()
    for (const directory of this.directories) rmSync(directory, { recursive: true, force: true })
  }
}

type Command = fc.AsyncCommand<Model, Real>

/** A command, after which the books must balance. */
function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => name,
    run: async (model, real) => {
      await run(model, real)
      checkBooks(model, real)
    },
  }
}

const someMessage: fc.Arbitrary<Wanted> = fc.oneof(
  fc.constant({ kind: 'ignored' as const }),
  fc.record({ kind: fc.constant('undecodable' as const), device: fc.constantFrom(...DEVICES) }),
  fc.record({
    kind: fc.constant('decoded' as const),
    device: fc.constantFrom(...DEVICES),
    poison: fc.array(
      fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      { maxLength: 6 },
    ),
    filtered: fc.nat(2),
    deadLettered: fc.nat(2),
  }),
)

const commands: fc.Arbitrary<Command>[] = [
  fc.array(someMessage, { minLength: 1, maxLength: 6 }).map((wanted) =>
    command(`accept ${JSON.stringify(wanted)}`, async (model, real) => {
      for (const one of wanted) accept(model, real.rig, one)
    }),
  ),
  fc.constant(command('flush', (_, real) => real.rig.spool.flush())),
  fc
    .tuple(fc.nat(1), fc.constantFrom<Mode>('up', 'up', 'down', 'flaky'))
    .map(([sink, mode]) => command(`sink ${sink} ${mode}`, async (_, real) => real.turn(sink, mode))),
  fc.integer({ min: 0, max: 6 }).map((ms) => command(`wait ${ms} ms`, () => sleep(ms))),
  fc.constant(command('drain', async (_, real) => void (await real.rig.forwarders.drain(10)))),
  fc.constant(command('checkpoint', (_, real) => real.rig.checkpointer.run())),
  fc.boolean().map((swap) =>
    command(`crash${swap ? ', other primary' : ''}`, async (model, real) => {
      const directory = real.rig.copyOfDisk()
      model.life = { ...model.life }
      await real.rig.abandon()
      if (swap) real.sinks.reverse()
      await real.open(directory)
      forgetUnwritten(model, real)
    }),
  ),
  fc.boolean().map((swap) =>
    command(`restart${swap ? ', other primary' : ''}`, async (model, real) => {
      await real.rig.close()
      if (swap) real.sinks.reverse()
      await real.open(real.rig.directory)
      assert.equal(real.rig.ledger.totals().messages.received, model.messages.length)
    }),
  ),
]

function accept(model: Model, rig: SpoolRig, wanted: Wanted): void {
  const place = model.messages.length + 1
  const { life } = model
  const acknowledge = () => {
    life.acknowledged = Math.max(life.acknowledged, place)
  }
  if (wanted.kind === 'ignored') {
    model.messages.push(wanted)
    void rig.ignore().then(acknowledge)
  } else if (wanted.kind === 'undecodable') {
    model.messages.push(wanted)
    void rig.deadLetter(wanted.device).then(acknowledge)
  } else {
    const points = wanted.poison.map((poison) => model.nameOfPoint(poison))
    model.messages.push({ ...wanted, points })
    void rig.accept(wanted.device, { ...wanted, points }).then(acknowledge)
  }
}

/** What was not on disk at the crash is gone; nothing that was acknowledged may be among it. */
function forgetUnwritten(model: Model, { rig }: Real): void {
  const { received } = rig.ledger.totals().messages
  const { acknowledged } = model.life
  assert.ok(received >= acknowledged, `${received} received, ${acknowledged} acknowledged`)
  assert.ok(received <= model.messages.length)
  model.messages = model.messages.slice(0, received)
}

/** Both equations, for every device and in total, and pending against what the spool holds for the primary. */
function checkBooks(model: Model, { rig, primary }: Real): void {
  const { ledger, devices, spool } = rig
  const written = model.messages.slice(0, ledger.totals().messages.received)
  for (const name of DEVICES) {
    const [device] = devices.find(name)
    if (device === undefined) continue
    const { messages, points } = ledger.counts(device.slot)
    const own = written.filter((message) => message.kind !== 'ignored' && message.device === name)
    const decoded = own.filter(({ kind }) => kind === 'decoded').length
    assert.deepEqual(messages, {
      received: own.length,
      decoded,
      ignored: 0,
      deadLettered: own.length - decoded,
      refused: 0,
    })
    assert.equal(points.decoded, pointsOf(own))
    assertBalanced(points)
  }
  const totals = ledger.totals()
  assertBalanced(totals.points)
  assert.deepEqual(totals, ledger.sum(Array.from({ length: devices.size + 1 }, (_, slot) => slot)))
  const { ignored, received, deadLettered, decoded, refused } = totals.messages
  assert.equal(received, decoded + ignored + deadLettered + refused)
  const { settledThrough } = ledger.checkpoint
  const behind = Math.max(settledThrough, spool.cursors.of(primary).sequence)
  assert.equal(totals.points.pending, pointsAfter(rig, behind))
}

function assertBalanced({ decoded, stored, filtered, deadLettered, pending }: PointCounts): void {
  assert.equal(decoded, stored + filtered + deadLettered + pending)
  assert.ok(pending >= 0 && stored >= 0, `${pending} pending, ${stored} stored`)
}

function pointsAfter({ spool }: SpoolRig, sequence: number): number {
  let points = 0
  for (let s = sequence + 1; s <= spool.lastSequence; s++) points += spool.read(s)!.block.points
  return points
}

function pointsOf(messages: readonly Message[]): number {
  let count = 0
  for (const message of messages) {
    if (message.kind === 'decoded') count += message.points.length + message.filtered + message.deadLettered
  }
  return count
}

/** With every sink up again: stored + dead-lettered = decoded, and each store holds each good point. */
async function checkEnd(model: Model, real: Real): Promise<void> {
  for (const i of real.sinks.keys()) real.turn(i, 'up')
  await real.rig.spool.flush()
  assert.equal(await real.rig.forwarders.drain(10_000), true)
  checkBooks(model, real)
  const { ledger, devices, spool } = real.rig
  assert.equal(ledger.totals().messages.received, model.messages.length)
  assert.equal(ledger.totals().points.pending, 0)
  for (const name of DEVICES) {
    const [device] = devices.find(name)
    const own = model.messages.filter((message) => message.kind === 'decoded' && message.device === name)
    const names = own.flatMap((message) => (message.kind === 'decoded' ? message.points : []))
    const poison = names.filter((point) => point.startsWith(POISON)).length
    const stored = device === undefined ? 0 : ledger.counts(device.slot).points.stored
    assert.equal(stored, names.length - poison)
  }
  const names = model.messages.flatMap((message) => (message.kind === 'decoded' ? message.points : []))
  const letters = spool.deadLetters.list({ limit: 1_000_000, reason: 'sink_rejected' })
  for (const sink of real.sinks) checkStore(sink, names, letters)
}

function checkStore(
  sink: ScriptedSink,
  names: readonly string[],
  letters: readonly StoredDeadLetter[],
): void {
  const own = letters.filter((letter) => letter.sink === sink.name)
  const refused = own.map(({ payload }) => /point="([^"]+)"/.exec(payload.toString())![1]!)
  assert.deepEqual(
    refused,
    names.filter((name) => name.startsWith(POISON)),
  )
  const stored = new Set([...sink.stored.keys()].map((line) => /point="([^"]+)"/.exec(line)![1]!))
  for (const name of names) assert.equal(stored.has(name), !name.startsWith(POISON), name)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

test('the counts add up after every step of any run, crashes and other primaries included', {
  timeout: 60_000,
}, async () => {
  const property = fc.asyncProperty(
    fc.commands(commands, { maxCommands: 30, size: 'max' }),
    async (steps) => {
      const real = new Real()
      const model = new Model()
      await real.open()
      try {
        await fc.asyncModelRun(() => ({ model, real }), steps)
        await checkEnd(model, real)
      } finally {
        await real.remove()
      }
    },
  )
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true })
})
