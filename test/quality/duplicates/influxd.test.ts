import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DuplicatesStage } from '../../../src/quality/duplicates/duplicates-stage.js'
import { PointMemory } from '../../../src/quality/duplicates/point-memory.js'
import { type Influxd, startInfluxd } from '../../support/influxd.js'
import type { PlainPoint } from '../../support/points.js'
import { deviceOf, pick, pointAt, TestContext } from '../../support/quality-context.js'
import { seeded } from '../../support/random-mqtt.js'

const FIELDS = ['temperature', 'pressure', 'state'] as const

let influxd: Influxd

before(async () => {
  influxd = await startInfluxd()
})
after(() => influxd.remove())

/** A reading of a device that gives many of its points the same time, and sends some again. */
function reading(random: () => number, step: number): PlainPoint {
  const time = `${1_772_600_767_000 + Math.floor(step / 5) * 10}000000`
  const fields = FIELDS.filter((name) => name === 'temperature' || random() < 0.6)
  return pointAt(
    time,
    ...fields.map((name) =>
      name === 'state'
        ? ([name, 'string', pick(random, ['RUN', 'STOP'])] as const)
        : ([name, 'float', String(Math.floor(random() * 4))] as const),
    ),
  )
}

test('count() of every field is the number of points that were kept, though times repeat', async () => {
  const random = seeded(11)
  const stage = new DuplicatesStage(64, new PointMemory())
  const contexts = [1, 2, 3].map((slot) => new TestContext(deviceOf(slot)))
  const kept: Record<string, number> = { temperature: 0, pressure: 0, state: 0 }
  let lines = ''
  let left = 0
  for (const context of contexts) {
    const sent: PlainPoint[] = []
    for (let step = 0; step < 2_000; step++) {
      const isAgain = sent.length > 0 && random() < 0.2
      const point = isAgain ? pick(random, sent.slice(-20)) : reading(random, step)
      sent.push(point)
      if (context.judgeOne(stage, point).judgement !== 'keep') {
        left++
        continue
      }
      lines += context.line()
      for (const [name] of point.fields) kept[name]!++
    }
  }
  const moved = contexts.reduce((sum, { notes }) => sum + notes.length, 0)
  assert.ok(
    left > 1_000 && moved > 1_000,
    `${left} duplicates and ${moved} moved points: too few to show anything`,
  )

  const answer = await fetch(`${influxd.url}/write?db=factory`, { method: 'POST', body: lines })
  assert.equal(answer.status, 204)
  const counted = await Promise.all(FIELDS.map((name) => influxd.values(`SELECT COUNT("${name}") FROM "m"`)))
  assert.deepEqual(Object.fromEntries(FIELDS.map((name, i) => [name, counted[i]![0]])), kept)
})
