import { asStored } from '../../core/line-protocol.js'
import type { FieldType } from '../../core/point-batch.js'
import type { FieldSet } from '../series/field-set.js'

/** Odd constants; each lane has its own, so that 64 bits stand against collisions. */
const A = 0x2c1b3c6d
const B = 0x297a2d39
const A_END = 0x85ebca6b | 0
const B_END = 0xc2b2ae35 | 0

/** Columns of fields: of a batch, or of a line that was read back. */
export interface FieldColumns {
  readonly names: readonly string[]
  readonly types: readonly FieldType[]
  readonly texts: readonly string[]
}

/** Of the name as InfluxDB has it: the name in a batch and the name read back from its line are the same to it. */
export function hashOfName(name: string): number {
  const stored = name === 'time' ? 'time_' : asStored(name)
  let hash = stored.length
  for (let i = 0; i < stored.length; i++) {
    hash = Math.imul(hash ^ stored.charCodeAt(i), A)
    hash ^= hash >>> 15
  }
  return hash
}

/**
 * What a point says, as 64 bits in two lanes: names, types and texts of its fields, in their order.
 *
 * Invariant: the hash can be computed from the stored line alike. A batch holds values as the text that the line will have
 * (core/point-batch.ts), and reading a line back gives these texts again (core/line-protocol-parser.ts); names are hashed as
 * they are stored. Whoever changes a value after this hash was taken breaks it: the stage stands behind all that do.
 */
export class ContentHash {
  /** Of the content alone. */
  #a = 0
  #b = 0
  /** Of content and time, after `join`. */
  a = 0
  b = 0

  /** The fields from `first` up to `end`. `known` are those of the series, in the order in which it sends them. */
  read(columns: FieldColumns, first: number, end: number, known: FieldSet): void {
    const { names, types, texts } = columns
    let a = end - first
    let b = 0
    for (let f = first, at = 0; f < end; f++, at++) {
      const name = names[f]!
      const text = texts[f]!
      const { length } = text
      if (known.names[at] !== name) at = known.place(name)
      // Where texts end is told by their lengths.
      const head = (at < 0 ? hashOfName(name) : known.nameHashes[at]!) ^ ((length << 2) | types[f]!)
      a = Math.imul(a ^ head, A)
      b = Math.imul((b + head) | 0, B)
      // Two characters at a time.
      for (let i = 0; i < length; i += 2) {
        const word = text.charCodeAt(i) | (i + 1 < length ? text.charCodeAt(i + 1) << 16 : 0)
        a = Math.imul(a ^ (a >>> 15) ^ word, A)
        b = Math.imul((b ^ (b >>> 13)) + word, B)
      }
      a ^= a >>> 15
      b ^= b >>> 13
    }
    this.#a = a
    this.#b = b
  }

  /** Adds a time in two halves; the content stays, for the next time. */
  join(high: number, low: number): void {
    let a = Math.imul(this.#a ^ high, A)
    let b = Math.imul((this.#b + low) | 0, B)
    a = Math.imul(a ^ (a >>> 15) ^ low, A_END)
    b = Math.imul(b ^ (b >>> 13) ^ high, B_END)
    a = Math.imul(a ^ (a >>> 13) ^ b, A)
    b = Math.imul(b ^ (b >>> 16) ^ a, B)
    this.a = a ^ (a >>> 16)
    this.b = b ^ (b >>> 15)
  }
}
