/**
 * Answers given before, by topic, within bounds of number and of characters. When either is reached, everything is
 * forgotten at once: a client that stays within keeps all its answers, and forgetting costs nothing per topic.
 */
export class Answers {
  readonly #maxTopics: number
  readonly #maxCharacters: number
  readonly #answers = new Map<string, boolean>()
  #characters = 0

  constructor(maxTopics: number, maxCharacters: number) {
    this.#maxTopics = maxTopics
    this.#maxCharacters = maxCharacters
  }

  get size(): number {
    return this.#answers.size
  }

  get(topic: string): boolean | undefined {
    return this.#answers.get(topic)
  }

  /** To be called for topics that `get` does not know. */
  set(topic: string, answer: boolean): void {
    if (this.#answers.size >= this.#maxTopics || this.#characters + topic.length > this.#maxCharacters) {
      this.#answers.clear()
      this.#characters = 0
    }
    this.#answers.set(topic, answer)
    this.#characters += topic.length
  }
}
