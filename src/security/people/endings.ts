/** Who wants to know when an identity ends: live connections, mostly. */
export class Endings {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** Calls back once; stops at what it returns. */
  on(id: string, listener: () => void): () => void {
    const set = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, set)
    // Its own function: one listener may be given twice.
    const own = () => listener()
    set.add(own)
    return () => {
      set.delete(own)
      if (set.size === 0 && this.#listeners.get(id) === set) this.#listeners.delete(id)
    }
  }

  isWatched(id: string): boolean {
    return this.#listeners.has(id)
  }

  end(id: string): void {
    const set = this.#listeners.get(id)
    this.#listeners.delete(id)
    for (const listener of set ?? []) listener()
  }
}
