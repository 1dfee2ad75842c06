import { InvalidArgumentError } from 'commander'
import type { Texts } from './texts.js'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Text of a command line → value; throws `InvalidArgumentError` with a message for the operator. */
export interface ArgumentParsers {
  /** `60s`, `5m`, `500ms`, `1h` → milliseconds. */
  duration(text: string): number
  positiveInteger(text: string): number
  positiveNumber(text: string): number
  qos(text: string): 0 | 1 | 2
  /** An address such as `http://127.0.0.1:8080`, without a slash at its end. */
  httpUrl(text: string): string
  /** `2h` (before now), `now` or RFC 3339 → as the API takes it. */
  time(text: string): string
}

export function argumentParsers({ badArgument }: Texts): ArgumentParsers {
  return {
    duration(text) {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text)
      if (match === null) throw new InvalidArgumentError(badArgument.duration)
      return Math.round(Number(match[1]) * UNITS[match[2]!]!)
    },
    positiveInteger(text) {
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value
      throw new InvalidArgumentError(badArgument.positiveInteger)
    },
    positiveNumber(text) {
      const value = Number(text)
      if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value
      throw new InvalidArgumentError(badArgument.positiveNumber)
    },
    qos(text) {
      if (text === '0') return 0
      if (text === '1') return 1
      if (text === '2') return 2
      throw new InvalidArgumentError(badArgument.qos)
    },
    httpUrl(text) {
      if (URL.canParse(text) && /^https?:\/\//.test(text)) return text.replace(/\/+$/, '')
      throw new InvalidArgumentError(badArgument.httpUrl)
    },
    time(text) {
      if (/^-?\d{1,12}(ms|s|m|h|d)$/.test(text)) return `-${text.replace(/^-/, '')}`
      if (text === 'now' || (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)))) return text
      throw new InvalidArgumentError(badArgument.time)
    },
  }
}
