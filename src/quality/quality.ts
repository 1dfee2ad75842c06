import type { DeadLetterReason } from '../core/dead-letter.js'
import type { Device } from '../core/device.js'
import type { PointBatch } from '../core/point-batch.js'

/** `keep` passes a point on, `filter` leaves it out on purpose (counted as filtered); a reason makes it a dead letter. */
export type Judgement = 'keep' | 'filter' | DeadLetterReason

/**
 * What stands between decoding and storing. A stage judges the points of a message one by one, in order, and may
 * change a point in place (its time, the texts and types of its fields) before it lets it pass. It must not keep
 * references into the batch, which is reused.
 */
export interface QualityStage {
  judge(batch: PointBatch, point: number, device: Device): Judgement
}

/** Every point passes as it is. */
export const passThrough: QualityStage = { judge: () => 'keep' }
