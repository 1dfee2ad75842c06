import type { Judgement } from '../core/judgement.js'
import type { PointBatch } from '../core/point-batch.js'
import type { PointContext, QualityStage } from './quality.js'

/** Stages one after the other; the first that does not keep a point decides. */
export class Chain implements QualityStage {
  readonly #stages: readonly QualityStage[]

  constructor(stages: readonly QualityStage[]) {
    this.#stages = stages
  }

  judge(batch: PointBatch, point: number, context: PointContext): Judgement {
    const stages = this.#stages
    for (let at = 0; at < stages.length; at++) {
      const judgement = stages[at]!.judge(batch, point, context)
      if (judgement !== 'keep') return judgement
    }
    return 'keep'
  }
}
