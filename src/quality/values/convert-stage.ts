import { type Judgement, refused } from '../../core/judgement.js'
import { FieldType, type PointBatch } from '../../core/point-batch.js'
import type { PointContext, QualityStage } from '../quality.js'
import { coerced } from '../types/coercion.js'
import type { Conversion } from './conversion.js'
import type { ConvertedValues } from './converted-values.js'
import { numberOf } from './decimal.js'
import type { FieldNumbers } from './field-numbers.js'
import type { FieldRules } from './field-rules.js'

/**
 * Converts and scales. A field with a unit or a scale is a float, whatever its values: a type that followed from the value
 * would change with it.
 */
export class ConvertStage implements QualityStage {
  readonly #rules: FieldRules
  readonly #numbers: FieldNumbers
  readonly #coerces: boolean

  /** @param coerces numbers that come as text are taken for numbers. */
  constructor(rules: FieldRules, numbers: FieldNumbers, coerces: boolean) {
    this.#rules = rules
    this.#numbers = numbers
    this.#coerces = coerces
  }

  judge(batch: PointBatch, point: number, context: PointContext): Judgement {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    let hasTexts = false
    for (let f = first; f < end; f++) {
      const conversion = this.#rules.at(f - first, batch.names[f]!)?.conversion
      if (conversion === undefined) continue
      hasTexts ||= batch.types[f] === FieldType.string
      const judgement = this.#convert(batch, f, f - first, conversion)
      if (judgement !== 'keep') return judgement
    }
    if (hasTexts) context.noted('type_coerced')
    return 'keep'
  }

  #convert(batch: PointBatch, f: number, position: number, conversion: Conversion): Judgement {
    const text = this.#numberText(batch.types[f]!, batch.texts[f]!)
    if (text === undefined) return noNumber(batch, f)
    const unit = batch.hasUnits ? batch.units[f]! : ''
    const linear = unit === '' ? conversion.fixed : conversion.from(unit)
    if (linear === undefined) return unitUnknown(batch.names[f]!, unit, conversion.target)
    if (!linear.isIdentity) return this.#apply(batch, f, position, linear.values)
    if (batch.types[f] !== FieldType.float) batch.change(f, FieldType.float, text)
    return 'keep'
  }

  /** Undefined for what is no number. */
  #numberText(type: FieldType, text: string): string | undefined {
    if (type === FieldType.float || type === FieldType.integer) return text
    return this.#coerces && type === FieldType.string ? coerced(type, text, FieldType.float) : undefined
  }

  #apply(batch: PointBatch, f: number, position: number, values: ConvertedValues): Judgement {
    const slot = values.slotOf(numberOf(batch.texts[f]!))
    const value = values.to(slot)
    if (!Number.isFinite(value)) return beyondDouble(batch.names[f]!, batch.texts[f]!)
    const text = values.text(slot)
    this.#numbers.note(position, text, value)
    batch.change(f, FieldType.float, text)
    return 'keep'
  }
}

const MAX_SHOWN = 40

function noNumber({ names, texts }: PointBatch, f: number): Judgement {
  const value = texts[f]!.slice(0, MAX_SHOWN)
  return refused(
    'type_changed',
    `field ${names[f]!}: "${value}" is no number, and the field has a unit or a scale`,
  )
}

function unitUnknown(name: string, unit: string, target: string): Judgement {
  const problem =
    unit === ''
      ? 'comes without a unit, and the configuration names none'
      : `the unit "${unit.slice(0, MAX_SHOWN)}" is unknown or measures something else`
  return refused('unit_unknown', `field ${name}: ${problem}; it is stored as ${target}`)
}

function beyondDouble(name: string, text: string): Judgement {
  const value = text.slice(0, MAX_SHOWN)
  return refused(
    'value_out_of_bounds',
    `field ${name}: ${value} is beyond the range of a double once converted`,
  )
}
