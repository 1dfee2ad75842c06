/**
 * A time as ISO 8601 text in UTC, with as many decimals as it needs; undefined beyond the years that a calendar date can
 * name. `nanoseconds` are 0 to 999,999,999 and count forward.
 */
export function isoText(seconds: number, nanoseconds: number): string | undefined {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return undefined
  const whole = date.toISOString().slice(0, -'.000Z'.length)
  if (nanoseconds === 0) return `${whole}Z`
  return `${whole}.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}Z`
}

/** The same of a number of seconds with decimals; of these, the ones that were written, not those of its binary form. */
export function isoTextOfSeconds(time: number): string | undefined {
  const seconds = Math.floor(time)
  if (seconds === time) return isoText(seconds, 0)
  // Before 1970 decimals count backward, and with an exponent there are none to cut out: milliseconds must do.
  const decimals = /^\d+\.(\d+)$/.exec(String(time))?.[1]
  if (decimals === undefined) return isoText(seconds, Math.floor((time - seconds) * 1e3) * 1e6)
  return isoText(seconds, Number(decimals.slice(0, 9).padEnd(9, '0')))
}
