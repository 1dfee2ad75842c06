import type { TimestampUnit } from '../decoder.js'
import { type Document, type DocumentObject, isObject } from '../documents/index.js'
import { toNanoseconds } from '../timestamp.js'

const KEYS: readonly string[] = ['ts', 'time', 'timestamp', 't']

/** The time of a record that says nowhere which of its members it is: the first well-known one that holds a timestamp. */
export class WellKnownTime {
  readonly #unit: TimestampUnit
  /** Under which key the time of the last record stood; empty if it had none. */
  key = ''

  constructor(unit: TimestampUnit) {
    this.#unit = unit
  }

  read(record: Document): string {
    this.key = ''
    if (!isObject(record)) return ''
    const keys = KEYS.filter((key) => Object.hasOwn(record, key))
    return keys.length > 1 ? this.#first(record) : this.#under(keys[0], record)
  }

  /** In the order of the record. */
  #first(record: DocumentObject): string {
    for (const key of Object.keys(record)) {
      const ns = KEYS.includes(key) ? this.#under(key, record) : ''
      if (ns !== '') return ns
    }
    return ''
  }

  #under(key: string | undefined, record: DocumentObject): string {
    if (key === undefined) return ''
    const ns = timestampOf(record[key], this.#unit)
    if (ns === undefined) return ''
    this.key = key
    return ns
  }
}

/** Undefined if the value is no timestamp of the unit. */
export function timestampOf(value: Document | undefined, unit: TimestampUnit): string | undefined {
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
  return isText ? toNanoseconds(String(value), unit) : undefined
}
