import { LEVELS, type Level, type TopicLevels } from '../core/device.js'

/**
 * A topic pattern: literal levels, `{site}` `{area}` `{line}` `{device}` (one level, named), `+` (one level), and
 * `#` as the last (any number of levels, MQTT 3.1.1 section 4.7.1).
 */
export class TopicPattern {
  readonly #parts: readonly string[]
  readonly #names: readonly (Level | undefined)[]
  readonly #open: boolean

  constructor(pattern: string) {
    const parts = pattern.split('/')
    this.#open = parts.at(-1) === '#'
    this.#parts = this.#open ? parts.slice(0, -1) : parts
    this.#names = this.#parts.map((part) => LEVELS.find((level) => part === `{${level}}`))
  }

  match(topic: string): TopicLevels | undefined {
    // Wildcards at the start do not match topics that begin with $ (MQTT 3.1.1 section 4.7.2).
    const parts = topic.split('/')
    if (this.#open ? parts.length < this.#parts.length : parts.length !== this.#parts.length) return undefined
    const levels = { site: '', area: '', line: '', device: '' }
    for (let i = 0; i < this.#parts.length; i++) {
      const name = this.#names[i]
      if (name !== undefined && parts[i] !== '') levels[name] = parts[i]!
      else if (name !== undefined || (this.#parts[i] !== '+' && this.#parts[i] !== parts[i])) return undefined
    }
    return topic.startsWith('$') && this.#parts[0] !== parts[0] ? undefined : levels
  }
}
