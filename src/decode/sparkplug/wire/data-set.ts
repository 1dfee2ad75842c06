import { DecodeError } from '../../decoder.js'
import { Cursor, WireType } from './cursor.js'
import { datatypeName } from './datatype.js'
import type { FieldWriter } from './field-writer.js'
import { ValueKind } from './metric-table.js'
import { addScalar } from './scalar.js'
import { WireValue } from './wire-value.js'

/** `DataSetValue.int_value`. */
const FIRST_VALUE_FIELD = 1

/**
 * Adds the elements of a `DataSet` as `name.<row>.<column>`, rows from 0. The columns are those that it names: how many
 * it says to have is only compared with these, so that no number on the wire makes anything be allocated.
 */
export class DataSetReader {
  readonly #cursor = new Cursor()
  readonly #value = new WireValue()
  #columns: string[] = []
  #types: number[] = []

  /** @throws {DecodeError} */
  append(out: FieldWriter, name: string, bytes: Buffer, start: number, end: number): void {
    this.#readColumns(name, bytes, start, end)
    const cursor = this.#cursor
    cursor.open(bytes, start, end)
    let row = 0
    while (cursor.next()) {
      if (cursor.field !== 4) cursor.skip()
      else this.#row(out, `${name}.${row++}`)
    }
  }

  #readColumns(name: string, bytes: Buffer, start: number, end: number): void {
    this.#columns = []
    this.#types = []
    const cursor = this.#cursor
    cursor.open(bytes, start, end)
    while (cursor.next()) {
      if (cursor.field === 2) this.#columns.push(cursor.text())
      else if (cursor.field === 3) this.#readTypes()
      else cursor.skip()
    }
    const columns = this.#columns.length
    if (columns !== this.#types.length)
      throw new DecodeError(
        'malformed',
        `field ${name.slice(0, 80)}: a data set of ${columns} columns with ${this.#types.length} types at byte ${start}`,
      )
  }

  /** One number each, or packed: readers of protobuf must take both. */
  #readTypes(): void {
    const cursor = this.#cursor
    if (cursor.wireType !== WireType.bytes) return void this.#types.push(cursor.uint32())
    const outer = cursor.enter()
    while (cursor.at < cursor.end) {
      cursor.varint()
      this.#types.push(cursor.low)
    }
    cursor.leave(outer)
  }

  #row(out: FieldWriter, name: string): void {
    const cursor = this.#cursor
    const start = cursor.at
    const outer = cursor.enter()
    let column = 0
    while (cursor.next()) {
      if (cursor.field !== 1) cursor.skip()
      else this.#element(out, name, column++)
    }
    cursor.leave(outer)
    if (column !== this.#columns.length)
      cursor.fail(`field ${name.slice(0, 80)}: ${column} elements for ${this.#columns.length} columns`, start)
  }

  #element(out: FieldWriter, row: string, column: number): void {
    const cursor = this.#cursor
    const value = this.#value
    value.clear(cursor.bytes)
    const outer = cursor.enter()
    while (cursor.next()) if (!value.take(cursor, FIRST_VALUE_FIELD)) cursor.skip()
    cursor.leave(outer)
    const columnName = this.#columns[column]
    if (columnName === undefined) return
    if (value.kind === ValueKind.none) out.nulls++
    else this.#add(out, `${row}.${columnName}`, this.#types[column]!)
  }

  #add(out: FieldWriter, name: string, datatype: number): void {
    if (addScalar(out, name, datatype, this.#value)) return
    throw new DecodeError(
      'unknown_type',
      `field ${name.slice(0, 80)}: ${datatypeName(datatype)} in a data set`,
    )
  }
}
