import { toInt64 } from '../../core/int64.js'
import { FieldType } from '../../core/point-batch.js'

/** Longer texts are no numbers that anyone sends. */
const MAX_NUMBER_LENGTH = 64
/** As JSON and line protocol both write a number; leading zeros are part of what a text says. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const INTEGER = /^-?(?:0|[1-9]\d*)$/
const WHOLE = /^(-?(?:0|[1-9]\d*))\.0+$/
/** A double gives these back, whatever they are. */
const EXACT_DIGITS = 15

/** `text` of type `from` as a value of type `to`, or undefined if it would not say the same. */
export function coerced(from: FieldType, text: string, to: FieldType): string | undefined {
  if (from === to || to === FieldType.string) return text
  if (to === FieldType.boolean) return toBoolean(from, text)
  if (from === FieldType.boolean) return text === 'true' ? '1' : '0'
  if (text.length > MAX_NUMBER_LENGTH || !NUMBER.test(text)) return undefined
  return to === FieldType.float ? toFloat(text) : toInteger(text)
}

function toBoolean(from: FieldType, text: string): string | undefined {
  if (from === FieldType.string) {
    const word = text.toLowerCase()
    if (word === 'true' || word === 'false') return word
  }
  if (text.length > MAX_NUMBER_LENGTH || !NUMBER.test(text)) return undefined
  const number = Number(text)
  if (number === 1) return 'true'
  return number === 0 ? 'false' : undefined
}

/** What a double cannot hold is lost: integers beyond 2^53 that it has no place for, and digits that it does not give back. */
function toFloat(text: string): string | undefined {
  const number = Number(text)
  if (!Number.isFinite(number)) return undefined
  if (INTEGER.test(text)) return BigInt(number) === BigInt(text) ? text : undefined
  return significantDigits(text) <= EXACT_DIGITS || String(number) === text ? text : undefined
}

function toInteger(text: string): string | undefined {
  if (INTEGER.test(text)) return toInt64(text)
  const whole = WHOLE.exec(text)
  if (whole !== null) return toInt64(whole[1]!)
  const number = Number(text)
  if (!Number.isSafeInteger(number) || significantDigits(text) > EXACT_DIGITS) return undefined
  return String(BigInt(number))
}

function significantDigits(text: string): number {
  return text
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '').length
}
