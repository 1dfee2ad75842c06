import type { DecoderStore } from '../../../src/decode/decoder.js'

/** What decoders learn, for the length of a test. */
export class MemoryDecoderStore implements DecoderStore {
  readonly #values = new Map<string, Buffer>()

  get(key: string): Buffer | undefined {
    return this.#values.get(key)
  }

  put(key: string, value: Buffer): void {
    this.#values.set(key, Buffer.from(value))
  }

  remove(key: string): void {
    this.#values.delete(key)
  }

  entries(prefix: string): Iterable<{ readonly key: string; readonly value: Buffer }> {
    const inOrder = [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1))
    return inOrder.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value }))
  }
}
