import { ByteCursor } from './byte-cursor.js'
import { cborTagged } from './cbor-tags.js'
import { type Document, MAX_DEPTH } from './document.js'
import { keyText } from './key-text.js'
import { addMember, type OpenObject } from './members.js'
import { shortestHalf, shortestSingle } from './shortest-float.js'
import { within } from './within.js'

/** Major types and additional information of the initial byte (RFC 8949, section 3). */
const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5
const TAG = 6
const ONE_BYTE = 24
const INDEFINITE = 31
const BREAK = 0xff

/**
 * CBOR (RFC 8949). A reader of our own: cbor-x, which is fast, gives a single-precision 0.1 as 0.10000000149011612, keeps
 * the last of two members of one name, and reads tags by a table that is shared by all its users and holds records,
 * references (documents with cycles), regular expressions and errors, none of which a device may have a gateway make.
 *
 * Undefined and NaN are null: no value. Tags other than those in cbor-tags.ts leave what they stand before as it is.
 */
export class CborReader {
  readonly #cursor = new ByteCursor('CBOR')

  read(payload: Buffer): Document {
    this.#cursor.open(payload)
    const document = this.#item(0)
    this.#cursor.end()
    return document
  }

  #item(depth: number): Document {
    const initial = this.#cursor.byte()
    const info = initial & 31
    switch (initial >> 5) {
      case UNSIGNED:
        return this.#argument(info)
      case NEGATIVE:
        return negative(this.#argument(info))
      case BYTES:
        return info === INDEFINITE ? this.#chunks(BYTES) : this.#cursor.bytes(this.#length(info))
      case TEXT:
        return info === INDEFINITE ? this.#textChunks() : this.#cursor.text(this.#length(info))
      case ARRAY:
        return this.#array(info, this.#inside(depth))
      case MAP:
        return this.#map(info, this.#inside(depth))
      case TAG:
        return this.#tagged(info, this.#inside(depth))
      default:
        return this.#simple(info)
    }
  }

  #argument(info: number): number | bigint {
    if (info < ONE_BYTE) return info
    switch (info) {
      case ONE_BYTE:
        return this.#cursor.byte()
      case 25:
        return this.#cursor.uint16()
      case 26:
        return this.#cursor.uint32()
      case 27:
        return this.#cursor.uint64()
      default:
        return this.#cursor.fail('malformed', `additional information ${info} has no meaning`)
    }
  }

  #length(info: number): number {
    return this.#cursor.checkCount(this.#argument(info), 1)
  }

  #inside(depth: number): number {
    if (depth === MAX_DEPTH) this.#cursor.fail('too_deep', `more than ${MAX_DEPTH} levels of nesting`)
    return depth + 1
  }

  #array(info: number, depth: number): Document {
    const array: Document[] = []
    if (info === INDEFINITE) while (!this.#atBreak()) array.push(this.#member(array.length, depth))
    else {
      const count = this.#length(info)
      while (array.length < count) array.push(this.#member(array.length, depth))
    }
    return array
  }

  #map(info: number, depth: number): Document {
    const object: OpenObject = {}
    if (info === INDEFINITE) while (!this.#atBreak()) this.#entry(object, depth)
    else {
      const count = this.#cursor.checkCount(this.#argument(info), 2)
      for (let i = 0; i < count; i++) this.#entry(object, depth)
    }
    return object
  }

  #entry(object: OpenObject, depth: number): void {
    const { at } = this.#cursor
    const key = this.#key(depth)
    if (!addMember(object, key, this.#member(key, depth)))
      this.#cursor.fail('bad_name', `key ${JSON.stringify(key.slice(0, 80))} stands twice in one map`, at)
  }

  #key(depth: number): string {
    const cursor = this.#cursor
    const initial = cursor.peek()
    if (initial !== undefined && initial >> 5 === TEXT && (initial & 31) !== INDEFINITE) {
      cursor.at++
      return cursor.key(this.#length(initial & 31))
    }
    const { at } = cursor
    return keyText(this.#item(depth)) ?? cursor.fail('bad_name', 'a key is no text, number or boolean', at)
  }

  #member(step: string | number, depth: number): Document {
    try {
      return this.#item(depth)
    } catch (error) {
      throw within(error, step)
    }
  }

  #atBreak(): boolean {
    if (this.#cursor.peek() !== BREAK) return false
    this.#cursor.at++
    return true
  }

  /** Of a byte string of indefinite length; each chunk is a byte string of definite length (section 3.2.3). */
  #chunks(major: number): Uint8Array {
    const chunks: Uint8Array[] = []
    while (!this.#atBreak()) chunks.push(this.#cursor.bytes(this.#chunkLength(major)))
    return new Uint8Array(Buffer.concat(chunks))
  }

  /** Each chunk is whole UTF-8 by itself. */
  #textChunks(): string {
    let text = ''
    while (!this.#atBreak()) text += this.#cursor.text(this.#chunkLength(TEXT))
    return text
  }

  #chunkLength(major: number): number {
    const initial = this.#cursor.byte()
    if (initial >> 5 !== major || (initial & 31) === INDEFINITE)
      this.#cursor.fail('malformed', 'a string of indefinite length has a chunk of another kind')
    return this.#length(initial & 31)
  }

  #tagged(info: number, depth: number): Document {
    const tag = this.#argument(info)
    const { at } = this.#cursor
    return cborTagged(tag, this.#item(depth), this.#cursor, at)
  }

  #simple(info: number): Document {
    switch (info) {
      case 20:
        return false
      case 21:
        return true
      case 22:
      case 23:
        return null
      case 25:
        return this.#float(half(this.#cursor.uint16()), shortestHalf)
      case 26:
        return this.#float(this.#cursor.single(), shortestSingle)
      case 27:
        return this.#float(this.#cursor.double(), asItIs)
      case INDEFINITE:
        return this.#cursor.fail('malformed', 'a break without a beginning')
      default:
        return this.#cursor.fail('malformed', `simple value ${info} has no meaning`)
    }
  }

  #float(value: number, shortest: (value: number) => number): number | null {
    if (Number.isFinite(value)) return shortest(value)
    if (Number.isNaN(value)) return null
    return this.#cursor.fail('out_of_range', `${value} is no number that can be stored,`)
  }
}

function asItIs(value: number): number {
  return value
}

function negative(argument: number | bigint): number | bigint {
  if (typeof argument === 'bigint') return -1n - argument
  const value = -1 - argument
  return Number.isSafeInteger(value) ? value : -1n - BigInt(argument)
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (fraction + 1024) * 2 ** (exponent - 25)
}
