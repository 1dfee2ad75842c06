import { FieldType, NO_TAGS, type PointBatch } from '../core/point-batch.js'
import {
  DecodeError,
  type Decoder,
  type DecoderOptions,
  type FieldTypeName,
  type TopicMemory,
} from './decoder.js'
import { checkDistinct, NameTable } from './field-names.js'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  JsonReader,
  LETTER_F,
  LETTER_N,
  LETTER_T,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-reader.js'
import { toNanoseconds } from './timestamp.js'
import { addTyped, checkFinite } from './typed-field.js'
import { utf8Text } from './utf8-text.js'

const MAX_DEPTH = 32
const MAX_REMEMBERED_KEYS = 256
const WELL_KNOWN_TIME_KEYS: ReadonlySet<string> = new Set(['ts', 'time', 'timestamp', 't'])

/**
 * JSON. An object is a point, an array of objects is a point each; nested names are joined by a point
 * (`spindle.load`), elements of inner arrays are fields by index (`zones.0`). Null means no value. A bare value is the
 * field of the topic's last level. Numbers are floats unless the route says otherwise, since a field that is 5 today
 * and 5.1 tomorrow must keep one type.
 *
 * One pass over the text, straight into the batch. Devices send the same keys in the same order: each key is first
 * compared with the one that stood there in the last message, and only cut out when it differs.
 */
export class JsonDecoder implements Decoder {
  readonly #timeKey: string | undefined
  readonly #options: DecoderOptions
  readonly #types: ReadonlyMap<string, FieldTypeName>
  readonly #hasTypes: boolean
  readonly #names = new NameTable()
  readonly #reader = new JsonReader()
  #batch!: PointBatch
  #memory!: TopicMemory
  /** Members of objects read so far in this message: the place of the next key in the memory. */
  #member = 0
  #time = ''

  constructor(options: DecoderOptions) {
    this.#options = options
    this.#timeKey = options.timestampKey
    this.#types = new Map(Object.entries(options.fieldTypes))
    this.#hasTypes = this.#types.size > 0
  }

  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const text = utf8Text(payload)
    this.#batch = batch
    this.#memory = memory
    this.#member = 0
    this.#time = ''
    this.#reader.open(text)
    this.#root()
    this.#reader.end()
    if (batch.points === 0) throw new DecodeError('no_fields', 'the payload holds no value')
  }

  #root(): void {
    const first = this.#reader.peek()
    if (first === OPEN_BRACE) return this.#record()
    if (first === OPEN_BRACKET) return this.#records()
    this.#value(this.#options.field ?? this.#memory.lastLevel, 0)
    this.#endPoint()
  }

  /** An array: each object is a point; the other elements are fields of one point, by index. */
  #records(): void {
    const reader = this.#reader
    const name = this.#options.field ?? this.#memory.lastLevel
    reader.expect(OPEN_BRACKET)
    if (reader.peek() === CLOSE_BRACKET) return void reader.at++
    let index = 0
    do {
      if (reader.peek() === OPEN_BRACE) {
        // Fields of scalar elements before this one are a point of their own.
        this.#endPoint()
        this.#record()
      } else this.#value(`${name}.${index}`, 0)
      index++
    } while (reader.another(CLOSE_BRACKET))
    this.#endPoint()
  }

  #record(): void {
    this.#object('', 0)
    this.#endPoint()
  }

  #endPoint(): void {
    checkDistinct(this.#batch, this.#memory)
    this.#batch.point('', NO_TAGS, this.#time)
    this.#time = ''
  }

  #object(prefix: string, depth: number): void {
    const reader = this.#reader
    if (depth === MAX_DEPTH) throw new DecodeError('too_deep', `more than ${MAX_DEPTH} levels of nesting`)
    reader.expect(OPEN_BRACE)
    if (reader.peek() === CLOSE_BRACE) return void reader.at++
    do {
      if (reader.peek() !== QUOTE) reader.fail('key expected')
      const place = this.#member++
      const name = this.#name(place, prefix)
      reader.expect(COLON)
      if (depth > 0 || !this.#isTimeKey(name) || !this.#takeTime(name)) this.#value(name, depth)
    } while (reader.another(CLOSE_BRACE))
  }

  /** The field name that the key at the cursor stands for. */
  #name(place: number, prefix: string): string {
    const { keys, prefixes, fields } = this.#memory
    const known = keys[place]
    if (known !== undefined && prefixes[place] === prefix && this.#reader.skipKnown(known))
      return fields[place]!
    return this.#newName(place, prefix)
  }

  #newName(place: number, prefix: string): string {
    const reader = this.#reader
    const start = reader.at + 1
    const key = reader.string()
    if (prefix === '' && key === '') throw new DecodeError('bad_name', 'JSON: a key is empty')
    const field = prefix === '' ? key : `${prefix}.${key}`
    if (place >= MAX_REMEMBERED_KEYS) return field
    const { keys, prefixes, fields } = this.#memory
    keys[place] = this.#names.get(reader.text.slice(start, reader.at - 1))
    prefixes[place] = this.#names.get(prefix)
    fields[place] = this.#names.get(field)
    return fields[place]
  }

  #value(name: string, depth: number): void {
    const reader = this.#reader
    const code = reader.peek()
    switch (code) {
      case QUOTE:
        return this.#add(name, FieldType.string, reader.string())
      case OPEN_BRACE:
        return this.#object(name, depth + 1)
      case OPEN_BRACKET:
        return this.#array(name, depth + 1)
      case LETTER_T:
        reader.literal('true')
        return this.#add(name, FieldType.boolean, 'true')
      case LETTER_F:
        reader.literal('false')
        return this.#add(name, FieldType.boolean, 'false')
      case LETTER_N:
        return reader.literal('null')
      default:
        return this.#addNumber(name, reader.number())
    }
  }

  #array(name: string, depth: number): void {
    const reader = this.#reader
    if (depth === MAX_DEPTH) throw new DecodeError('too_deep', `more than ${MAX_DEPTH} levels of nesting`)
    reader.expect(OPEN_BRACKET)
    if (reader.peek() === CLOSE_BRACKET) return void reader.at++
    let index = 0
    do {
      this.#value(`${name}.${index++}`, depth)
    } while (reader.another(CLOSE_BRACKET))
  }

  #addNumber(name: string, text: string): void {
    if (this.#reader.mayOverflow) checkFinite(text, name)
    this.#add(name, FieldType.float, text)
  }

  #add(name: string, found: FieldType, text: string): void {
    const type = this.#hasTypes ? this.#types.get(name) : undefined
    if (type === undefined) this.#batch.field(name, found, text)
    else addTyped(this.#batch, name, type, found, text)
  }

  #isTimeKey(name: string): boolean {
    return this.#timeKey === undefined ? WELL_KNOWN_TIME_KEYS.has(name) : name === this.#timeKey
  }

  /**
   * Takes the value at the cursor as the time of the point. Under a well-known key, a value that is no timestamp, or a
   * second one, is an ordinary field (`t` may be a temperature); under the configured key it is an error.
   */
  #takeTime(name: string): boolean {
    const reader = this.#reader
    const start = reader.at
    const code = reader.peek()
    const isText = code === QUOTE
    const isNumber = !isText && code !== OPEN_BRACE && code !== OPEN_BRACKET && !(code >= LETTER_F)
    if (this.#time !== '' || !(isText || isNumber)) return this.#noTime(name, start)
    const text = isText ? reader.string() : reader.number()
    const ns = toNanoseconds(text, this.#options.timestampUnit)
    if (ns === undefined) return this.#noTime(name, start)
    this.#time = ns
    return true
  }

  #noTime(name: string, start: number): boolean {
    this.#reader.at = start
    if (this.#timeKey === undefined) return false
    const fault =
      this.#time === '' ? `is no timestamp in unit ${this.#options.timestampUnit}` : 'stands twice'
    throw new DecodeError('bad_timestamp', `${name} ${fault}`)
  }
}
