/**
 * A map that forgets: an entry that was not asked for while `limit` others came in is gone. It holds two generations
 * of `limit` entries at the most; when the younger is full, the older is dropped whole, so that forgetting costs
 * nothing per entry.
 */
export class Generations<V extends object> {
  readonly #limit: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Entries held, in both generations. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#keep(key)
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  /** What is still in use moves over to the younger generation. */
  #keep(key: string): V | undefined {
    const value = this.#old.get(key)
    if (value === undefined) return undefined
    this.#old.delete(key)
    this.set(key, value)
    return value
  }
}
