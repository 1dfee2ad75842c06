import { type Judgement, type Refused, refused } from '../../core/judgement.js'
import { FieldType, type PointBatch } from '../../core/point-batch.js'
import type { PointContext, QualityStage } from '../quality.js'
import type { TypeSettings } from '../settings.js'
import { coerced } from './coercion.js'
import type { KnownTypes } from './known-types.js'

const SHOWN_CHARACTERS = 100
const TYPE_NAMES: Readonly<Record<FieldType, string>> = {
  [FieldType.float]: 'float',
  [FieldType.integer]: 'integer',
  [FieldType.boolean]: 'boolean',
  [FieldType.string]: 'string',
}

/**
 * A field keeps the type with which its measurement had it first. The fields that its series is known to have are compared
 * by their place, the others are looked up.
 */
export class TypesStage implements QualityStage {
  readonly #coerces: boolean
  readonly #known: KnownTypes

  constructor(settings: TypeSettings, known: KnownTypes) {
    this.#coerces = settings.onChange === 'coerce'
    this.#known = known
  }

  judge(batch: PointBatch, p: number, context: PointContext): Judgement {
    const { names, types } = context.series.fields
    const end = batch.firstField[p + 1]!
    for (let f = batch.firstField[p]!, at = 0; f < end; f++, at++) {
      if (names[at] === batch.names[f] && types[at] === batch.types[f]) continue
      return this.#judgeEach(batch, p, context)
    }
    return 'keep'
  }

  /** For points whose fields are not just the first ones of the series. */
  #judgeEach(batch: PointBatch, p: number, context: PointContext): Judgement {
    const end = batch.firstField[p + 1]!
    let hasChanged = false
    for (let f = batch.firstField[p]!; f < end; f++) {
      const type = this.#typeOf(batch.names[f]!, context)
      if (type === undefined || type === batch.types[f]) continue
      const text = this.#coerces ? coerced(batch.types[f]!, batch.texts[f]!, type) : undefined
      if (text === undefined) return changed(batch, f, type)
      batch.change(f, type, text)
      hasChanged = true
    }
    if (hasChanged) context.noted('type_coerced')
    return 'keep'
  }

  #typeOf(name: string, { series, measurement }: PointContext): FieldType | undefined {
    const place = series.fields.place(name)
    return place < 0 ? this.#known.of(measurement, name) : series.fields.types[place]
  }
}

function changed(batch: PointBatch, f: number, known: FieldType): Refused {
  const type = TYPE_NAMES[batch.types[f]!]
  const text = batch.texts[f]!.slice(0, SHOWN_CHARACTERS)
  return refused(
    'type_changed',
    `field ${batch.names[f]!} is of type ${TYPE_NAMES[known]}; it came as ${type} ${JSON.stringify(text)}`,
  )
}
