/**
 * Topic filters with placeholders, as profiles name them: `factory/{site}/+/{device}/#`, `cells/line-{line}/#`.
 * A placeholder stands for a whole level or a part of one; wildcards stand for whole levels only.
 */

/** `{` name `}`, and nothing else in braces. */
const PLACEHOLDER = /\{([a-zA-Z][a-zA-Z0-9_-]{0,63})\}/

/** What must not come in by a value: it would reach beyond its level (MQTT 3.1.1, sections 4.7.1 and 4.7.3). */
const UNFIT = /[/+#\0]/

/** Value of a placeholder by its name; undefined or '' if there is none. */
export type PlaceholderValues = (name: string) => string | undefined

/** What makes a text no template, or undefined. */
export function templateFault(text: string): string | undefined {
  if (text === '') return 'it is empty'
  if (text.includes('\0')) return 'it contains U+0000'
  const levels = text.split('/')
  const openEnd = levels.indexOf('#')
  if (openEnd >= 0 && openEnd < levels.length - 1)
    return '# stands for the rest of a topic, and only at its end'
  for (const level of levels) {
    const fault = levelFault(level)
    if (fault !== undefined) return fault
  }
  return undefined
}

function levelFault(level: string): string | undefined {
  const literals = partsOf(level).filter((_, i) => i % 2 === 0)
  const rest = literals.join('')
  if (/[{}]/.test(rest)) return `“${level}” has braces that are no placeholder, as {device} is`
  if (/[+#]/.test(rest) && level.length > 1) return `“${level}” mixes a wildcard with other characters`
  return undefined
}

/** Parsed once for all clients of a profile. */
export class Template {
  readonly text: string
  /** Of each level: literal, name, literal, …, names at odd places. */
  readonly #levels: readonly (readonly string[])[]

  /** @param text one that has no `templateFault` */
  constructor(text: string) {
    this.text = text
    this.#levels = text.split('/').map(partsOf)
  }

  /** The topic filter for one client; undefined if it matches nothing, as a value is missing or unfit. */
  fill(values: PlaceholderValues): string | undefined {
    const levels = this.#levels.map((parts) => filled(parts, values))
    if (levels.includes(undefined)) return undefined
    const filter = levels.join('/')
    // No value may lead to the topics of the broker itself, which wildcards do not match either (section 4.7.2).
    return filter.startsWith('$') && !this.text.startsWith('$') ? undefined : filter
  }

  /**
   * As `fill`, for what is denied: a level without a fit value stands for any, or a client would be denied less for
   * having a client id that fits nowhere.
   */
  fillWidely(values: PlaceholderValues): string {
    return this.#levels.map((parts) => filled(parts, values) ?? '+').join('/')
  }
}

function partsOf(level: string): string[] {
  return level.split(new RegExp(PLACEHOLDER, 'g'))
}

function filled(parts: readonly string[], values: PlaceholderValues): string | undefined {
  let level = ''
  for (const [i, part] of parts.entries()) {
    const value = i % 2 === 0 ? part : values(part)
    if (i % 2 === 1 && (value === undefined || value === '' || UNFIT.test(value))) return undefined
    level += value
  }
  return level
}
