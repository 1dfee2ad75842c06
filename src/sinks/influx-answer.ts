/**
 * Answers of the InfluxQL endpoint, with integers kept exact: JSON numbers of 16 digits and more, which a double may
 * not hold, come as `LongNumber`. Whether such a number was an integer or a float in the store, JSON does not say.
 */
export class LongNumber {
  readonly digits: string

  constructor(digits: string) {
    this.digits = digits
  }
}

export type Cell = number | string | boolean | LongNumber | null

export interface Series {
  readonly name: string
  readonly columns: readonly string[]
  readonly values: readonly (readonly Cell[])[]
}

interface Answer {
  readonly results?: readonly { readonly series?: readonly Series[]; readonly error?: string }[]
  readonly error?: string
}

/** A statement that the store did not answer, in its words. */
export class InfluxQlError extends Error {}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const LONG_INTEGER = /^-?\d{16,}$/

/**
 * The series of each statement.
 * @throws {InfluxQlError}
 */
export function parseAnswer(text: string): Series[][] {
  const marked = text.replace(TOKEN, (token) => (LONG_INTEGER.test(token) ? `{"digits":"${token}"}` : token))
  const { results = [], error } = JSON.parse(marked, revive) as Answer
  if (error !== undefined) throw new InfluxQlError(error)
  return results.map((result) => {
    if (result.error !== undefined) throw new InfluxQlError(result.error)
    return [...(result.series ?? [])]
  })
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('digits' in value)) return value
  return new LongNumber(String(value.digits))
}

/** Nanoseconds of a time as the store writes it, RFC 3339 in UTC with up to nine decimals. */
export function parseTime(text: string): bigint {
  const [seconds, fraction = ''] = text.slice(0, -1).split('.')
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}
