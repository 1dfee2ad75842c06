import type { DecoderContext, DecoderStore } from '../../src/decode/decoder.js'
import { MemoryStore } from './memory-store.js'

export interface LearningContext extends DecoderContext {
  /** Releases asked for, as [reason, topic filter], in order. */
  readonly released: (readonly [reason: string, topicFilter: string])[]
}

/** A context that can be looked into, for decoders that learn from messages. */
export function newLearningContext(store: DecoderStore = new MemoryStore()): LearningContext {
  const released: (readonly [string, string])[] = []
  const release: DecoderContext['release'] = (reason, topicFilter) =>
    void released.push([reason, topicFilter])
  return { store, released, release, now: Date.now }
}
