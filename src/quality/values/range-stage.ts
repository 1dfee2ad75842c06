import { filtered, type Judgement, refused } from '../../core/judgement.js'
import { FieldType, type PointBatch } from '../../core/point-batch.js'
import type { PointContext, QualityStage } from '../quality.js'
import type { RangeSettings } from '../settings.js'
import type { FieldNumbers } from './field-numbers.js'
import type { FieldRules } from './field-rules.js'

const OUT_OF_BOUNDS = filtered('out_of_bounds')

/** Looks whether numbers are plausible. Texts and booleans have no bounds. */
export class RangeStage implements QualityStage {
  readonly #rules: FieldRules
  readonly #numbers: FieldNumbers

  constructor(rules: FieldRules, numbers: FieldNumbers) {
    this.#rules = rules
    this.#numbers = numbers
  }

  judge(batch: PointBatch, point: number, context: PointContext): Judgement {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    let clamped = false
    for (let f = first; f < end; f++) {
      const range = this.#rules.at(f - first, batch.names[f]!)?.range
      if (range === undefined || batch.types[f]! > FieldType.integer) continue
      const value = this.#numbers.of(f - first, batch.texts[f]!)
      const limit = limitOf(range, value)
      if (limit === undefined) continue
      if (range.otherwise === 'filter') return OUT_OF_BOUNDS
      if (range.otherwise === 'dead-letter') return outOfBounds(batch, f, range)
      batch.change(f, batch.types[f]!, limitText(limit, batch.types[f]!, limit === range.min))
      clamped = true
    }
    if (clamped) context.noted('value_clamped')
    return 'keep'
  }
}

/** The limit that the value is beyond. */
function limitOf({ min, max }: RangeSettings, value: number): number | undefined {
  if (min !== undefined && value < min) return min
  return max !== undefined && value > max ? max : undefined
}

/** An integer stays one: the nearest that is within. */
function limitText(limit: number, type: FieldType, isMin: boolean): string {
  if (type === FieldType.float) return String(limit)
  return String(BigInt(isMin ? Math.ceil(limit) : Math.floor(limit)))
}

const MAX_SHOWN = 40

function outOfBounds({ names, texts }: PointBatch, f: number, { min, max }: RangeSettings): Judgement {
  const value = texts[f]!.slice(0, MAX_SHOWN)
  const bounds = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ]
  return refused(
    'value_out_of_bounds',
    `field ${names[f]!}: ${value} is out of bounds: ${bounds.join(' and ')}`,
  )
}
