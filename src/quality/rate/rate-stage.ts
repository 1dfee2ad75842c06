import { filtered, type Judgement } from '../../core/judgement.js'
import type { PointBatch } from '../../core/point-batch.js'
import type { PointContext, QualityStage } from '../quality.js'
import type { RateSettings } from '../settings.js'
import { TokenBucket } from './token-bucket.js'

const RATE_LIMITED = filtered('rate_limited')
const MS_PER_SECOND = 1_000

/**
 * A token bucket per series, on the time of arrival: what a device buffered and sends at once is as much as it is. When
 * the time of arrival goes back (letters are replayed with theirs; the wall clock is set), the bucket goes back with it, as
 * it is: a replay is limited as its points were when they came.
 */
export class RateStage implements QualityStage {
  readonly #perMs: number
  readonly #burst: number

  /** Undefined if any number of points may come. */
  static of({ pointsPerSecond = 0, burst }: RateSettings): RateStage | undefined {
    if (pointsPerSecond === 0) return undefined
    return new RateStage(pointsPerSecond, burst ?? Math.max(1, Math.ceil(pointsPerSecond)))
  }

  private constructor(pointsPerSecond: number, burst: number) {
    this.#perMs = pointsPerSecond / MS_PER_SECOND
    this.#burst = burst
  }

  judge(_batch: PointBatch, _point: number, { series, arrivalMs }: PointContext): Judgement {
    series.rate ??= new TokenBucket(this.#burst, arrivalMs)
    const bucket = series.rate
    const elapsedMs = Math.max(0, arrivalMs - bucket.atMs)
    const tokens = Math.min(this.#burst, bucket.tokens + elapsedMs * this.#perMs)
    bucket.atMs = arrivalMs
    bucket.tokens = tokens < 1 ? tokens : tokens - 1
    return tokens < 1 ? RATE_LIMITED : 'keep'
  }
}
