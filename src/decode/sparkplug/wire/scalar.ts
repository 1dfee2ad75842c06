import { FieldType } from '../../../core/point-batch.js'
import { DecodeError } from '../../decoder.js'
import { textAt, unsignedText } from './cursor.js'
import { Datatype, datatypeName } from './datatype.js'
import type { FieldWriter } from './field-writer.js'
import { ValueKind } from './metric-table.js'
import { float32Text, signed, signed64Text } from './numbers.js'
import type { WireValue } from './wire-value.js'

const KIND_NAMES: readonly string[] = Object.keys(ValueKind)
const TWO_31 = 0x8000_0000

/** Adds a value of one of the basic types and UUID. False if the datatype is none of these. @throws {DecodeError} */
export function addScalar(out: FieldWriter, name: string, datatype: number, value: WireValue): boolean {
  switch (datatype) {
    case Datatype.Int8:
      return addSigned(out, name, datatype, value, 8)
    case Datatype.Int16:
      return addSigned(out, name, datatype, value, 16)
    case Datatype.Int32:
      return addSigned(out, name, datatype, value, 32)
    case Datatype.UInt8:
      return addUnsigned(out, name, datatype, value, 0xff)
    case Datatype.UInt16:
      return addUnsigned(out, name, datatype, value, 0xffff)
    case Datatype.UInt32:
      return addUnsigned(out, name, datatype, value, 0xffff_ffff)
    case Datatype.Int64:
    case Datatype.DateTime:
      return addSigned64(out, name, datatype, value)
    case Datatype.UInt64:
      return addUnsigned64(out, name, datatype, value)
    case Datatype.Float:
    case Datatype.Double:
      return addFloat(out, name, datatype, value)
    case Datatype.Boolean:
      return addBoolean(out, name, datatype, value)
    case Datatype.String:
    case Datatype.Text:
    case Datatype.UUID:
      return addText(out, name, datatype, value)
    default:
      return false
  }
}

function isInteger(value: WireValue): boolean {
  return value.kind === ValueKind.int || value.kind === ValueKind.long
}

function addSigned(out: FieldWriter, name: string, datatype: number, value: WireValue, bits: number): true {
  if (!isInteger(value)) failKind(name, datatype, value)
  const number = signed(value.low, value.high, bits)
  if (Number.isNaN(number)) failRange(name, datatype, value)
  out.add(name, FieldType.integer, String(number))
  return true
}

function addUnsigned(out: FieldWriter, name: string, datatype: number, value: WireValue, max: number): true {
  if (!isInteger(value)) failKind(name, datatype, value)
  if (value.high !== 0 || value.low > max) failRange(name, datatype, value)
  out.add(name, FieldType.integer, String(value.low))
  return true
}

/** Of 32 bits nobody can tell whether a large one stands for a negative number. DateTime is a signed Long in the official Java. */
function addSigned64(out: FieldWriter, name: string, datatype: number, value: WireValue): true {
  if (!isInteger(value)) failKind(name, datatype, value)
  if (value.kind === ValueKind.int && value.low >= TWO_31) failRange(name, datatype, value)
  out.add(name, FieldType.integer, signed64Text(value.low, value.high))
  return true
}

function addUnsigned64(out: FieldWriter, name: string, datatype: number, value: WireValue): true {
  if (!isInteger(value)) failKind(name, datatype, value)
  out.unsigned64(name, unsignedText(value.low, value.high), value.high < TWO_31)
  return true
}

function addFloat(out: FieldWriter, name: string, datatype: number, value: WireValue): true {
  if (value.kind === ValueKind.float) out.float(name, float32Text(value.bytes.readFloatLE(value.start)))
  else if (value.kind === ValueKind.double) out.float(name, String(value.bytes.readDoubleLE(value.start)))
  else failKind(name, datatype, value)
  return true
}

function addBoolean(out: FieldWriter, name: string, datatype: number, value: WireValue): true {
  if (value.kind !== ValueKind.boolean && !isInteger(value)) failKind(name, datatype, value)
  out.add(name, FieldType.boolean, value.low === 0 && value.high === 0 ? 'false' : 'true')
  return true
}

function addText(out: FieldWriter, name: string, datatype: number, value: WireValue): true {
  if (value.kind !== ValueKind.string) failKind(name, datatype, value)
  out.add(name, FieldType.string, textAt(value.bytes, value.start, value.end))
  return true
}

/** The value stands where the datatype does not have it. */
export function failKind(name: string, datatype: number, value: WireValue): never {
  const kind = KIND_NAMES[value.kind === ValueKind.none ? 0 : value.kind - ValueKind.int + 1]!
  throw new DecodeError('bad_type', `field ${name.slice(0, 80)}: ${datatypeName(datatype)} sent as ${kind}`)
}

function failRange(name: string, datatype: number, value: WireValue): never {
  const sent = unsignedText(value.low, value.high)
  throw new DecodeError('out_of_range', `field ${name.slice(0, 80)}: ${sent} is no ${datatypeName(datatype)}`)
}
