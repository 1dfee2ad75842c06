import { FieldType, type PointBatch } from '../../../core/point-batch.js'
import { DecodeError, type FieldTypeName } from '../../decoder.js'
import { addTyped } from '../../typed-field.js'

/** Puts values into the open point of a batch, with the types that the route declares. */
export class FieldWriter {
  /** Values that were null, or that no store can hold (NaN, infinities): left out since this was last set to 0. */
  nulls = 0
  /** Of numeric fields to come; '' where none is known. */
  unit = ''
  readonly #types: ReadonlyMap<string, FieldTypeName>
  readonly #hasTypes: boolean
  readonly #maxFields: number
  #batch!: PointBatch
  #last = 0

  constructor(fieldTypes: Readonly<Record<string, FieldTypeName>>, maxFields: number) {
    this.#types = new Map(Object.entries(fieldTypes))
    this.#hasTypes = this.#types.size > 0
    this.#maxFields = maxFields
  }

  /** The fields to come are those of one metric. */
  open(batch: PointBatch): void {
    this.#batch = batch
    this.#last = batch.fields + this.#maxFields
    this.unit = ''
  }

  add(name: string, type: FieldType, text: string): void {
    const batch = this.#batch
    if (batch.fields >= this.#last)
      throw new DecodeError(
        'too_large',
        `metric with field ${name.slice(0, 80)}: more than ${this.#maxFields} values`,
      )
    const declared = this.#hasTypes ? this.#types.get(name) : undefined
    if (declared === undefined) batch.field(name, type, text)
    else addTyped(batch, name, declared, type, text)
    if (this.unit !== '' && type <= FieldType.integer) batch.unit(this.unit)
  }

  /** Text of the number as its exact decimal or as `NaN`, `Infinity`, `-Infinity`. */
  float(name: string, text: string): void {
    const first = text.charCodeAt(text.charCodeAt(0) === MINUS ? 1 : 0)
    if (first <= NINE) return this.add(name, FieldType.float, text)
    if (this.#types.get(name) === 'string') return this.add(name, FieldType.string, text)
    this.nulls++
  }

  /** An unsigned integer of 64 bits: beyond 63 bits only where the route says what it is to become. */
  unsigned64(name: string, text: string, fits: boolean): void {
    if (fits) return this.add(name, FieldType.integer, text)
    const declared = this.#types.get(name)
    if (declared === 'string' || declared === 'float') return this.add(name, FieldType.integer, text)
    throw new DecodeError(
      'out_of_range',
      `field ${name.slice(0, 80)}: UInt64 ${text} needs more than 63 bits; fieldTypes of the route can make it a string or a float`,
    )
  }
}

const MINUS = 0x2d
const NINE = 0x39
