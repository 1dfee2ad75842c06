import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { RateStage } from '../../../src/quality/rate/rate-stage.js'
import { SeriesState } from '../../../src/quality/series-state.js'
import type { RateSettings } from '../../../src/quality/settings.js'
import { floats, QualityStream } from '../../support/quality-stream.js'

function streamOf(settings: RateSettings): QualityStream {
  const stage = RateStage.of(settings)
  assert.ok(stage !== undefined)
  return new QualityStream(stage)
}

/** Outcomes of points that arrive after so many milliseconds each: k(ept) or l(imited). */
function arriving(stream: QualityStream, ...afterMs: readonly number[]): string {
  const before = stream.judgements.length
  for (const after of afterMs) {
    stream.arrivalMs += after
    stream.send(floats(0, { x: 1 }))
  }
  return stream.outcomes
    .slice(before)
    .map((outcome) => (outcome === 'keep' ? 'k' : outcome === 'rate_limited' ? 'l' : '?'))
    .join('')
}

describe('a rate limit', () => {
  test('lets a burst pass, and then what the rate allows', () => {
    const stream = streamOf({ pointsPerSecond: 10, burst: 3 })
    assert.equal(arriving(stream, 0, 0, 0, 0, 0), 'kkkll')
    assert.equal(arriving(stream, 99, 1, 0, 100, 300, 0, 0, 0), 'lklkkkkl')
  })

  test('has a burst of a second unless told otherwise', () => {
    assert.equal(arriving(streamOf({ pointsPerSecond: 2.5 }), 0, 0, 0, 0), 'kkkl')
    assert.equal(arriving(streamOf({ pointsPerSecond: 0.1 }), 0, 5000, 5000), 'klk')
  })

  test('of 0 is none', () => {
    assert.equal(RateStage.of({ pointsPerSecond: 0, burst: 5 }), undefined)
    assert.equal(RateStage.of({}), undefined)
  })

  test('is of each series by itself', () => {
    const stream = streamOf({ pointsPerSecond: 1 })
    assert.equal(arriving(stream, 0, 0), 'kl')
    stream.series = new SeriesState(1, 'm', 'other')
    assert.equal(arriving(stream, 0, 0), 'kl')
  })

  test('goes by the time of arrival: letters that are replayed are limited as they were when they came', () => {
    const stream = streamOf({ pointsPerSecond: 1 })
    assert.equal(arriving(stream, 0, 0), 'kl')
    assert.equal(arriving(stream, -86_400_000, 1000, 1000, 10, 86_400_000), 'lkklk')
  })

  test('passes no more than the burst and the rate, and everything that is slower', () => {
    const settings = fc.record({
      pointsPerSecond: fc.constantFrom(0.5, 1, 3, 50),
      burst: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(
      fc.property(
        settings,
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 100 }),
        (limit, afterMs) => {
          const stream = streamOf(limit)
          const kept = [...arriving(stream, ...afterMs)].filter((outcome) => outcome === 'k').length
          const elapsedMs = afterMs.slice(1).reduce((sum, ms) => sum + ms, 0)
          assert.ok(kept <= limit.burst + (elapsedMs / 1000) * limit.pointsPerSecond + 1e-6)
          if (afterMs.every((ms) => ms >= 2000)) assert.equal(kept, afterMs.length)
        },
      ),
    )
  })
})
