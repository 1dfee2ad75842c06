import { NO_TAGS, type PointBatch } from '../../core/point-batch.js'
import { DecodeError, type FieldTypeName, type TimestampUnit } from '../decoder.js'
import { type Document, type DocumentObject, isObject, MAX_DEPTH } from '../documents/index.js'
import { addTyped, checkFinite } from '../typed-field.js'
import { Exclusions, type FieldNode, FieldSlots, FieldTree } from './field-node.js'
import { isList } from './reader.js'
import { foundType, isScalar, type Scalar, scalarText } from './text.js'
import { timestampOf, WellKnownTime } from './well-known-time.js'

export interface PlainOptions {
  readonly timestampKey?: string
  readonly timestampUnit: TimestampUnit
  readonly fieldTypes: Readonly<Record<string, FieldTypeName>>
  readonly field?: string
}

/**
 * Documents without a mapping, read as docs/decoders.md says for `json`: the results are those of JsonDecoder for the same
 * content.
 */
export class PlainDocument {
  readonly #options: PlainOptions
  readonly #slots = new FieldSlots()
  readonly #tree: FieldTree
  readonly #time: WellKnownTime
  #batch!: PointBatch
  /** Number of the open point, never given twice. */
  #point = 0

  constructor(options: PlainOptions) {
    this.#options = options
    this.#time = new WellKnownTime(options.timestampUnit)
    this.#tree = new FieldTree({
      types: new Map(Object.entries(options.fieldTypes)),
      rename: new Map(),
      enums: new Map(),
      exclusions: new Exclusions(),
      slots: this.#slots,
    })
  }

  read(document: Document, lastLevel: string, batch: PointBatch): void {
    this.#batch = batch
    this.#point++
    const name = this.#options.field ?? lastLevel
    if (isObject(document)) this.#record(document)
    else if (isList(document)) this.#records(document, name)
    else this.#add(this.#tree.named(name), document, 0)
    this.#endPoint('')
    this.#slots.endMessage()
    if (batch.points === 0) throw new DecodeError('no_fields', 'the payload holds no value')
  }

  /** Each object is a point; the other elements are fields of one point, by index. */
  #records(list: readonly Document[], name: string): void {
    const elements = this.#tree.named(name)
    for (let i = 0; i < list.length; i++) {
      const element = list[i]!
      if (isObject(element)) {
        // Fields of the elements before this one are a point of their own.
        this.#endPoint('')
        this.#record(element)
      } else this.#add(elements.element(i), element, 0)
    }
  }

  #record(record: DocumentObject): void {
    const { timestampKey } = this.#options
    const timeNs = timestampKey === undefined ? this.#time.read(record) : this.#under(timestampKey, record)
    const timeKey = timestampKey ?? this.#time.key
    const hasTime = timestampKey === undefined ? timeKey !== '' : Object.hasOwn(record, timestampKey)
    for (const key in record) {
      if (key === '') throw new DecodeError('bad_name', 'a key is empty')
      if (!hasTime || key !== timeKey) this.#add(this.#tree.members.member(key), record[key]!, 0)
    }
    this.#endPoint(timeNs)
  }

  #under(key: string, record: DocumentObject): string {
    if (!Object.hasOwn(record, key)) return ''
    const ns = timestampOf(record[key], this.#options.timestampUnit)
    if (ns !== undefined) return ns
    throw new DecodeError('bad_timestamp', `${key} is no timestamp in unit ${this.#options.timestampUnit}`, [
      key,
    ])
  }

  #add(node: FieldNode, value: Document, depth: number): void {
    if (isScalar(value)) return this.#put(node, value)
    if (value === null) return
    if (depth === MAX_DEPTH) throw new DecodeError('too_deep', `more than ${MAX_DEPTH} levels of nesting`)
    if (isList(value)) for (let i = 0; i < value.length; i++) this.#add(node.element(i), value[i]!, depth + 1)
    else if (isObject(value)) for (const key in value) this.#add(node.member(key), value[key]!, depth + 1)
  }

  #put(node: FieldNode, value: Scalar): void {
    const { name, slot, type } = node
    if (slot.point === this.#point)
      throw new DecodeError('bad_name', `field ${name.slice(0, 80)} stands twice in one point`)
    slot.point = this.#point
    const found = foundType(value)
    const text = scalarText(value)
    if (type !== undefined) return addTyped(this.#batch, name, type, found, text)
    // The numbers of documents are finite; a large integer need not be one of a double.
    if (typeof value === 'bigint') checkFinite(text, name)
    this.#batch.field(name, found, text)
  }

  #endPoint(timeNs: string): void {
    this.#batch.point('', NO_TAGS, timeNs)
    this.#point++
  }
}
