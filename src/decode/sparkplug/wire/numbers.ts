const TWO_32 = 4_294_967_296
const ALL_ONES = 0xffff_ffff
/** Beyond 2^53 a double is no longer exact: high words from here on, and below here if negative. */
const EXACT_HIGH = 0x20_0000

/**
 * A signed integer of up to 32 bits, out of 32 or 64 bits on the wire. Edge nodes write a negative one in three ways:
 * cut to its own width (official Python: Int8 −1 is 255), sign-extended to 32 bits (official C: 4294967295) or to 64 bits.
 * NaN if the bits are none of these.
 */
export function signed(low: number, high: number, bits: number): number {
  const half = 2 ** (bits - 1)
  if (high === 0 && low < half) return low
  if (high === 0 && low < half * 2) return low - half * 2
  const extended = high === ALL_ONES || (high === 0 && bits < 32)
  return extended && low >= TWO_32 - half ? low - TWO_32 : Number.NaN
}

/** A signed 64-bit integer in decimal, exact. */
export function signed64Text(low: number, high: number): string {
  const signedHigh = high | 0
  if (signedHigh < EXACT_HIGH && signedHigh >= -EXACT_HIGH) return String(signedHigh * TWO_32 + low)
  return ((BigInt(signedHigh) << 32n) | BigInt(low)).toString()
}

/** Where one tenth has an exact multiple in a double, and no float32 needs more decimals: nearly all values of practice. */
const MIN_PLAIN = 1e-3
const MAX_PLAIN = 1e7
const MAX_DECIMALS = 12

/** The shortest decimal that is this float32 and no other: 21.1, where the double has 21.100000381469727. */
export function float32Text(value: number): string {
  const size = Math.abs(value)
  if (size < MAX_PLAIN && size >= MIN_PLAIN) {
    for (let decimals = 0, scale = 1; decimals <= MAX_DECIMALS; decimals++, scale *= 10) {
      const rounded = Math.round(value * scale) / scale
      if (Math.fround(rounded) === value) return String(rounded)
    }
  }
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === value) return String(rounded)
  }
  return String(Number(value.toPrecision(9)))
}
