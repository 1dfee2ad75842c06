import { ArrivalClock } from '../core/clock.js'
import type { Device } from '../core/device.js'
import { encodePoint } from '../core/line-protocol.js'
import type { PointBatch } from '../core/point-batch.js'
import type { ReasonCode } from '../core/reasons.js'
import type { PointContext } from '../quality/quality.js'
import type { SeriesState } from '../quality/series-state.js'
import { BlockClock, type Numbered } from './block-clock.js'
import type { Outcomes } from './outcomes.js'
import type { Series, Target } from './target.js'

/** When a message arrived: now, or, for one that is replayed, long ago. */
export interface Arrival {
  readonly ms: number
  /** Nanoseconds in decimal, another each time. */
  nextNs(): string
}

/** The point that quality is looking at, and what is known beside it; one object for all points. */
export class PointInHand implements PointContext {
  readonly batch: PointBatch
  target!: Target
  chosen!: Series
  p = 0
  readonly #clock = new ArrivalClock()
  readonly #arrivals: BlockClock
  #outcomes!: Outcomes
  /** Undefined for a message that arrives now. */
  #arrival: Arrival | undefined
  #ns = ''
  #series: SeriesState | undefined

  /** @param open the block that messages join */
  constructor(batch: PointBatch, open: Numbered) {
    this.batch = batch
    this.#arrivals = new BlockClock(open)
  }

  /** To be called for each message. */
  begin(outcomes: Outcomes, arrival?: Arrival): void {
    this.#outcomes = outcomes
    this.#arrival = arrival
  }

  turnTo(p: number, target: Target): void {
    const { batch } = this
    this.p = p
    this.target = target
    this.chosen = target.series(batch.measurements[p]!, batch.tags[p]!)
    this.#ns = ''
    this.#series = undefined
    batch.settle()
  }

  get device(): Device {
    return this.target.device
  }

  get measurement(): string {
    return this.chosen.measurement
  }

  get series(): SeriesState {
    this.#series ??= this.chosen.state
    return this.#series
  }

  get isReplay(): boolean {
    return this.#arrival !== undefined
  }

  get arrivalMs(): number {
    return this.#arrival === undefined ? this.#arrivals.nowMs : this.#arrival.ms
  }

  arrivalNs(): string {
    if (this.#ns === '') this.#ns = (this.#arrival ?? this.#clock).nextNs()
    return this.#ns
  }

  /** Of the point, as it stands: a point without a time of its own gets that of its arrival, which no other point has. */
  timeNs(): string {
    const timeNs = this.batch.times[this.p]!
    return timeNs === '' ? this.arrivalNs() : timeNs
  }

  /** Whether the point, as it stands, has the time of its arrival. */
  get isOfArrival(): boolean {
    return this.timeNs() === this.#ns
  }

  line(): string {
    return encodePoint(this.batch, this.p, this.chosen.key, this.timeNs())
  }

  noted(reason: ReasonCode): void {
    this.#outcomes.noted(this, reason)
  }

  released(line: string, reason: ReasonCode): void {
    this.#outcomes.released(this, line, reason)
  }
}
