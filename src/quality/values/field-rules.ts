import type { DeadbandSettings, FieldSettings, RangeSettings } from '../settings.js'
import { Conversion } from './conversion.js'

/** What is configured for a field, compiled. */
export interface FieldRule {
  readonly conversion: Conversion | undefined
  readonly range: RangeSettings | undefined
  readonly deadband: DeadbandSettings | undefined
}

interface Pattern {
  readonly expression: RegExp
  readonly rule: FieldRule
}

/** Names that are remembered; a device that invents some must not fill the memory. */
const MAX_NAMES = 4_096
const MAX_POSITIONS = 256

/**
 * Rules by the names of fields. A name is looked up once and then remembered, by its position in the point too: the points
 * of devices alike have the same fields in the same order, and comparing two names costs less than looking one up.
 */
export class FieldRules {
  readonly #exact = new Map<string, FieldRule>()
  readonly #patterns: Pattern[] = []
  readonly #known = new Map<string, FieldRule | undefined>()
  readonly #names: string[] = []
  readonly #rules: (FieldRule | undefined)[] = []

  constructor(fields: Readonly<Record<string, FieldSettings>>) {
    for (const [name, settings] of Object.entries(fields)) {
      const rule = compile(settings)
      if (name.includes('*')) this.#patterns.push({ expression: toExpression(name), rule })
      else this.#exact.set(name, rule)
    }
  }

  /** `position`: from 0, in the point. */
  at(position: number, name: string): FieldRule | undefined {
    if (this.#names[position] === name) return this.#rules[position]
    const rule = this.#find(name)
    if (position < MAX_POSITIONS) {
      this.#names[position] = name
      this.#rules[position] = rule
    }
    return rule
  }

  /** Whether any field has what `part` names. */
  some(part: keyof FieldRule): boolean {
    const rules = [...this.#exact.values(), ...this.#patterns.map(({ rule }) => rule)]
    return rules.some((rule) => rule[part] !== undefined)
  }

  #find(name: string): FieldRule | undefined {
    const known = this.#known.get(name)
    if (known !== undefined || this.#known.has(name)) return known
    const rule = this.#exact.get(name) ?? this.#patterns.find(({ expression }) => expression.test(name))?.rule
    if (this.#known.size === MAX_NAMES) this.#known.clear()
    this.#known.set(name, rule)
    return rule
  }
}

function compile(settings: FieldSettings): FieldRule {
  const { range, deadband } = settings
  return { conversion: Conversion.of(settings), range, deadband }
}

/** `*` stands for any characters, none too. Runs of it are one, so that no name takes long to refuse. */
function toExpression(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'su')
}
