import { isUtf8 } from 'node:buffer'
import { DecodeError } from '../../decoder.js'

export const WireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const

const MAX_GROUP_DEPTH = 8
const TWO_32 = 4_294_967_296

/**
 * Reads the wire format of protobuf (https://protobuf.dev/programming-guides/encoding/) in place: it moves over the
 * bytes and allocates nothing. A varint is left in `low` and `high`, 32 bits each, so that 64 bits stay exact.
 */
export class Cursor {
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  end = 0
  low = 0
  high = 0
  /** Of the field whose tag was read last. */
  field = 0
  wireType = 0

  open(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  fail(what: string, at = this.at): never {
    throw new DecodeError('malformed', `${what} at byte ${at}`)
  }

  /** The next field into `field` and `wireType`; false at the end. */
  next(): boolean {
    const { at } = this
    if (at >= this.end) return false
    const tag = this.bytes[at]!
    // Fields 1 to 15, which are nearly all.
    if (tag < 0x80 && tag > 7) {
      this.at = at + 1
      this.field = tag >>> 3
      this.wireType = tag & 7
      return true
    }
    this.varint()
    this.field = this.low >>> 3
    this.wireType = this.low & 7
    if (this.field === 0 || this.high !== 0) this.fail('no field has this number', at)
    return true
  }

  varint(): void {
    if (this.at < this.end) {
      const first = this.bytes[this.at]!
      if (first < 0x80) {
        this.at++
        this.low = first
        this.high = 0
        return
      }
    }
    this.#longVarint()
  }

  #longVarint(): void {
    const { bytes, end } = this
    const start = this.at
    let at = start
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) this.fail('a varint is cut off', start)
      const byte = bytes[at++]!
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (shift - 32)
      if (byte < 0x80) {
        if (shift === 63 && bits > 1) this.fail('a varint has more than 64 bits', start)
        this.at = at
        this.low = low >>> 0
        this.high = high >>> 0
        return
      }
    }
    this.fail('a varint has more than 10 bytes', start)
  }

  /** Reads a length; the position at which what it counts ends. */
  length(): number {
    const at = this.at
    this.expect(WireType.bytes)
    this.varint()
    if (this.high !== 0 || this.low > this.end - this.at) this.fail('a length reaches beyond the end', at)
    return this.at + this.low
  }

  /** Position of a fixed value of `width` bytes, which is passed over. */
  fixed(wireType: number, width: number): number {
    this.expect(wireType)
    const start = this.at
    if (start + width > this.end) this.fail('a value is cut off')
    this.at = start + width
    return start
  }

  expect(wireType: number): void {
    if (this.wireType !== wireType) this.fail(`field ${this.field} has wire type ${this.wireType}`)
  }

  /** A varint of the field at hand. */
  uint64(): void {
    this.expect(WireType.varint)
    this.varint()
  }

  /** As protobuf reads uint32: the low 32 bits of what came. */
  uint32(): number {
    this.uint64()
    return this.low
  }

  bool(): boolean {
    this.uint64()
    return this.low !== 0 || this.high !== 0
  }

  /** Goes into the message of the field at hand; what `leave` wants to have back. */
  enter(): number {
    const end = this.length()
    const outer = this.end
    this.end = end
    return outer
  }

  /** Leaves the message that was entered, read to its end or not. */
  leave(outer: number): void {
    this.at = this.end
    this.end = outer
  }

  /** Text of the field at hand. */
  text(): string {
    const end = this.length()
    const text = textAt(this.bytes, this.at, end)
    this.at = end
    return text
  }

  /** Passes over the value of the field at hand. */
  skip(depth = 0): void {
    switch (this.wireType) {
      case WireType.varint:
        return this.varint()
      case WireType.fixed64:
        return void this.fixed(WireType.fixed64, 8)
      case WireType.bytes:
        this.at = this.length()
        return
      case WireType.startGroup:
        return this.#skipGroup(depth)
      case WireType.fixed32:
        return void this.fixed(WireType.fixed32, 4)
      default:
        this.fail(`field ${this.field} has wire type ${this.wireType}`)
    }
  }

  #skipGroup(depth: number): void {
    const group = this.field
    if (depth === MAX_GROUP_DEPTH)
      throw new DecodeError(
        'too_deep',
        `more than ${MAX_GROUP_DEPTH} groups in each other at byte ${this.at}`,
      )
    while (this.next()) {
      if (this.wireType === WireType.endGroup) {
        if (this.field !== group) this.fail('a group ends that was not begun')
        return
      }
      this.skip(depth + 1)
    }
    this.fail('a group does not end')
  }
}

/** Decoding puts U+FFFD where bytes are not UTF-8; only then are they looked at again. */
export function textAt(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)))
    throw new DecodeError('not_utf8', `the text at byte ${start} is not UTF-8`)
  return text
}

/** An unsigned 64-bit integer in decimal, exact. */
export function unsignedText(low: number, high: number): string {
  if (high < 0x20_0000) return String(high * TWO_32 + low)
  return ((BigInt(high) << 32n) | BigInt(low)).toString()
}
