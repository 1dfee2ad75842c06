import { InvalidArgumentError } from 'commander'
import type { Texts } from './texts.js'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** What expires nothing. */
export const NEVER = 'never'

/** Text of a command line → value; throws `InvalidArgumentError` with a message for the operator. */
export function credentialParsers({ credentials: words }: Texts) {
  const lengthOf = (text: string) => {
    const match = /^(\d{1,6})([smhd])$/.exec(text)
    return match === null ? undefined : Number(match[1]) * UNITS[match[2]!]!
  }
  return {
    /** `90s`, `12h`, `7d` → milliseconds. */
    length(text: string): number {
      const ms = lengthOf(text)
      if (ms === undefined) throw new InvalidArgumentError(words.badLength)
      return ms
    },
    /** `365d` (from now), `2027-06-30` (its start, UTC), RFC 3339 → RFC 3339; `never` as it is. */
    expiry(text: string): string {
      if (text === NEVER) return text
      const ms = lengthOf(text)
      if (ms !== undefined) return new Date(Date.now() + ms).toISOString()
      const time = DATE.test(text) ? Date.parse(text) : Number.NaN
      if (Number.isNaN(time)) throw new InvalidArgumentError(words.badExpiry)
      return new Date(time).toISOString()
    },
    /** `name=value`, once or more often. */
    attribute(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
      const at = text.indexOf('=')
      if (at < 1) throw new InvalidArgumentError(words.badAttribute)
      return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
    },
  }
}
