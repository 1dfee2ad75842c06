import { detached, LONG_TEXT } from '../core/detached.js'
import { DecodeError } from './decoder.js'
import { textPlace } from './text-place.js'

export const TAB = 9
export const NEWLINE = 10
export const RETURN = 13
export const SPACE = 32
export const QUOTE = 34
const PLUS = 43
export const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
export const COLON = 58
const UPPER_E = 69
export const OPEN_BRACKET = 91
const BACKSLASH = 92
export const CLOSE_BRACKET = 93
const LOWER_E = 101
export const LETTER_F = 102
export const LETTER_N = 110
export const LETTER_T = 116
export const OPEN_BRACE = 123
export const CLOSE_BRACE = 125

/** Numbers with fewer characters and without an exponent are within the range of a double. */
const SURELY_FINITE = 300
/** Half of a pair, written as an escape: UTF-8 has no form for it. */
const LONE_SURROGATE = /\p{Surrogate}/gu

/**
 * A cursor over JSON text (RFC 8259) that cuts out tokens as text. Unlike JSON.parse it keeps numbers as they were
 * written, so that 64-bit integers stay exact and no number is formatted again.
 */
export class JsonReader {
  text = ''
  at = 0
  /** Whether the number read last has an exponent, or so many digits that a double may not hold it. */
  mayOverflow = false
  #isLong = false

  open(text: string): void {
    this.text = text
    this.at = 0
    this.#isLong = text.length > LONG_TEXT
  }

  /** Skips white space and returns the code of the next character, NaN at the end. */
  peek(): number {
    let code = this.text.charCodeAt(this.at)
    while (code === SPACE || code === NEWLINE || code === RETURN || code === TAB) {
      code = this.text.charCodeAt(++this.at)
    }
    return code
  }

  expect(code: number): void {
    if (this.peek() !== code) this.fail(`"${String.fromCharCode(code)}" expected`)
    this.at++
  }

  /** After a member or an element: true if another follows, false if `close` ended the container. */
  another(close: number): boolean {
    const code = this.peek()
    if (code !== COMMA && code !== close) this.fail(`"," or "${String.fromCharCode(close)}" expected`)
    this.at++
    return code === COMMA
  }

  /** Skips a literal whose first letter was seen. */
  literal(word: string): void {
    if (!this.text.startsWith(word, this.at)) this.fail('value expected')
    this.at += word.length
  }

  /**
   * If the string at the cursor is written exactly like `known`, which was a whole string before, skips it. Compared
   * as written: unescaped, two texts could look alike of which one is no JSON.
   */
  skipKnown(known: string): boolean {
    const start = this.at + 1
    const end = start + known.length
    if (this.text.charCodeAt(end) !== QUOTE || !this.text.startsWith(known, start)) return false
    this.at = end + 1
    return true
  }

  /** The string at the cursor, unescaped. */
  string(): string {
    const { text } = this
    const start = this.at + 1
    for (let i = start; ; i++) {
      const code = text.charCodeAt(i)
      if (code === QUOTE) {
        this.at = i + 1
        return this.#cut(start, i)
      }
      if (code === BACKSLASH) return this.#escaped(start, i)
      // Control characters, and NaN past the end.
      if (!(code >= SPACE)) this.fail('string is not closed', i)
    }
  }

  /** The number at the cursor, as written. */
  number(): string {
    const { text } = this
    const start = this.at
    let i = text.charCodeAt(start) === MINUS ? start + 1 : start
    const firstDigit = i
    i = this.#digits(i)
    if (i > firstDigit + 1 && text.charCodeAt(firstDigit) === ZERO) {
      this.fail('a number has no leading zeros', firstDigit)
    }
    if (text.charCodeAt(i) === POINT) i = this.#digits(i + 1)
    const letter = text.charCodeAt(i)
    const hasExponent = letter === LOWER_E || letter === UPPER_E
    if (hasExponent) {
      const sign = text.charCodeAt(i + 1)
      i = this.#digits(sign === PLUS || sign === MINUS ? i + 2 : i + 1)
    }
    this.at = i
    this.mayOverflow = hasExponent || i - start > SURELY_FINITE
    return this.#cut(start, i)
  }

  end(): void {
    if (!Number.isNaN(this.peek())) this.fail('text after the value')
  }

  fail(what: string, at = this.at): never {
    const found = at < this.text.length ? JSON.stringify(this.text[at]) : 'the end'
    const place = textPlace(this.text, at)
    const where = `at character ${at + 1}, found ${found} (line ${place.line}, column ${place.column})`
    throw new DecodeError('malformed', `JSON: ${what} ${where}`, undefined, place)
  }

  #cut(start: number, end: number): string {
    const token = this.text.slice(start, end)
    return this.#isLong ? detached(token) : token
  }

  #digits(from: number): number {
    const { text } = this
    let i = from
    let code = text.charCodeAt(i)
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++i)
    if (i === from) this.fail('value expected', i)
    return i
  }

  /** A string with escapes: its end is found here, the rest is left to JSON.parse. */
  #escaped(start: number, firstBackslash: number): string {
    const { text } = this
    let i = firstBackslash
    for (let code = BACKSLASH; code !== QUOTE; code = text.charCodeAt(i)) {
      if (Number.isNaN(code)) this.fail('string is not closed', i)
      i += code === BACKSLASH ? 2 : 1
    }
    this.at = i + 1
    try {
      const value = JSON.parse(text.slice(start - 1, i + 1)) as string
      return value.replace(LONE_SURROGATE, '\ufffd')
    } catch {
      return this.fail('string with a bad escape or a control character', start - 1)
    }
  }
}
