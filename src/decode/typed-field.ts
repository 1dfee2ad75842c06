import { FieldType, type PointBatch } from '../core/point-batch.js'
import { DecodeError, type FieldTypeName } from './decoder.js'

const INTEGER = /^-?(?:0|[1-9]\d*)(?:\.0*)?$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/** True for text that can be read as a decimal number, in any of the ways that devices write one. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text)
}

/** A number as line protocol wants it: no plus sign, no bare point, no leading zeros. */
export function normaliseNumber(text: string): string {
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
  if (type === 'integer') return batch.field(name, FieldType.integer, toInteger(name, number))
  checkFinite(number, name)
  batch.field(name, FieldType.float, number)
}

function toNumber(name: string, type: FieldTypeName, found: FieldType, text: string): string {
  if (found === FieldType.boolean) return text === 'true' ? '1' : '0'
  if (!isNumber(text))
    throw new DecodeError('bad_type', `field ${name}: "${text.slice(0, 40)}" is no ${type}`)
  return normaliseNumber(text)
}

function toInteger(name: string, text: string): string {
  const digits = INTEGER.test(text) ? text.replace(/\.0*$/, '') : exactInteger(text)
  if (digits === undefined)
    throw new DecodeError('bad_type', `field ${name}: ${text.slice(0, 40)} is no integer`)
  if (digits.length < 19) return digits === '-0' ? '0' : digits
  const value = BigInt(digits)
  if (value < MIN_INT64 || value > MAX_INT64) {
    throw new DecodeError('out_of_range', `field ${name}: ${digits.slice(0, 40)} needs more than 64 bits`)
  }
  return digits
}

/** Integers written with an exponent, such as 1e3, as far as a double holds them exactly. */
function exactInteger(text: string): string | undefined {
  const value = Number(text)
  return Number.isSafeInteger(value) ? String(value) : undefined
}

function toBoolean(name: string, found: FieldType, text: string): string {
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return lower
  if (found !== FieldType.boolean && isNumber(text)) return Number(text) === 0 ? 'false' : 'true'
  throw new DecodeError('bad_type', `field ${name}: "${text.slice(0, 40)}" is no boolean`)
}
