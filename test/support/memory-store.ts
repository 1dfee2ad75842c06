import type { DecoderStore } from '../../src/decode/decoder.js'
import type { QualityStore } from '../../src/quality/quality-store.js'

/** Of decoders or of quality: keeps what is put for as long as the test keeps it. */
export class MemoryStore implements DecoderStore, QualityStore {
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

  /** Of all values. */
  get bytes(): number {
    let bytes = 0
    for (const value of this.#values.values()) bytes += value.length
    return bytes
  }
}
