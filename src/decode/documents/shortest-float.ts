/** Decimals that are tried by arithmetic; 10 to these powers, and their products with 24 bits, are exact doubles. */
const SCALES = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7] as const
const MAX_DIGITS = 9
/** From here on, an integer may have more digits than its single-precision form tells apart. */
const MANY_DIGITS = 1e9
const HALF_DIGITS = 10
const HALF_SMALLEST = 2 ** -24

/**
 * The number that the sender of a single-precision float meant: that of the fewest decimals which rounds to it, so that 0.1
 * is stored as 0.1 and not as 0.10000000149011612. `value` is finite.
 */
export function shortestSingle(value: number): number {
  return shortest(value, Math.fround)
}

/** The same of half precision (IEEE 754 binary16). */
export function shortestHalf(value: number): number {
  return shortest(value, roundToHalf)
}

function shortest(value: number, round: (decimal: number) => number): number {
  if (Math.abs(value) >= MANY_DIGITS) return shortestBySearch(value, round)
  for (let i = 0; i < SCALES.length; i++) {
    const scale = SCALES[i]!
    const decimal = Math.round(value * scale) / scale
    if (decimal !== 0 && round(decimal) === value) return decimal
  }
  return value === 0 ? value : shortestBySearch(value, round)
}

/** For numbers of more decimals than any sensor has. */
function shortestBySearch(value: number, round: (decimal: number) => number): number {
  for (let digits = 1; digits <= MAX_DIGITS; digits++) {
    const decimal = Number(value.toPrecision(digits))
    if (round(decimal) === value) return decimal
  }
  return value
}

/** To the nearest number of 11 binary digits, ties to the even one. Only for numbers in the range of half precision. */
function roundToHalf(decimal: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(decimal)))
  const step = Math.max(2 ** (exponent - HALF_DIGITS), HALF_SMALLEST)
  const steps = Math.round(decimal / step)
  const isTie = Math.abs(decimal / step - Math.trunc(decimal / step)) === 0.5
  return (isTie && steps % 2 !== 0 ? steps - 1 : steps) * step
}
