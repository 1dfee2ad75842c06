import type { Device } from '../core/device.js'
import type { Judgement } from '../core/judgement.js'
import type { PointBatch } from '../core/point-batch.js'
import type { ReasonCode } from '../core/reasons.js'
import type { SeriesState } from './series-state.js'

/** What the stages know of a point beside its batch; one object, reused, valid during the call. */
export interface PointContext {
  readonly device: Device
  /** Measurement of the point, the route's where the payload names none. */
  readonly measurement: string
  /** What is remembered of its series. */
  readonly series: SeriesState
  /** Epoch milliseconds of arrival; of a letter that is replayed, of its first arrival. */
  readonly arrivalMs: number
  /** It arrived earlier: no news of the clock of its device. */
  readonly isReplay: boolean
  /** Time of arrival in nanoseconds, in decimal, given to no other point of the series. */
  arrivalNs(): string
  /** Counts what passes, but not as it came. */
  noted(reason: ReasonCode): void
  /**
   * Gives back a line that was filtered before, with its newline (swinging door): it is stored after all, and the ledger
   * moves it from filtered, under `reason`, to pending.
   */
  released(line: string, reason: ReasonCode): void
  /** The line of the point as it stands, with its newline, to be kept for `released`. */
  line(): string
}

/**
 * What stands between decoding and storing. A stage judges the points of a message one by one, in order, and may change a
 * point (`PointBatch.change`, `retime`, `clockFaults`) before it lets it pass. It must not keep references into the batch,
 * which is reused. A stage that throws has a defect: the caller makes the point a dead letter.
 */
export interface QualityStage {
  judge(batch: PointBatch, point: number, context: PointContext): Judgement
}

/** Every point passes as it is. */
export const passThrough: QualityStage = { judge: () => 'keep' }
