import { toInt64 } from './int64.js'
import { FieldType, type Tag } from './point-batch.js'

/** `out_of_range`: an integer that needs more than 64 bits with sign. */
export class LineProtocolError extends Error {
  readonly code: 'malformed' | 'out_of_range'

  constructor(code: 'malformed' | 'out_of_range', message: string) {
    super(message)
    this.name = 'LineProtocolError'
    this.code = code
  }
}

const TAB = 9
const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const QUOTE = 34
const HASH = 35
const COMMA = 44
const EQUALS = 61
const BACKSLASH = 92
const LETTER_I = 105
const LETTER_U = 117

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((word) => [word, 'true'] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((word) => [word, 'false'] as const),
])
const FLOAT = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const INTEGER = /^-?\d+$/
const UNSIGNED = /^\d+$/

/**
 * Reads InfluxDB line protocol point by point, as influxd 1.6 understands it: a character with a backslash before it
 * is escaped whatever stands before the backslash, comments and blank lines are skipped, strings may span lines.
 * Stricter in one thing: a line must be sound as a whole. Integers are checked to fit 64 bits; floats and times are
 * given as they are written.
 *
 *     parser.open(text)
 *     while (parser.next()) use(parseSeries(parser.series), parser.names, …, parser.time)
 *
 * The columns hold `fields` entries and are reused for the next line.
 */
export class LineProtocolParser {
  /** Measurement and tags as they stand in the text, for `parseSeries`; equal text means equal series. */
  series = ''
  fields = 0
  readonly names: string[] = []
  readonly types: FieldType[] = []
  /** As in a PointBatch: decimal text, `true` or `false`, the characters of a string. */
  readonly texts: string[] = []
  /** Digits as they are written; empty if the line has no time. */
  time = ''
  #text = ''
  #at = 0

  open(text: string): void {
    this.#text = text
    this.#at = 0
  }

  /**
   * Reads the next point; false at the end of the text.
   * @throws {LineProtocolError}
   */
  next(): boolean {
    if (!this.#skipToPoint()) return false
    this.#readSeries()
    this.fields = 0
    do this.#readField()
    while (this.#skip(COMMA))
    this.#readTime()
    return true
  }

  /** Past blank lines and comments. */
  #skipToPoint(): boolean {
    for (;;) {
      const code = this.#peek()
      if (Number.isNaN(code)) return false
      if (code === HASH) {
        const end = this.#text.indexOf('\n', this.#at)
        if (end === -1) return false
        this.#at = end
      } else if (code !== NEWLINE) return true
      this.#at++
    }
  }

  #readSeries(): void {
    const text = this.#text
    const start = this.#at
    let i = start
    for (let code = text.charCodeAt(i), before = 0; code !== SPACE || before === BACKSLASH; ) {
      if (Number.isNaN(code) || code === NEWLINE) this.#fail('fields expected', i)
      before = code
      code = text.charCodeAt(++i)
    }
    this.series = text.slice(start, i)
    this.#at = i
    this.#peek()
  }

  #readField(): void {
    const name = this.#fieldName()
    const code = this.#text.charCodeAt(this.#at)
    if (code === QUOTE) return this.#add(name, FieldType.string, this.#string())
    const start = this.#at
    const word = this.#word()
    const boolean = BOOLEANS.get(word)
    if (boolean !== undefined) return this.#add(name, FieldType.boolean, boolean)
    const last = word.charCodeAt(word.length - 1)
    if (last === LETTER_I || last === LETTER_U) return this.#add(name, FieldType.integer, this.#integer(word))
    if (!FLOAT.test(word)) this.#fail('value expected', start)
    this.#add(name, FieldType.float, word)
  }

  #add(name: string, type: FieldType, text: string): void {
    const f = this.fields++
    this.names[f] = name
    this.types[f] = type
    this.texts[f] = text
  }

  /** Up to the equals sign, which is skipped. */
  #fieldName(): string {
    const text = this.#text
    const start = this.#at
    let i = start
    let escapes = false
    for (let code = text.charCodeAt(i), before = 0; code !== EQUALS || before === BACKSLASH; ) {
      if (Number.isNaN(code) || code === NEWLINE) this.#fail('"=" expected', i)
      if ((code === COMMA || code === SPACE) && before !== BACKSLASH) this.#fail('"=" expected', i)
      escapes ||= code === BACKSLASH
      before = code
      code = text.charCodeAt(++i)
    }
    if (i === start) this.#fail('field name expected', i)
    this.#at = i + 1
    const name = text.slice(start, i)
    return escapes ? name.replace(/\\([,= "])/g, '$1') : name
  }

  /** The characters between the quotes, unescaped. */
  #string(): string {
    const text = this.#text
    const start = this.#at + 1
    let i = start
    let escapes = false
    for (let code = text.charCodeAt(i); code !== QUOTE; code = text.charCodeAt(++i)) {
      if (Number.isNaN(code)) this.#fail('string is not closed', i)
      if (code !== BACKSLASH) continue
      const next = text.charCodeAt(i + 1)
      if (next !== QUOTE && next !== BACKSLASH) continue
      escapes = true
      i++
    }
    this.#at = i + 1
    if (!this.#atEndOfValue()) this.#fail('"," or " " expected')
    const value = text.slice(start, i)
    return escapes ? value.replace(/\\(["\\])/g, '$1') : value
  }

  #integer(word: string): string {
    const digits = word.slice(0, -1)
    const pattern = word.endsWith('u') ? UNSIGNED : INTEGER
    if (!pattern.test(digits)) this.#fail('value expected', this.#at - word.length)
    const value = toInt64(digits)
    if (value !== undefined) return value
    throw new LineProtocolError('out_of_range', `line protocol: ${word.slice(0, 40)} needs more than 64 bits`)
  }

  #readTime(): void {
    this.#peek()
    this.time = this.#word()
    const code = this.#peek()
    if (code !== NEWLINE && !Number.isNaN(code)) this.#fail('end of line expected')
  }

  /** Up to a comma, a blank or the end of the line. */
  #word(): string {
    const start = this.#at
    while (!this.#atEndOfValue()) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #atEndOfValue(): boolean {
    const code = this.#text.charCodeAt(this.#at)
    return code === COMMA || code === SPACE || code === NEWLINE || code === RETURN || Number.isNaN(code)
  }

  #skip(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false
    this.#at++
    return true
  }

  /** Skips blanks and returns the code of the next character, NaN at the end. */
  #peek(): number {
    let code = this.#text.charCodeAt(this.#at)
    while (code === SPACE || code === TAB || code === RETURN) code = this.#text.charCodeAt(++this.#at)
    return code
  }

  #fail(what: string, at = this.#at): never {
    const line = this.#text.slice(0, at).split('\n').length
    const column = at - this.#text.lastIndexOf('\n', at - 1)
    const found = at < this.#text.length ? JSON.stringify(this.#text[at]) : 'the end'
    throw new LineProtocolError(
      'malformed',
      `line protocol: ${what} at line ${line}, character ${column}, found ${found}`,
    )
  }
}

export interface ParsedSeries {
  readonly measurement: string
  readonly tags: readonly Tag[]
}

/**
 * Takes apart the text of a series. A caller that meets the same series again and again keeps the result.
 * @throws {LineProtocolError} malformed
 */
export function parseSeries(series: string): ParsedSeries {
  const [measurement, ...pairs] = splitAtUnescaped(series, COMMA)
  if (measurement === '') throw new LineProtocolError('malformed', 'line protocol: measurement expected')
  const tags = pairs.map(parseTag)
  const names = new Set(tags.map(({ name }) => name))
  if (names.size < tags.length) {
    throw new LineProtocolError('malformed', `line protocol: a tag stands twice in ${series.slice(0, 200)}`)
  }
  return { measurement: measurement!.replace(/\\([,= "])/g, '$1'), tags }
}

function parseTag(pair: string): Tag {
  const parts = splitAtUnescaped(pair, EQUALS)
  const [name, value] = parts.map((part) => part.replace(/\\([,= ])/g, '$1'))
  if (parts.length === 2 && name !== '' && value !== '') return { name: name!, value: value! }
  throw new LineProtocolError('malformed', `line protocol: "${pair.slice(0, 40)}" is no tag`)
}

function splitAtUnescaped(text: string, separator: number): string[] {
  const parts: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== separator || text.charCodeAt(i - 1) === BACKSLASH) continue
    parts.push(text.slice(start, i))
    start = i + 1
  }
  parts.push(text.slice(start))
  return parts
}
