import { isUtf8 } from 'node:buffer'
import { FieldType, NO_TAGS, type PointBatch } from '../core/point-batch.js'
import { DecodeError, type Decoder, type DecoderOptions, type TopicMemory } from './decoder.js'
import { addTyped, checkFinite, isNumber, normaliseNumber } from './typed-field.js'

/** A bare number, boolean or word; the field is named by the route or by the last level of the topic. */
export class ValueDecoder implements Decoder {
  readonly #options: DecoderOptions

  constructor(options: DecoderOptions) {
    this.#options = options
  }

  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    if (!isUtf8(payload)) throw new DecodeError('not_utf8', 'the payload is not UTF-8')
    const text = payload.toString().trim()
    if (text === '') throw new DecodeError('no_fields', 'the payload is empty')
    const name = this.#options.field ?? memory.lastLevel
    const found = typeOf(text)
    const declared = this.#options.fieldTypes[name]
    if (declared !== undefined) addTyped(batch, name, declared, found, text)
    else if (found === FieldType.float) addFloat(batch, name, text)
    else batch.field(name, found, found === FieldType.boolean ? text.toLowerCase() : text)
    batch.point('', NO_TAGS, '')
  }
}

function typeOf(text: string): FieldType {
  if (isNumber(text)) return FieldType.float
  const lower = text.toLowerCase()
  return lower === 'true' || lower === 'false' ? FieldType.boolean : FieldType.string
}

function addFloat(batch: PointBatch, name: string, text: string): void {
  const number = normaliseNumber(text)
  checkFinite(number, name)
  batch.field(name, FieldType.float, number)
}
