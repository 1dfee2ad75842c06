import { isUtf8 } from 'node:buffer'
import { DecodeError, type DecodeErrorCode } from '../decoder.js'
import { KeyTable } from './key-table.js'

const UINT32 = 2 ** 32
const NO_BYTES = Buffer.alloc(0)

/** A cursor over the bytes of a binary document; numbers are big-endian. Every read is checked against the end. */
export class ByteCursor {
  readonly #format: string
  readonly #keys = new KeyTable()
  #bytes: Buffer = NO_BYTES
  at = 0

  /** `format`: as faults name it. */
  constructor(format: string) {
    this.#format = format
  }

  open(bytes: Buffer): void {
    this.#bytes = bytes
    this.at = 0
  }

  /** After the document; lets go of the bytes. */
  end(): void {
    if (this.remaining > 0) this.fail('malformed', 'data after the end of the document')
    this.#bytes = NO_BYTES
  }

  get remaining(): number {
    return this.#bytes.length - this.at
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!
  }

  /** Without moving; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.at]
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2))
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  /** A bigint only where a number is not exact. */
  uint64(): number | bigint {
    const at = this.#take(8)
    const value = this.#bytes.readUInt32BE(at) * UINT32 + this.#bytes.readUInt32BE(at + 4)
    return Number.isSafeInteger(value) ? value : this.#bytes.readBigUInt64BE(at)
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  /** A bigint only where a number is not exact. */
  int64(): number | bigint {
    const at = this.#take(8)
    const value = this.#bytes.readInt32BE(at) * UINT32 + this.#bytes.readUInt32BE(at + 4)
    return Number.isSafeInteger(value) ? value : this.#bytes.readBigInt64BE(at)
  }

  single(): number {
    return this.#bytes.readFloatBE(this.#take(4))
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#take(8))
  }

  /** A copy: what is read must not keep, or change with, the buffer of the message. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length)
    return new Uint8Array(this.#bytes.subarray(at, at + length))
  }

  text(length: number): string {
    const at = this.#take(length)
    const text = this.#bytes.toString('utf8', at, at + length)
    // Decoding puts U+FFFD where bytes are not UTF-8; only then are they looked at again.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(at, at + length)))
      this.fail('not_utf8', 'a text is not UTF-8', at)
    return text
  }

  /** A text that was probably read before. */
  key(length: number): string {
    const at = this.at
    if (length > this.remaining) return this.text(length)
    const known = this.#keys.get(this.#bytes, at, at + length)
    if (known !== undefined) {
      this.at = at + length
      return known
    }
    return this.#keys.add(this.text(length), length)
  }

  /** Fails if so many elements, of at least `bytesEach`, cannot follow: before room is made for them. */
  checkCount(count: number | bigint, bytesEach: number): number {
    if (count > this.remaining / bytesEach)
      this.fail('malformed', `${count} elements are announced, but only ${this.remaining} bytes follow`)
    return Number(count)
  }

  /** `at`: offset of the byte at fault, the one before the cursor if not given. */
  fail(code: DecodeErrorCode, what: string, at = Math.max(0, this.at - 1)): never {
    throw new DecodeError(code, `${this.#format}: ${what} at byte ${at + 1}`)
  }

  #take(length: number): number {
    const { at } = this
    if (length > this.remaining) {
      const found = this.remaining === 0 ? 'the end' : `only ${this.remaining}`
      this.fail('malformed', `${length} more bytes expected, found ${found}`, at)
    }
    this.at = at + length
    return at
  }
}
