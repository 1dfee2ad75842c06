/** A decimal number, exactly: `digits` × 10^−`scale`. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

const DECIMAL = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,2}))?$/

/** Undefined for a text that is no number, or has more than 40 digits on a side of its point. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  const scale = fraction.length - Number(exponent)
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale }
}

/** a × b × 10^`zeros` as a whole number; what is below one is cut off towards zero. */
export function wholeProduct(a: Decimal, b: Decimal, zeros: number): bigint {
  const product = a.digits * b.digits
  const shift = zeros - a.scale - b.scale
  return shift < 0 ? product / 10n ** BigInt(-shift) : product * 10n ** BigInt(shift)
}
