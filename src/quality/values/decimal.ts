/**
 * Numbers out of and into decimals. What devices send has few digits: these ways go without the general ones of the engine,
 * which cost several times as much, and give the same.
 */

const CODE_0 = 48
const CODE_9 = 57
const CODE_POINT = 46
const CODE_MINUS = 45
/** A number of so many digits is exact in a double, and so is the power of ten that divides it: the quotient is rounded once. */
const MAX_DIGITS = 15
const POWERS = Array.from({ length: MAX_DIGITS + 8 }, (_, power) => 10 ** power)

/** The number that a decimal stands for. */
export function numberOf(text: string): number {
  const { length } = text
  if (length > MAX_DIGITS) return Number(text)
  const isNegative = text.charCodeAt(0) === CODE_MINUS
  let digits = 0
  let point = -1
  for (let at = isNegative ? 1 : 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code >= CODE_0 && code <= CODE_9) digits = digits * 10 + code - CODE_0
    else if (code === CODE_POINT && point < 0) point = at
    else return Number(text)
  }
  const value = point < 0 ? digits : digits / POWERS[length - 1 - point]!
  return isNegative ? -value : value
}

/** Decimals of up to so many places are looked for; beyond them, one of so many digits. */
const MAX_PLACES = 4
const MAX_POWER = POWERS[MAX_PLACES]!
/** Within less than half the distance of such decimals there is one at the most, whatever its places. */
const SMALL_ERROR = 0.1 / MAX_POWER
const SHORT_DIGITS = 12

/**
 * The shortest decimal that is not further from `value` than `error`, as a number; `value` itself if there is none of at
 * most 12 digits.
 */
export function shortened(value: number, error: number): number {
  for (let places = error < SMALL_ERROR ? MAX_PLACES : 0; places <= MAX_PLACES; places++) {
    const power = POWERS[places]!
    const short = Math.round(value * power) / power
    if (Math.abs(short - value) <= error) return short
  }
  const power = POWERS[SHORT_DIGITS - Math.ceil(Math.log10(Math.abs(value)))]
  if (power === undefined) return value
  const short = Math.round(value * power) / power
  return Math.abs(short - value) <= error ? short : value
}

const MAX_INTEGER = 2 ** 30
/** What stands behind the whole number, by ten thousandths: '.5' for 5000. Made as they are needed. */
const FRACTIONS = new Array<string>(MAX_POWER).fill('')

/** The shortest decimal that is read as `value`. */
export function textOf(value: number): string {
  const digits = Math.round(value * MAX_POWER)
  const isShort = digits / MAX_POWER === value && Math.abs(digits) < MAX_INTEGER
  const whole = Math.trunc(value)
  // The whole number has the sign, which −0 does not show.
  if (!isShort || whole === 0 || whole === value) return String(value)
  return String(whole) + fraction(Math.abs(digits) % MAX_POWER)
}

function fraction(tenThousandths: number): string {
  if (FRACTIONS[tenThousandths] === '') {
    const digits = String(tenThousandths).padStart(MAX_PLACES, '0')
    FRACTIONS[tenThousandths] = `.${digits.replace(/0+$/, '')}`
  }
  return FRACTIONS[tenThousandths]!
}
