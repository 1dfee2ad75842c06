import type { ByteCursor } from './byte-cursor.js'
import type { Document } from './document.js'
import { isoText, isoTextOfSeconds } from './iso-text.js'

const TIME_TEXT = 0
const EPOCH_TIME = 1
const BIGNUM = 2
const NEGATIVE_BIGNUM = 3
const DECIMAL_FRACTION = 4
const BIGFLOAT = 5
/** So many bytes hold every integer that a double can stand for. */
const MAX_BIGNUM_BYTES = 128

/** What a tag (RFC 8949, section 3.4) makes of the item that it stands before; `at`: where that begins. */
export function cborTagged(tag: number | bigint, item: Document, cursor: ByteCursor, at: number): Document {
  switch (tag) {
    case TIME_TEXT:
      return typeof item === 'string' ? item : cursor.fail('malformed', 'a time (tag 0) is no text', at)
    case EPOCH_TIME:
      return epochTime(item, cursor, at)
    case BIGNUM:
      return exactInteger(magnitude(item, cursor, at))
    case NEGATIVE_BIGNUM:
      return exactInteger(-1n - magnitude(item, cursor, at))
    case DECIMAL_FRACTION:
      return scaled(item, (mantissa, exponent) => Number(`${mantissa}e${exponent}`), cursor, at)
    case BIGFLOAT:
      return scaled(item, (mantissa, exponent) => Number(mantissa) * 2 ** Number(exponent), cursor, at)
    default:
      return item
  }
}

function epochTime(item: Document, cursor: ByteCursor, at: number): Document {
  // NaN, which is no time.
  if (item === null) return null
  if (typeof item === 'bigint') return beyondDates(cursor, at)
  if (typeof item !== 'number') return cursor.fail('malformed', 'a time (tag 1) is no number', at)
  const whole = Number.isInteger(item) ? isoText(item, 0) : isoTextOfSeconds(item)
  return whole ?? beyondDates(cursor, at)
}

function beyondDates(cursor: ByteCursor, at: number): never {
  return cursor.fail('out_of_range', 'a time (tag 1) is beyond all dates', at)
}

function magnitude(item: Document, cursor: ByteCursor, at: number): bigint {
  if (!(item instanceof Uint8Array)) return cursor.fail('malformed', 'a bignum is no byte string', at)
  const digits = Buffer.from(item).toString('hex').replace(/^0+/, '')
  if (digits.length > 2 * MAX_BIGNUM_BYTES)
    cursor.fail('out_of_range', 'a bignum is beyond the range of a double', at)
  return BigInt(`0x0${digits}`)
}

function exactInteger(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

type Integer = number | bigint

/** Decimal fractions and bigfloats are arrays of exponent and mantissa (section 3.4.4). */
function scaled(
  item: Document,
  value: (mantissa: Integer, exponent: Integer) => number,
  cursor: ByteCursor,
  at: number,
): number {
  const [exponent, mantissa, ...rest] = Array.isArray(item) ? (item as Document[]) : []
  if (!isInteger(exponent) || !isInteger(mantissa) || rest.length > 0)
    return cursor.fail('malformed', 'a decimal fraction or bigfloat is no pair of integers', at)
  const number = value(mantissa, exponent)
  return Number.isFinite(number) ? number : cursor.fail('out_of_range', 'beyond the range of a double', at)
}

function isInteger(item: Document | undefined): item is Integer {
  return typeof item === 'bigint' || Number.isInteger(item)
}
