import { DecodeError } from '../../decoder.js'
import { Cursor } from './cursor.js'
import { Datatype, datatypeName } from './datatype.js'
import type { FieldWriter } from './field-writer.js'
import { ValueKind } from './metric-table.js'
import { addScalar } from './scalar.js'
import { WireValue } from './wire-value.js'

const MAX_DEPTH = 8
/** `PropertyValue.int_value`. */
const FIRST_VALUE_FIELD = 3
const SET_FIELD = 9
const LIST_FIELD = 10

/**
 * Adds the properties of a `PropertySet` as `prefix.<key>`, sets in it as `prefix.<key>.<key>`, lists of sets as
 * `prefix.<key>.<index>.<key>`.
 */
export class PropertySetReader {
  readonly #value = new WireValue()

  /** Adds the properties that are wanted; without `wanted` all of them. @throws {DecodeError} */
  append(
    out: FieldWriter,
    prefix: string,
    bytes: Buffer,
    start: number,
    end: number,
    wanted?: ReadonlySet<string>,
  ): void {
    this.#set(out, prefix, bytes, start, end, 0, wanted)
  }

  #set(
    out: FieldWriter,
    prefix: string,
    bytes: Buffer,
    start: number,
    end: number,
    depth: number,
    wanted?: ReadonlySet<string>,
  ): void {
    if (depth === MAX_DEPTH)
      throw new DecodeError('too_deep', `more than ${MAX_DEPTH} property sets in each other at byte ${start}`)
    const keys = keysOf(bytes, start, end)
    const cursor = new Cursor()
    cursor.open(bytes, start, end)
    let index = 0
    while (cursor.next()) {
      if (cursor.field !== 2) {
        cursor.skip()
        continue
      }
      const key = keys[index++]
      if (key === undefined) return cursor.fail('a property without a key')
      const valueEnd = cursor.length()
      if (wanted === undefined || wanted.has(key))
        this.#property(out, prefix === '' ? key : `${prefix}.${key}`, bytes, cursor.at, valueEnd, depth)
      cursor.at = valueEnd
    }
    if (index !== keys.length) cursor.fail(`${keys.length} keys for ${index} properties`, start)
  }

  #property(out: FieldWriter, name: string, bytes: Buffer, start: number, end: number, depth: number): void {
    const value = this.#value
    value.clear(bytes)
    const cursor = new Cursor()
    cursor.open(bytes, start, end)
    let datatype = 0
    let isNull = false
    let isComposite = false
    while (cursor.next()) {
      if (cursor.field === 1) datatype = cursor.uint32()
      else if (cursor.field === 2) isNull = cursor.bool()
      else if (cursor.field === SET_FIELD || cursor.field === LIST_FIELD) {
        isComposite = true
        this.#composite(out, name, cursor, depth)
      } else if (!value.take(cursor, FIRST_VALUE_FIELD)) cursor.skip()
    }
    if (isComposite) return
    if (isNull || value.kind === ValueKind.none) out.nulls++
    else this.#add(out, name, datatype)
  }

  #composite(out: FieldWriter, name: string, cursor: Cursor, depth: number): void {
    const isList = cursor.field === LIST_FIELD
    const end = cursor.length()
    if (isList) this.#list(out, name, cursor.bytes, cursor.at, end, depth)
    else this.#set(out, name, cursor.bytes, cursor.at, end, depth + 1)
    cursor.at = end
  }

  #list(out: FieldWriter, name: string, bytes: Buffer, start: number, end: number, depth: number): void {
    const cursor = new Cursor()
    cursor.open(bytes, start, end)
    let index = 0
    while (cursor.next()) {
      if (cursor.field !== 1) {
        cursor.skip()
        continue
      }
      const setEnd = cursor.length()
      this.#set(out, `${name}.${index++}`, bytes, cursor.at, setEnd, depth + 1)
      cursor.at = setEnd
    }
  }

  #add(out: FieldWriter, name: string, datatype: number): void {
    if (addScalar(out, name, datatype || guess(this.#value.kind), this.#value)) return
    throw new DecodeError('unknown_type', `property ${name.slice(0, 80)}: ${datatypeName(datatype)}`)
  }
}

/** A property of which only the value is said has the type that its place on the wire has. */
function guess(kind: number): number {
  switch (kind) {
    case ValueKind.float:
      return Datatype.Float
    case ValueKind.double:
      return Datatype.Double
    case ValueKind.boolean:
      return Datatype.Boolean
    case ValueKind.string:
      return Datatype.String
    default:
      return Datatype.Unknown
  }
}

function keysOf(bytes: Buffer, start: number, end: number): string[] {
  const keys: string[] = []
  const cursor = new Cursor()
  cursor.open(bytes, start, end)
  while (cursor.next()) {
    if (cursor.field === 1) keys.push(cursor.text())
    else cursor.skip()
  }
  return keys
}
