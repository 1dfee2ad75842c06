import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DeadbandSettings } from '../../../src/quality/settings.js'
import { DeadbandStage } from '../../../src/quality/values/deadband-stage.js'
import { FieldNumbers } from '../../../src/quality/values/field-numbers.js'
import { FieldRules } from '../../../src/quality/values/field-rules.js'
import { floats, QualityStream, START_MS } from '../../support/quality-stream.js'

/** One reading: how long after the one before, and its values; a field may be missing. */
interface Reading {
  readonly afterMs: number
  readonly values: Readonly<Record<string, number>>
}

interface Sample {
  readonly ms: number
  readonly value: number
}

const value = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map((n) => n / 4),
  fc.double({ min: -1000, max: 1000, noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
)
const afterMs = fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 600_000 }))
const width = fc.constantFrom(0, 0.1, 0.5, 1, 25)

const oneField = readingsOf(fc.record({ a: value }))
const severalFields = readingsOf(fc.record({ a: value, b: value, c: value }, { requiredKeys: [] }))

function readingsOf(values: fc.Arbitrary<Record<string, number>>): fc.Arbitrary<Reading[]> {
  return fc.array(fc.record({ afterMs, values }), { minLength: 1, maxLength: 60 })
}

/** Samples of each field, as they were sent and as they are stored. */
function run(readings: readonly Reading[], deadbands: Readonly<Record<string, DeadbandSettings>>) {
  const fields = Object.entries(deadbands).map(([name, deadband]) => [name, { deadband }] as const)
  const stage = new DeadbandStage(new FieldRules(Object.fromEntries(fields)), new FieldNumbers())
  const stream = new QualityStream(stage)
  const lines: string[] = []
  let ms = 0
  for (const { afterMs: after, values } of readings) {
    ms += after
    if (Object.keys(values).length === 0) continue
    stream.send(floats(ms, values))
    lines.push(stream.line())
  }
  // Each is stored once or filtered.
  assert.equal(stream.stored.length + stream.filtered, lines.length)
  assert.equal(new Set(stream.stored).size, stream.stored.length)
  const sent = new Set(lines)
  assert.ok(stream.stored.every((line) => sent.has(line)))
  return { sent: lines, stored: stream.stored }
}

function samplesOf(lines: readonly string[], field: string): Sample[] {
  return lines.flatMap((line) => {
    const [, fields = '', ns = ''] = line.trim().split(' ')
    const found = fields.split(',').find((text) => text.startsWith(`${field}=`))
    if (found === undefined) return []
    return [{ ms: Number(BigInt(ns) / 1_000_000n) - START_MS, value: Number(found.slice(field.length + 1)) }]
  })
}

/** No sample before the last that is stored is off the straight lines between those stored by more. */
function assertInterpolates(sent: readonly Sample[], stored: readonly Sample[], deviation: number): void {
  const ordered = [...stored].sort((a, b) => a.ms - b.ms)
  const last = ordered.at(-1)
  for (const sample of sent) {
    if (last === undefined || sample.ms > last.ms) return
    const at = ordered.findIndex(({ ms }) => ms >= sample.ms)
    const [from, to] = [ordered[at - 1] ?? ordered[at]!, ordered[at]!]
    const share = to.ms === from.ms ? 1 : (sample.ms - from.ms) / (to.ms - from.ms)
    const line = from.value + share * (to.value - from.value)
    const rounding = 1e-9 * (1 + Math.abs(sample.value) + Math.abs(line))
    assert.ok(
      Math.abs(line - sample.value) <= deviation + rounding,
      `${sample.ms}: ${sample.value}, not ${line}`,
    )
  }
}

/** Every sample is as near to the one stored last as the deadband says. */
function assertHolds(
  sent: readonly Sample[],
  stored: readonly Sample[],
  widthAt: (value: number) => number,
): void {
  const times = new Map(stored.map((sample) => [sample.ms, sample]))
  let last: Sample | undefined
  for (const sample of sent) {
    last = times.get(sample.ms) ?? last
    assert.ok(last !== undefined)
    assert.ok(Math.abs(sample.value - last.value) <= widthAt(last.value))
  }
}

test('interpolating what a swinging door stores is wrong by its deviation at most', () => {
  fc.assert(
    fc.property(oneField, width, (readings, swingingDoor) => {
      const { sent, stored } = run(readings, { a: { swingingDoor } })
      assertInterpolates(samplesOf(sent, 'a'), samplesOf(stored, 'a'), swingingDoor)
    }),
    { numRuns: 500 },
  )
})

test('so it is for every field, whichever fields the points have', () => {
  fc.assert(
    fc.property(severalFields, width, width, (readings, a, b) => {
      const { sent, stored } = run(readings, {
        a: { swingingDoor: a },
        b: { swingingDoor: b },
        c: { absolute: 1 },
      })
      assertInterpolates(samplesOf(sent, 'a'), samplesOf(stored, 'a'), a)
      assertInterpolates(samplesOf(sent, 'b'), samplesOf(stored, 'b'), b)
      assertHolds(samplesOf(sent, 'c'), samplesOf(stored, 'c'), () => 1)
    }),
    { numRuns: 500 },
  )
})

test('so it is beside fields that always pass', () => {
  fc.assert(
    fc.property(severalFields, width, (readings, swingingDoor) => {
      const { sent, stored } = run(readings, { a: { swingingDoor }, b: { percent: 5 } })
      assertInterpolates(samplesOf(sent, 'a'), samplesOf(stored, 'a'), swingingDoor)
      assertHolds(samplesOf(sent, 'b'), samplesOf(stored, 'b'), (last) => Math.abs(last) * 0.05)
      assert.deepEqual(samplesOf(stored, 'c'), samplesOf(sent, 'c'))
    }),
    { numRuns: 300 },
  )
})

test('what is not stored is inside the deadband of what is', () => {
  fc.assert(
    fc.property(severalFields, width, (readings, absolute) => {
      const { sent, stored } = run(readings, { a: { absolute }, b: { percent: 5 }, c: { absolute: 0 } })
      assertHolds(samplesOf(sent, 'a'), samplesOf(stored, 'a'), () => absolute)
      assertHolds(samplesOf(sent, 'b'), samplesOf(stored, 'b'), (last) => Math.abs(last) * 0.05)
      assertHolds(samplesOf(sent, 'c'), samplesOf(stored, 'c'), () => 0)
    }),
    { numRuns: 300 },
  )
})

test('no silence is longer than allowed where there is a point to end it', () => {
  const kinds = fc.constantFrom<DeadbandSettings>({ absolute: 1e9 }, { swingingDoor: 1e9 }, { percent: 1e9 })
  fc.assert(
    fc.property(oneField, kinds, (readings, kind) => {
      const { sent, stored } = run(readings, { a: { ...kind, maxSilenceMs: 5000 } })
      const times = new Set(samplesOf(stored, 'a').map(({ ms }) => ms))
      let last = Number.NEGATIVE_INFINITY
      for (const { ms } of samplesOf(sent, 'a')) {
        if (times.has(ms)) last = ms
        assert.ok(ms - last < 5000)
      }
    }),
    { numRuns: 300 },
  )
})

test('points in any order are never lost count of', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ ms: fc.integer({ min: 0, max: 20 }), a: value, b: fc.option(value) }), {
        maxLength: 60,
      }),
      (points) => {
        const rules = new FieldRules({ '*': { deadband: { swingingDoor: 2 } } })
        const stream = new QualityStream(new DeadbandStage(rules, new FieldNumbers()))
        let latest = -1
        for (const { ms, a, b } of points) {
          stream.send(floats(ms, b === null ? { a } : { a, b }))
          if (ms <= latest) assert.equal(stream.judgements.at(-1), 'keep')
          latest = Math.max(latest, ms)
        }
        assert.equal(stream.stored.length + stream.filtered, points.length)
      },
    ),
    { numRuns: 300 },
  )
})
