import type { Filtered, Refused } from '../core/judgement.js'
import type { ReasonCode } from '../core/reasons.js'
import type { PointInHand } from './point-in-hand.js'

/** Where a reader takes what becomes of the points of a message. */
export interface Outcomes {
  kept(point: PointInHand): void
  filtered(point: PointInHand, judgement: Filtered): void
  /** The point is as it was decoded. */
  refused(point: PointInHand, judgement: Refused): void
  /** It passes, or what follows happens to it, but not as it came. */
  noted(point: PointInHand, reason: ReasonCode): void
  /** A line of the same series that was filtered before is kept after all. */
  released(point: PointInHand, line: string, reason: ReasonCode): void
}
