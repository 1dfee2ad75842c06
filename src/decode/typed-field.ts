import { toInt64 } from '../core/int64.js'
import { FieldType, type PointBatch } from '../core/point-batch.js'
import { DecodeError, type FieldTypeName } from './decoder.js'

// Every character can be matched in one way only: a long text must not make the engine try them all.
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const INTEGER = /^-?\d+$/
/** Written as JSON and line protocol both want it. */
const NORMAL_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** An integer of more digits does not fit 64 bits. */
const MAX_INTEGER_DIGITS = 19

/** True for text that can be read as a decimal number, in any of the ways that devices write one. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text)
}

/** No plus sign, no bare point, no leading zeros. */
function normaliseNumber(text: string): string {
  if (NORMAL_NUMBER.test(text)) return text
  return text
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|[eE])/, '')
}

/** Beyond the range of a double, which line protocol cannot say and InfluxDB refuses. */
export function checkFinite(text: string, name: string): void {
  if (!Number.isFinite(Number(text))) {
    throw new DecodeError(
      'out_of_range',
      `field ${name}: ${text.slice(0, 40)} is beyond the range of a double`,
    )
  }
}

/** Adds a float; `text` is a number as `isNumber` has it. */
export function addFloat(batch: PointBatch, name: string, text: string): void {
  const number = normaliseNumber(text)
  checkFinite(number, name)
  batch.field(name, FieldType.float, number)
}

/** Adds a field whose type the route declares, or fails if the value cannot be of that type without loss. */
export function addTyped(
  batch: PointBatch,
  name: string,
  type: FieldTypeName,
  found: FieldType,
  text: string,
): void {
  if (type === 'string') return batch.field(name, FieldType.string, text)
  if (type === 'boolean') return batch.field(name, FieldType.boolean, toBoolean(name, found, text))
  const number = toNumber(name, type, found, text)
  if (type === 'float') return addFloat(batch, name, number)
  batch.field(name, FieldType.integer, toInteger(name, number))
}

function toNumber(name: string, type: FieldTypeName, found: FieldType, text: string): string {
  if (found === FieldType.boolean) return text === 'true' ? '1' : '0'
  if (!isNumber(text))
    throw new DecodeError('bad_type', `field ${name}: "${text.slice(0, 40)}" is no ${type}`)
  return text
}

function toInteger(name: string, text: string): string {
  const number = normaliseNumber(text)
  const digits = INTEGER.test(number) ? number : wholeDigits(number)
  if (digits === undefined)
    throw new DecodeError('bad_type', `field ${name}: ${number.slice(0, 40)} is no integer`)
  const integer = toInt64(digits)
  if (integer !== undefined) return integer
  throw new DecodeError('out_of_range', `field ${name}: ${number.slice(0, 40)} needs more than 64 bits`)
}

/** The digits of an integer written with a point or an exponent (5.0, 1.2e3), without rounding; undefined if it is none. */
function wholeDigits(number: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(number) ?? []
  const digits = whole + fraction
  const point = Math.max(0, whole.length + Number(exponent))
  if (/[1-9]/.test(digits.slice(point))) return undefined
  const padded = Math.min(point, digits.length + MAX_INTEGER_DIGITS + 1)
  return `${sign}0${digits.slice(0, point).padEnd(padded, '0')}`
}

function toBoolean(name: string, found: FieldType, text: string): string {
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return lower
  if (found !== FieldType.boolean && isNumber(text)) return Number(text) === 0 ? 'false' : 'true'
  throw new DecodeError('bad_type', `field ${name}: "${text.slice(0, 40)}" is no boolean`)
}
