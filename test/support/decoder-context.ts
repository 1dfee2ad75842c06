import type { DecoderContext, DecoderStore } from '../../src/decode/decoder.js'
import { MemoryStore } from './memory-store.js'

export interface TestDecoderContext extends DecoderContext {
  /** Reason and topic filter of each release. */
  readonly released: (readonly [reason: string, topicFilter: string])[]
}

export function newDecoderStore(): DecoderStore {
  return new MemoryStore()
}

/** A context that remembers no more than its store, and writes down what is released. */
export function newDecoderContext(store: DecoderStore = newDecoderStore()): TestDecoderContext {
  const released: [string, string][] = []
  return {
    store,
    released,
    release: (reason, topicFilter) => void released.push([reason, topicFilter]),
    now: () => 1_700_000_000_000,
  }
}
