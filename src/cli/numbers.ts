const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const RATE = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** 1234567 → 1,234,567 */
export function count(value: number): string {
  return WHOLE.format(value)
}

/** Per second: 1234.5 → 1,235, 0.123 → 0.123 */
export function rate(value: number): string {
  return value >= 100 ? WHOLE.format(value) : RATE.format(value)
}

/** 1536 → 1.5 KiB */
export function bytes(value: number): string {
  let scaled = value
  let unit = 0
  while (scaled >= 1024 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1024
    unit++
  }
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${BYTE_UNITS[unit]}`
}

/** 950 → 950 ms, 61000 → 1 min 1 s */
export function milliseconds(value: number): string {
  if (value < 1_000) return `${Math.round(value)} ms`
  if (value < 60_000) return `${(value / 1_000).toFixed(1)} s`
  const seconds = Math.round(value / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
}
