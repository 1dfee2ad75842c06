import type { UnitConversion } from '../../core/units.js'
import type { ScaleSettings } from '../settings.js'
import { ConvertedValues } from './converted-values.js'
import { shortened } from './decimal.js'
import {
  type Closeness,
  decimalFraction,
  type Fraction,
  minus,
  ONE,
  plus,
  reciprocal,
  simpleFraction,
  times,
  ZERO,
} from './fraction.js'

/** Up to here, doubles hold every integer. */
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER)
/** What reading, multiplying, adding and dividing may add, relative to what is added. */
const ROUNDING = 4 * Number.EPSILON
/** The library goes from one zero of temperature to the other through kelvin, which leaves more rounding errors. */
const SHIFT_ERROR: Closeness = { within: 1e-12, digits: 9 }

/**
 * y = (x · num + add) / den, with integers wherever the numbers configured allow it: the one division rounds, so that what
 * comes out even in decimals does so here, as in (212 · 5 − 160) / 9 = 100.
 */
export class Linear {
  readonly #factor: Fraction
  readonly #offset: Fraction
  readonly #num: number
  readonly #add: number
  readonly #den: number
  #values: ConvertedValues | undefined = undefined

  private constructor(factor: Fraction, offset: Fraction) {
    this.#factor = factor
    this.#offset = offset
    const den = (factor.den * offset.den) / commonDivisor(factor.den, offset.den)
    const num = (factor.num * den) / factor.den
    const add = (offset.num * den) / offset.den
    const exact = [num, add, den].every((n) => n <= MAX_EXACT && n >= -MAX_EXACT)
    this.#num = exact ? Number(num) : ratio(factor)
    this.#add = exact ? Number(add) : ratio(offset)
    this.#den = exact ? Number(den) : 1
  }

  static readonly identity = new Linear(ONE, ZERO)

  static ofUnits({ factor, offset, shifted }: UnitConversion): Linear {
    if (!shifted) return new Linear(simpleFraction(factor), ZERO)
    return new Linear(simpleFraction(factor, SHIFT_ERROR), simpleFraction(offset, SHIFT_ERROR))
  }

  static ofScale({ factor = 1, offset = 0, from, to }: ScaleSettings): Linear {
    if (from === undefined || to === undefined)
      return new Linear(decimalFraction(factor), decimalFraction(offset))
    const [low, high] = [decimalFraction(from[0]!), decimalFraction(from[1]!)]
    const [bottom, top] = [decimalFraction(to[0]!), decimalFraction(to[1]!)]
    const slope = times(minus(top, bottom), reciprocal(minus(high, low)))
    return new Linear(slope, minus(bottom, times(slope, low)))
  }

  /** The same as `apply`, with texts and a memory. */
  get values(): ConvertedValues {
    this.#values ??= new ConvertedValues(this)
    return this.#values
  }

  /** This first, then `next`. */
  before(next: Linear): Linear {
    const offset = plus(times(this.#offset, next.#factor), next.#offset)
    return new Linear(times(this.#factor, next.#factor), offset)
  }

  get isIdentity(): boolean {
    return this.#num === this.#den && this.#add === 0
  }

  /**
   * The number with the shortest decimal among those that rounding errors do not tell apart: 21.3 °C are 70.34 °F, not
   * 70.34000000000001.
   */
  apply(x: number): number {
    const product = x * this.#num
    const value = (product + this.#add) / this.#den
    // Where the product and what is added almost cancel each other, few of the digits are left.
    return shortened(value, (ROUNDING * (Math.abs(product) + Math.abs(this.#add))) / this.#den)
  }
}

function ratio({ num, den }: Fraction): number {
  return Number(num) / Number(den)
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b)
}
