/** References, templates and ways to records, as text and parsed. The grammar is that of docs/mapping.md. */

export type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'by'; readonly reference: Reference }

/** A step towards records, which may branch. */
export type AtStep = Exclude<Step, { kind: 'by' }> | { readonly kind: 'each' } | { readonly kind: 'members' }

export type Reference =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'topic'; readonly level: number | undefined; readonly rest: boolean }
  | { readonly kind: 'value' }
  | { readonly kind: 'field' }
  | {
      readonly kind: 'path'
      /** How many steps around the record it starts; `root` is the document. */
      readonly start: number | 'root'
      readonly steps: readonly Step[]
      readonly end: 'value' | 'key' | 'index' | 'length'
    }

export class ReferenceFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReferenceFault'
  }
}

const NAME = /[\p{L}\p{M}\p{N}_:/-]+/uy
const INDEX = /(-?\d{1,9})\]/y
const WORD = /[a-z]+/y
const WORDS = ['key', 'index', 'length', 'value', 'field', 'topic']

/** @throws {ReferenceFault} */
export function parseReference(text: string): Reference {
  const cursor = new Cursor(text)
  const reference = cursor.reference()
  cursor.end()
  return reference
}

/**
 * The parts of a template, or the one reference that the text is.
 * @throws {ReferenceFault}
 */
export function parseTemplate(text: string): Reference | readonly (string | Reference)[] {
  if (text.startsWith('=') || !/[{}]/.test(text)) return parseReference(text)
  return new Cursor(text).template()
}

/** @throws {ReferenceFault} */
export function parseAt(text: string): readonly AtStep[] {
  return new Cursor(text).wayToRecords()
}

class Cursor {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail()
  }

  reference(): Reference {
    if (this.#skip('=')) return { kind: 'constant', text: this.#remainder() }
    if (this.#skip('$')) return this.#path('root')
    if (this.#peek() === '^') return this.#path(this.#carets())
    if (this.#skip('@')) return this.#afterAt()
    const steps = this.#peek() === '[' ? [] : [this.#member()]
    return this.#path(0, steps)
  }

  template(): readonly (string | Reference)[] {
    const parts: (string | Reference)[] = []
    let literal = ''
    while (this.#at < this.#text.length) {
      if (this.#skip('{{')) literal += '{'
      else if (this.#skip('}}')) literal += '}'
      else if (this.#skip('{')) {
        parts.push(literal, this.reference())
        literal = ''
        if (!this.#skip('}')) this.#fail('"}"')
      } else if (this.#peek() === '}')
        throw new ReferenceFault('has a "}" without "{"; write }} for the brace itself')
      else literal += this.#text[this.#at++]
    }
    return [...parts, literal].filter((part) => part !== '')
  }

  wayToRecords(): readonly AtStep[] {
    const steps: AtStep[] = []
    if (this.#text === '') return steps
    if (this.#peek() !== '[') steps.push(this.#memberOrAll())
    while (this.#at < this.#text.length) {
      if (this.#skip('.')) steps.push(this.#memberOrAll())
      else if (this.#skip('[*]')) steps.push({ kind: 'each' })
      else if (this.#skip('[')) steps.push(this.#fixed(this.#bracket()))
      else this.#fail()
    }
    return steps
  }

  #fixed(step: Step): AtStep {
    if (step.kind !== 'by') return step
    throw new ReferenceFault(
      "has a step that is none; a way to records has names, ['any name'], [3], [*] and .*",
    )
  }

  #memberOrAll(): AtStep {
    return this.#skip('*') ? { kind: 'members' } : this.#member()
  }

  /** A reference that began with `@`. */
  #afterAt(): Reference {
    const word = this.#match(WORD)?.[0]
    switch (word) {
      case undefined:
        return this.#path(0)
      case 'key':
      case 'index':
      case 'length':
        return { kind: 'path', start: 0, steps: [], end: word }
      case 'value':
      case 'field':
        return { kind: word }
      case 'topic':
        return this.#topic()
      default:
        throw new ReferenceFault(`has @${word}, which is not known; there are @${WORDS.join(', @')}`)
    }
  }

  #topic(): Reference {
    if (!this.#skip('[')) return { kind: 'topic', level: undefined, rest: false }
    const level = this.#match(/-?\d{1,5}/y)?.[0]
    if (level === undefined) return this.#fail('the number of a level of the topic')
    const rest = this.#skip(':')
    if (!this.#skip(']')) this.#fail('"]"')
    return { kind: 'topic', level: Number(level), rest }
  }

  #path(start: number | 'root', steps: Step[] = []): Reference {
    for (;;) {
      if (this.#skip('.')) steps.push(this.#member())
      else if (this.#skip('[')) steps.push(this.#bracket())
      else break
    }
    return { kind: 'path', start, steps, end: this.#skip('@') ? this.#ending(start, steps) : 'value' }
  }

  #ending(start: number | 'root', steps: readonly Step[]): 'key' | 'index' | 'length' {
    const word = this.#match(WORD)?.[0]
    if (word === 'length') return word
    if (word !== 'key' && word !== 'index') return this.#fail('key, index or length after @')
    if (start !== 'root' && steps.length === 0) return word
    throw new ReferenceFault(
      `has @${word} of a value that is not around the record; only ^ may stand before it`,
    )
  }

  #carets(): number {
    const from = this.#at
    while (this.#skip('^'));
    return this.#at - from
  }

  #member(): { kind: 'member'; name: string } {
    const name = this.#match(NAME)?.[0]
    if (name === undefined)
      return this.#fail("a name (any other than letters, digits, _ - : / is written ['so'])")
    return { kind: 'member', name }
  }

  /** A step whose bracket was opened. */
  #bracket(): Step {
    const index = this.#match(INDEX)?.[1]
    if (index !== undefined) return { kind: 'element', index: Number(index) }
    const quote = this.#peek()
    const step: Step =
      quote === "'" || quote === '"'
        ? { kind: 'member', name: this.#quoted(quote) }
        : { kind: 'by', reference: this.#nested() }
    if (!this.#skip(']')) this.#fail('"]"')
    return step
  }

  #nested(): Reference {
    if (this.#peek() === '=' || this.#peek() === '*') this.#fail("a number, a 'name' or a reference")
    return this.reference()
  }

  #quoted(quote: string): string {
    let name = ''
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!
      if (character === quote) {
        this.#at++
        return name
      }
      name += character === '\\' ? (this.#text[++this.#at] ?? '') : character
    }
    return this.#fail('the closing quote')
  }

  /** The text of a constant: to the end, or in a template to its brace. */
  #remainder(): string {
    const end = this.#text.startsWith('=') ? -1 : this.#text.indexOf('}', this.#at)
    const text = this.#text.slice(this.#at, end < 0 ? undefined : end)
    this.#at += text.length
    return text
  }

  #peek(): string | undefined {
    return this.#text[this.#at]
  }

  #skip(part: string): boolean {
    if (!this.#text.startsWith(part, this.#at)) return false
    this.#at += part.length
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }

  #fail(wanted?: string): never {
    const found = this.#at < this.#text.length ? `"${this.#text.slice(this.#at)}"` : 'the end'
    throw new ReferenceFault(
      `cannot be read at character ${this.#at + 1}: ${wanted === undefined ? `${found} is not expected` : `${wanted} expected, found ${found}`}`,
    )
  }
}
