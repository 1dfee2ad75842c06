import { FieldType, NO_TAGS, type PointBatch } from '../core/point-batch.js'
import {
  DecodeError,
  type Decoder,
  type DecoderOptions,
  type FieldTypeName,
  type TopicMemory,
} from './decoder.js'
import { checkDistinct } from './field-names.js'
import { addFloat, addTyped, isNumber } from './typed-field.js'
import { utf8Text } from './utf8-text.js'

/** A bare number, boolean or word; the field is named by the route or by the last level of the topic. */
export class ValueDecoder implements Decoder {
  readonly #field: string | undefined
  readonly #types: ReadonlyMap<string, FieldTypeName>

  constructor({ field, fieldTypes }: DecoderOptions) {
    this.#field = field
    this.#types = new Map(Object.entries(fieldTypes))
  }

  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const text = utf8Text(payload).trim()
    if (text === '') throw new DecodeError('no_fields', 'the payload is empty')
    const name = this.#field ?? memory.lastLevel
    const found = typeOf(text)
    const value = found === FieldType.boolean ? text.toLowerCase() : text
    const declared = this.#types.get(name)
    if (declared !== undefined) addTyped(batch, name, declared, found, value)
    else if (found === FieldType.float) addFloat(batch, name, value)
    else batch.field(name, found, value)
    checkDistinct(batch, memory)
    batch.point('', NO_TAGS, '')
  }
}

function typeOf(text: string): FieldType {
  if (isNumber(text)) return FieldType.float
  const lower = text.toLowerCase()
  return lower === 'true' || lower === 'false' ? FieldType.boolean : FieldType.string
}
