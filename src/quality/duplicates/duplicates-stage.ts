import { filtered, type Judgement } from '../../core/judgement.js'
import type { PointBatch } from '../../core/point-batch.js'
import type { PointContext, QualityStage } from '../quality.js'
import { NanoTime } from '../time/nano-time.js'
import { ContentHash } from './content-hash.js'
import type { PointMemory } from './point-memory.js'
import type { RecentPoints } from './recent-points.js'

const DUPLICATE = filtered('duplicate')

/**
 * InfluxDB keeps one point per series and time: the second replaces the first. Of the last `window` points of a series, as
 * they were accepted:
 *
 * - the same time and the same content is a redelivery, and left out;
 * - the same time and another content is another point: it is moved on by the fewest nanoseconds to a time that none of
 *   them has. Its redelivery is known by the time with which it came.
 *
 * Points without a time get that of their arrival, which no other such point has. They are remembered only where the series
 * has points with times of their own.
 *
 * The stage stands behind all stages that change values, so that it judges what is stored (content-hash.ts).
 */
export class DuplicatesStage implements QualityStage {
  readonly #window: number
  readonly #memory: PointMemory
  readonly #time: NanoTime
  readonly #moved = new NanoTime()
  readonly #hash = new ContentHash()

  /**
   * @param window points remembered per series; 0 lets everything pass.
   * @param time where the time of a point is read to, as other stages may have done
   */
  constructor(window: number, memory: PointMemory, time = new NanoTime()) {
    this.#window = window
    this.#memory = memory
    this.#time = time
  }

  judge(batch: PointBatch, p: number, context: PointContext): Judgement {
    if (this.#window === 0) return 'keep'
    const { series } = context
    if (batch.times[p] === '') {
      if (series.recent === undefined) return 'keep'
      batch.retime(p, context.arrivalNs())
    }
    const recent = series.recent ?? this.#memory.of(series, this.#window)
    const time = this.#time
    time.read(batch.times[p]!)
    this.#hash.read(batch, batch.firstField[p]!, batch.firstField[p + 1]!, series.fields)
    this.#hash.join(time.high, time.low)
    if (!recent.isNewer(time)) return this.#judgeLate(batch, p, context, recent)
    recent.add(this.#hash, time, this.#memory.slabs, this.#window)
    return 'keep'
  }

  /** Not newer than what came before: it may be here already, or its time may be taken. */
  #judgeLate(batch: PointBatch, p: number, context: PointContext, recent: RecentPoints): Judgement {
    if (recent.has(this.#hash)) return DUPLICATE
    if (recent.movedBy(this.#time) > 0 || recent.isTaken(this.#time)) {
      return this.#move(batch, p, context, recent)
    }
    recent.add(this.#hash, this.#time, this.#memory.slabs, this.#window)
    return 'keep'
  }

  /**
   * A clock that stands still gives one time to any number of points: the search goes on where the last one ended, also
   * when the first of them are forgotten.
   */
  #move(batch: PointBatch, p: number, context: PointContext, recent: RecentPoints): Judgement {
    const moved = this.#moved
    let nanos = recent.movedBy(this.#time)
    moved.read(batch.times[p]!)
    moved.add(nanos)
    do {
      moved.add(1)
      nanos++
      this.#hash.join(moved.high, moved.low)
      if (recent.hasRecalled(this.#hash)) return DUPLICATE
    } while (recent.isTaken(moved))
    this.#hash.join(this.#time.high, this.#time.low)
    recent.moved(this.#time, nanos)
    recent.add(this.#hash, moved, this.#memory.slabs, this.#window)
    batch.retime(p, moved.toString())
    context.noted('time_moved')
    return 'keep'
  }
}
