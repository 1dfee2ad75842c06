import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuplicatesStage } from '../../../src/quality/duplicates/duplicates-stage.js'
import { PointMemory } from '../../../src/quality/duplicates/point-memory.js'
import { pick, pointAt, TestContext } from '../../support/quality-context.js'
import { seeded } from '../../support/random-mqtt.js'

interface Sent {
  readonly time: bigint
  readonly content: string
}

interface Remembered extends Sent {
  readonly stored: bigint
}

/** What the stage is to do, in plain words: all points in a list. */
class Model {
  readonly #window: number
  readonly #points: Remembered[] = []
  #last = { time: -1n, by: 0n }

  constructor(window: number) {
    this.#window = window
  }

  /** The time at which the point is stored; undefined for a duplicate. */
  send({ time, content }: Sent): bigint | undefined {
    const recent = this.#points.slice(-this.#window)
    if (recent.some((point) => point.time === time && point.content === content)) return undefined
    const isTaken = (at: bigint) => recent.some(({ stored }) => stored === at)
    let stored = time
    if (this.#last.time === time) stored += this.#last.by + 1n
    while (isTaken(stored)) stored++
    if (stored !== time) this.#last = { time, by: stored - time }
    this.#points.push({ time, content, stored })
    return stored
  }
}

function sendTo(stage: DuplicatesStage, context: TestContext, { time, content }: Sent): bigint | undefined {
  const point = pointAt(String(time), ['state', 'string', content], ['load', 'float', '0.5'])
  const { judgement, batch } = context.judgeOne(stage, point)
  if (judgement === 'keep') return BigInt(batch.times[0]!)
  assert.deepEqual(judgement, { kind: 'filter', reason: 'duplicate' })
  return undefined
}

/** Times that repeat, that lie a nanosecond apart and on both sides of a second, mostly in order, sometimes late. */
function sequence(seed: number, length: number): Sent[] {
  const random = seeded(seed)
  const steps = pick(random, [[0n, 1_000_000n], [0n, 0n, 1n, 2n], [0n, 1n, 499_999_999n], [1_000_000_000n]])
  let newest = 1_772_600_767_999_999_990n
  const sent: Sent[] = []
  for (let i = 0; i < length; i++) {
    newest += pick(random, steps)
    const late = random() < 0.2 ? BigInt(Math.floor(random() * 8)) * pick(random, steps) : 0n
    const isAgain = sent.length > 0 && random() < 0.3
    sent.push(
      isAgain
        ? pick(random, sent.slice(-12))
        : { time: newest - late, content: pick(random, ['RUN', 'STOP', 'a']) },
    )
  }
  return sent
}

test('points are kept, moved and left out as a list of all of them says, for any sequence and window', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const window = pick(seeded(seed), [1, 2, 3, 4, 7, 8, 20, 64, 200])
    const model = new Model(window)
    const context = new TestContext()
    const stage = new DuplicatesStage(window, new PointMemory())
    for (const [i, sent] of sequence(seed, 150).entries()) {
      const expected = model.send(sent)
      assert.equal(sendTo(stage, context, sent), expected, `seed ${seed}, window ${window}, point ${i}`)
    }
  }
})

test('within the window, each different point is kept once, at a time of its own', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const context = new TestContext()
    const stage = new DuplicatesStage(256, new PointMemory())
    const all = sequence(seed, 200)
    const times = all.map((sent) => sendTo(stage, context, sent)).filter((time) => time !== undefined)
    const different = new Set(all.map(({ time, content }) => `${time} ${content}`))
    assert.equal(times.length, different.size, `seed ${seed}: something is lost or doubled`)
    assert.equal(new Set(times).size, times.length, `seed ${seed}: a time is given twice`)
  }
})
