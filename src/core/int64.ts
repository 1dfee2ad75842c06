const MAX_DIGITS = '9223372036854775807'
const MIN_DIGITS = '9223372036854775808'

/** Decimal integer text without leading zeros and without a negative zero; undefined beyond 64 bits, signed. */
export function toInt64(text: string): string | undefined {
  const negative = text.startsWith('-')
  const digits = text.slice(negative ? 1 : 0).replace(/^0+(?=\d)/, '')
  const limit = negative ? MIN_DIGITS : MAX_DIGITS
  if (digits.length > limit.length || (digits.length === limit.length && digits > limit)) return undefined
  return negative && digits !== '0' ? `-${digits}` : digits
}
