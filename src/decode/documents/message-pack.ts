import { ByteCursor } from './byte-cursor.js'
import { type Document, MAX_DEPTH } from './document.js'
import { isoText } from './iso-text.js'
import { keyText } from './key-text.js'
import { addMember, type OpenObject } from './members.js'
import { shortestSingle } from './shortest-float.js'
import { within } from './within.js'

const TIMESTAMP = -1
const MAX_NANOSECONDS = 999_999_999
const FIX_TEXT = 0xa0
const FIX_TEXT_MASK = 0xe0

/**
 * MessagePack. A reader of our own, for the reasons that cbor.ts gives: msgpackr rounds single-precision floats only in a
 * way of its own, keeps the last of two members of one name, and reads extension types by a table shared by all its users.
 *
 * NaN is null: no value. Extension types other than timestamps are their bytes.
 */
export class MessagePackReader {
  readonly #cursor = new ByteCursor('MessagePack')

  read(payload: Buffer): Document {
    this.#cursor.open(payload)
    const document = this.#item(0)
    this.#cursor.end()
    return document
  }

  #item(depth: number): Document {
    const cursor = this.#cursor
    const first = cursor.byte()
    if (first < 0x80) return first
    if (first >= 0xe0) return first - 0x100
    if (first < 0x90) return this.#map(first & 0x0f, this.#inside(depth))
    if (first < 0xa0) return this.#array(first & 0x0f, this.#inside(depth))
    if (first < 0xc0) return cursor.text(first & 0x1f)
    if (first >= 0xca && first <= 0xd3) return this.#number(first)
    return this.#other(first, depth)
  }

  #number(first: number): Document {
    const cursor = this.#cursor
    switch (first) {
      case 0xca:
        return this.#float(cursor.single(), true)
      case 0xcb:
        return this.#float(cursor.double(), false)
      case 0xcc:
        return cursor.byte()
      case 0xcd:
        return cursor.uint16()
      case 0xce:
        return cursor.uint32()
      case 0xcf:
        return cursor.uint64()
      case 0xd0:
        return cursor.int8()
      case 0xd1:
        return cursor.int16()
      case 0xd2:
        return cursor.int32()
      default:
        return cursor.int64()
    }
  }

  #float(value: number, isSingle: boolean): number | null {
    if (Number.isFinite(value)) return isSingle ? shortestSingle(value) : value
    if (Number.isNaN(value)) return null
    return this.#cursor.fail('out_of_range', `${value} is no number that can be stored,`)
  }

  #other(first: number, depth: number): Document {
    const cursor = this.#cursor
    switch (first) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return cursor.bytes(this.#length(first - 0xc4))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return cursor.text(this.#length(first - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#length(first - 0xdc + 1), this.#inside(depth))
      case 0xde:
      case 0xdf:
        return this.#map(this.#length(first - 0xde + 1), this.#inside(depth))
      case 0xc1:
        return cursor.fail('malformed', 'c1 has no meaning')
      default:
        return this.#extension(first)
    }
  }

  /** `width`: 0, 1 or 2 for lengths of 1, 2 or 4 bytes. */
  #length(width: number): number {
    if (width === 0) return this.#cursor.byte()
    return width === 1 ? this.#cursor.uint16() : this.#cursor.uint32()
  }

  #inside(depth: number): number {
    if (depth === MAX_DEPTH) this.#cursor.fail('too_deep', `more than ${MAX_DEPTH} levels of nesting`)
    return depth + 1
  }

  #array(count: number, depth: number): Document {
    this.#cursor.checkCount(count, 1)
    const array: Document[] = []
    while (array.length < count) array.push(this.#member(array.length, depth))
    return array
  }

  #map(count: number, depth: number): Document {
    this.#cursor.checkCount(count, 2)
    const object: OpenObject = {}
    for (let i = 0; i < count; i++) {
      const { at } = this.#cursor
      const key = this.#key(depth)
      if (!addMember(object, key, this.#member(key, depth)))
        this.#cursor.fail('bad_name', `key ${JSON.stringify(key.slice(0, 80))} stands twice in one map`, at)
    }
    return object
  }

  #key(depth: number): string {
    const cursor = this.#cursor
    const first = cursor.peek()
    const { at } = cursor
    if (first !== undefined && (first & FIX_TEXT_MASK) === FIX_TEXT) {
      cursor.at++
      return cursor.key(first & 0x1f)
    }
    return keyText(this.#item(depth)) ?? cursor.fail('bad_name', 'a key is no text, number or boolean', at)
  }

  #member(step: string | number, depth: number): Document {
    try {
      return this.#item(depth)
    } catch (error) {
      throw within(error, step)
    }
  }

  /** c7–c9 with a length of 1, 2 or 4 bytes, d4–d8 of 1, 2, 4, 8 or 16 bytes. */
  #extension(first: number): Document {
    const length = first >= 0xd4 ? 1 << (first - 0xd4) : this.#length(first - 0xc7)
    const type = this.#cursor.int8()
    return type === TIMESTAMP ? this.#timestamp(length) : this.#cursor.bytes(length)
  }

  #timestamp(length: number): Document {
    const { at } = this.#cursor
    const [seconds, nanoseconds] = this.#timestampParts(length)
    if (nanoseconds > MAX_NANOSECONDS)
      this.#cursor.fail('malformed', 'a timestamp has more than 999999999 nanoseconds', at)
    const text = isoText(Number(seconds), nanoseconds)
    return text ?? this.#cursor.fail('out_of_range', 'a timestamp is beyond all dates', at)
  }

  #timestampParts(length: number): [seconds: number | bigint, nanoseconds: number] {
    const cursor = this.#cursor
    switch (length) {
      case 4:
        return [cursor.uint32(), 0]
      case 8: {
        // 30 bits of nanoseconds, then 34 of seconds.
        const high = cursor.uint32()
        return [(high & 3) * 2 ** 32 + cursor.uint32(), high >>> 2]
      }
      case 12: {
        const nanoseconds = cursor.uint32()
        return [cursor.int64(), nanoseconds]
      }
      default:
        return cursor.fail('malformed', `a timestamp has ${length} bytes`)
    }
  }
}
