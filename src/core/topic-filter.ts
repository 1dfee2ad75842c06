/** An MQTT topic filter: `+` is one level, `#` at the end any number of them (MQTT 3.1.1, section 4.7). */
export class TopicFilter {
  readonly #parts: readonly string[]
  readonly #open: boolean

  constructor(filter: string) {
    const parts = filter.split('/')
    this.#open = parts.at(-1) === '#'
    this.#parts = this.#open ? parts.slice(0, -1) : parts
  }

  matches(topic: string): boolean {
    const levels = topic.split('/')
    if (this.#open ? levels.length < this.#parts.length : levels.length !== this.#parts.length) return false
    // Wildcards at the start do not match topics that begin with $ (4.7.2).
    if (topic.startsWith('$') && this.#parts[0] !== levels[0]) return false
    return this.#parts.every((part, i) => part === '+' || part === levels[i])
  }
}

/** No topic holds either character (MQTT 3.1.1, section 3.3.2.1): a text with one is a filter. */
export function topicTest(topicOrFilter: string): (topic: string) => boolean {
  if (!/[+#]/.test(topicOrFilter)) return (topic) => topic === topicOrFilter
  const filter = new TopicFilter(topicOrFilter)
  return (topic) => filter.matches(topic)
}
