import { FieldType } from '../../../core/point-batch.js'
import { DecodeError } from '../../decoder.js'
import { textAt, unsignedText } from './cursor.js'
import { Datatype, datatypeName } from './datatype.js'
import type { FieldWriter } from './field-writer.js'
import { float32Text, signed64Text } from './numbers.js'

type AddElement = (out: FieldWriter, name: string, bytes: Buffer, at: number) => void

const integer = (out: FieldWriter, name: string, value: number): void =>
  out.add(name, FieldType.integer, String(value))

const addSigned64: AddElement = (out, name, bytes, at) =>
  out.add(name, FieldType.integer, signed64Text(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)))

interface Packed {
  /** Bytes of one element, little-endian. */
  readonly width: number
  readonly add: AddElement
}

/** Sparkplug 3.0, section 6.4.16: arrays of numbers are their elements side by side. */
const PACKED: ReadonlyMap<number, Packed> = new Map<number, Packed>([
  [Datatype.Int8Array, { width: 1, add: (out, name, b, at) => integer(out, name, b.readInt8(at)) }],
  [Datatype.Int16Array, { width: 2, add: (out, name, b, at) => integer(out, name, b.readInt16LE(at)) }],
  [Datatype.Int32Array, { width: 4, add: (out, name, b, at) => integer(out, name, b.readInt32LE(at)) }],
  [Datatype.Int64Array, { width: 8, add: addSigned64 }],
  [Datatype.UInt8Array, { width: 1, add: (out, name, b, at) => integer(out, name, b.readUInt8(at)) }],
  [Datatype.UInt16Array, { width: 2, add: (out, name, b, at) => integer(out, name, b.readUInt16LE(at)) }],
  [Datatype.UInt32Array, { width: 4, add: (out, name, b, at) => integer(out, name, b.readUInt32LE(at)) }],
  [Datatype.UInt64Array, { width: 8, add: addUnsigned64 }],
  [
    Datatype.FloatArray,
    { width: 4, add: (out, name, b, at) => out.float(name, float32Text(b.readFloatLE(at))) },
  ],
  [
    Datatype.DoubleArray,
    { width: 8, add: (out, name, b, at) => out.float(name, String(b.readDoubleLE(at))) },
  ],
  [Datatype.DateTimeArray, { width: 8, add: addSigned64 }],
])

function addUnsigned64(out: FieldWriter, name: string, bytes: Buffer, at: number): void {
  const high = bytes.readUInt32LE(at + 4)
  out.unsigned64(name, unsignedText(bytes.readUInt32LE(at), high), high < 0x8000_0000)
}

/** Adds `name.0`, `name.1`, …; false if the datatype is no array. @throws {DecodeError} */
export function addArray(
  out: FieldWriter,
  name: string,
  datatype: number,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  const packed = PACKED.get(datatype)
  if (packed !== undefined) addPacked(out, name, datatype, packed, bytes, start, end)
  else if (datatype === Datatype.BooleanArray) addBooleans(out, name, bytes, start, end)
  else if (datatype === Datatype.StringArray) addTexts(out, name, bytes, start, end)
  else return false
  return true
}

function addPacked(
  out: FieldWriter,
  name: string,
  datatype: number,
  { width, add }: Packed,
  bytes: Buffer,
  start: number,
  end: number,
): void {
  if ((end - start) % width !== 0)
    throw new DecodeError(
      'malformed',
      `field ${name.slice(0, 80)}: ${end - start} bytes are no ${datatypeName(datatype)} at byte ${start}`,
    )
  for (let at = start, index = 0; at < end; at += width, index++) add(out, `${name}.${index}`, bytes, at)
}

/**
 * Four bytes of count, then bits, the first one highest in its byte: so says the example of the specification
 * (0x34 is false, false, true, true, false, true, false, false), and so does the official Java library.
 */
function addBooleans(out: FieldWriter, name: string, bytes: Buffer, start: number, end: number): void {
  const count = end - start < 4 ? -1 : bytes.readUInt32LE(start)
  if (count < 0 || Math.ceil(count / 8) !== end - start - 4)
    throw new DecodeError(
      'malformed',
      `field ${name.slice(0, 80)}: ${end - start} bytes are no BooleanArray at byte ${start}`,
    )
  for (let index = 0; index < count; index++) {
    const bit = bytes[start + 4 + (index >>> 3)]! & (0x80 >>> (index & 7))
    out.add(`${name}.${index}`, FieldType.boolean, bit === 0 ? 'false' : 'true')
  }
}

/** Each text ends with a NUL; that of the last one may be missing. */
function addTexts(out: FieldWriter, name: string, bytes: Buffer, start: number, end: number): void {
  for (let at = start, index = 0; at < end; index++) {
    const nul = bytes.indexOf(0, at)
    const textEnd = nul < 0 || nul > end ? end : nul
    out.add(`${name}.${index}`, FieldType.string, textAt(bytes, at, textEnd))
    at = textEnd + 1
  }
}
