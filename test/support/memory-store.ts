import type { QualityStore } from '../../src/quality/quality-store.js'

/** Keeps what is put for as long as the test keeps it. */
export class MemoryStore implements QualityStore {
  readonly #values = new Map<string, Buffer>()

  get(key: string): Buffer | undefined {
    return this.#values.get(key)
  }

  put(key: string, value: Buffer): void {
    this.#values.set(key, value)
  }

  remove(key: string): void {
    this.#values.delete(key)
  }

  *entries(prefix: string): Generator<{ readonly key: string; readonly value: Buffer }> {
    const keys = [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort()
    for (const key of keys) yield { key, value: this.#values.get(key)! }
  }
}
