import type { ClientCertificate } from '../../core/client-access.js'
import { LEVELS, type TopicLevels } from '../../core/device.js'

/** A rule of `mqtt.certificates` of the configuration. */
export interface CertificateRule {
  readonly from: 'commonName' | 'dns' | 'uri' | 'email'
  /** `{site}.{area}.{line}.{device}`, `urn:plant:{device}`. */
  readonly pattern: string
  readonly profile: string
}

/** Which device a certificate stands for. */
export interface CertificateReading {
  readonly profile: string
  /** Undefined where the pattern has no placeholder of a level. */
  readonly place: TopicLevels | undefined
  readonly attributes: Readonly<Record<string, string>>
}

const PLACEHOLDER = /\{([a-zA-Z][\w-]{0,63})\}/
const KINDS = { dns: 'DNS:', uri: 'URI:', email: 'email:' } as const

/** The first rule that fits counts. */
export class CertificateRules {
  readonly #rules: readonly CompiledRule[]

  constructor(rules: readonly CertificateRule[]) {
    this.#rules = rules.map((rule) => new CompiledRule(rule))
  }

  /** Undefined if none fits. */
  read(certificate: ClientCertificate): CertificateReading | undefined {
    for (const rule of this.#rules) {
      const reading = rule.read(certificate)
      if (reading !== undefined) return reading
    }
    return undefined
  }
}

class CompiledRule {
  readonly #rule: CertificateRule
  readonly #form: RegExp
  /** Of the groups of `#form`. */
  readonly #names: readonly string[]

  constructor(rule: CertificateRule) {
    this.#rule = rule
    // Literal, name, literal, …: names at odd places.
    const parts = rule.pattern.split(PLACEHOLDER)
    this.#names = parts.filter((_, i) => i % 2 === 1)
    const form = parts.map((part, i) => (i % 2 === 0 ? literal(part) : groupBefore(parts[i + 1] ?? '')))
    this.#form = new RegExp(`^${form.join('')}$`, 'u')
  }

  read(certificate: ClientCertificate): CertificateReading | undefined {
    for (const text of textsOf(certificate, this.#rule.from)) {
      const values = this.#valuesIn(text)
      if (values !== undefined) return this.#readingOf(values)
    }
    return undefined
  }

  /** A placeholder that stands twice must stand for the same twice. */
  #valuesIn(text: string): Map<string, string> | undefined {
    const found = this.#form.exec(text)
    if (found === null) return undefined
    const values = new Map<string, string>()
    for (const [i, name] of this.#names.entries()) {
      const value = found[i + 1]!
      if ((values.get(name) ?? value) !== value) return undefined
      values.set(name, value)
    }
    return values
  }

  #readingOf(values: Map<string, string>): CertificateReading {
    const { site = '', area = '', line = '', device = '', ...attributes } = Object.fromEntries(values)
    const isPlaced = LEVELS.some((level) => values.has(level))
    const place = isPlaced ? { site, area, line, device } : undefined
    return { profile: this.#rule.profile, place, attributes }
  }
}

/**
 * Up to the next character of the pattern, and never what no level of a topic can be: a certificate whose name holds a
 * slash or a wildcard fits no rule.
 */
function groupBefore(text: string): string {
  const next = [...text][0]
  return `([^/+#\\p{Cc}${next === undefined ? '' : literal(next)}]+)`
}

/** Characters that a regular expression takes as they are. */
function literal(text: string): string {
  const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`
  return Array.from(text, (character) =>
    /[A-Za-z0-9]/.test(character) ? character : escaped(character),
  ).join('')
}

function textsOf(certificate: ClientCertificate, from: CertificateRule['from']): readonly string[] {
  if (from === 'commonName') return [certificate.commonName]
  const kind = KINDS[from]
  return certificate.alternativeNames
    .filter((name) => name.startsWith(kind))
    .map((name) => name.slice(kind.length))
}
