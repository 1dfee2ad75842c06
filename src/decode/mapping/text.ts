import { FieldType } from '../../core/point-batch.js'
import type { Document } from '../documents/index.js'
import { numberText } from '../number-text.js'

/** A value as text; undefined for null, nothing, objects and lists. Bytes are base64. */
export function plainText(value: Document | undefined): string | undefined {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return value instanceof Uint8Array ? base64(value) : undefined
  }
}

/** A value as a number; undefined if it is none, and no text that is one. */
export function plainNumber(value: Document | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'bigint' && (typeof value !== 'string' || value.trim() === '')) return undefined
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}

/** A value of one field: neither null nor an object nor a list. */
export type Scalar = string | number | bigint | boolean | Uint8Array

export function isScalar(value: Document | undefined): value is Scalar {
  return typeof value === 'object' ? value instanceof Uint8Array : value !== undefined
}

export function foundType(value: Scalar): FieldType {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return FieldType.float
    case 'boolean':
      return FieldType.boolean
    default:
      return FieldType.string
  }
}

export function scalarText(value: Scalar): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  return typeof value === 'object' ? base64(value) : String(value)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
