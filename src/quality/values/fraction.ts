/** An exact number: numerator and denominator, which is positive. */
export interface Fraction {
  readonly num: bigint
  readonly den: bigint
}

export const ZERO: Fraction = { num: 0n, den: 1n }
export const ONE: Fraction = { num: 1n, den: 1n }

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/
const MAX_STEPS = 40

/** How close a simple number has to be to a computed one, relative to it, and how many digits it then may have. */
export interface Closeness {
  readonly within: number
  readonly digits: number
}

/** A few roundings. */
const CLOSE: Closeness = { within: 1e-15, digits: 14 }

/** The number that its shortest decimal says: 0.1 is a tenth, not the double next to it. */
export function decimalFraction(value: number): Fraction {
  const [, sign, whole = '0', digits = '', exponent = '0'] = DECIMAL.exec(String(value)) ?? []
  const num = BigInt(whole + digits)
  const power = Number(exponent) - digits.length
  const scale = 10n ** BigInt(Math.abs(power))
  const signed = sign === '-' ? -num : num
  return power >= 0 ? reduced(signed * scale, 1n) : reduced(signed, scale)
}

/**
 * The simple number that a computed one was meant to be: a decimal of few digits, or else the first convergent of its
 * continued fraction (5/9, 1/3600) that is as close.
 */
export function simpleFraction(value: number, { within, digits } = CLOSE): Fraction {
  const limit = Math.abs(value) * within
  const short = Number(value.toPrecision(digits))
  if (Math.abs(short - value) <= limit) return decimalFraction(short)
  // Below one the convergents would begin at 0.
  if (Math.abs(value) < 1) return reciprocal(convergent(1 / value, within))
  return convergent(value, within)
}

function convergent(value: number, within: number): Fraction {
  let [num, den, oldNum, oldDen] = [1n, 0n, 0n, 1n]
  let rest = value
  for (let step = 0; step < MAX_STEPS; step++) {
    const whole = Math.floor(rest)
    ;[num, oldNum] = [BigInt(whole) * num + oldNum, num]
    ;[den, oldDen] = [BigInt(whole) * den + oldDen, den]
    if (Math.abs(Number(num) / Number(den) - value) <= Math.abs(value) * within || rest === whole) break
    rest = 1 / (rest - whole)
  }
  return reduced(num, den)
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return reduced(a.num * b.den + b.num * a.den, a.den * b.den)
}

export function times(a: Fraction, b: Fraction): Fraction {
  return reduced(a.num * b.num, a.den * b.den)
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return plus(a, { num: -b.num, den: b.den })
}

/** Of a number other than 0. */
export function reciprocal({ num, den }: Fraction): Fraction {
  return reduced(den, num)
}

function reduced(num: bigint, den: bigint): Fraction {
  const divisor = greatestDivisor(num < 0n ? -num : num, den < 0n ? -den : den)
  const sign = den < 0n ? -1n : 1n
  return divisor === 0n ? ZERO : { num: (sign * num) / divisor, den: (sign * den) / divisor }
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b)
}
