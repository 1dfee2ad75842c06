import { isUtf8 } from 'node:buffer'
import type { Aedes } from 'aedes'
import { topicFault } from './topic-name.js'

/** What this file uses of Aedes's emitter (mqemitter 7.1). */
interface Emitter {
  readonly _matcher: { match(topic: string): unknown[] }
  on(topic: string, listener: unknown, done?: () => void): unknown
  removeListener(topic: string, listener: unknown, done?: () => void): unknown
}

/** Which way messages of a topic go. */
export const Way = {
  /** Through Aedes: ordinary MQTT traffic, and what is no topic. */
  aedes: 0,
  /** The express lane: telemetry that nobody is subscribed to. */
  lane: 1,
  /** The lane, and then to subscribers, of which some may be offline. */
  published: 2,
} as const
export type Way = (typeof Way)[keyof typeof Way]

/** The ways of topics. Answers hold until `version` changes. */
export class LaneTopics {
  version = 0
  readonly #isTelemetry: (topic: string, clientId: string) => boolean
  readonly #isQueuedFor: (topic: string) => boolean
  readonly #emitter: Emitter

  /** @param isQueuedFor whether a persistent session, connected or not, is subscribed to the topic */
  constructor(
    aedes: Aedes,
    isTelemetry: (topic: string, clientId: string) => boolean,
    isQueuedFor: (topic: string) => boolean,
  ) {
    this.#isTelemetry = isTelemetry
    this.#isQueuedFor = isQueuedFor
    this.#emitter = (aedes as unknown as { mq: Emitter }).mq
    this.#watch()
  }

  wayOf(topic: string, bytes: Buffer, clientId: string): Way {
    if (!isUtf8(bytes) || topicFault(topic) !== undefined || !this.#isTelemetry(topic, clientId))
      return Way.aedes
    const isSubscribed = this.#emitter._matcher.match(topic).length > 0 || this.#isQueuedFor(topic)
    return isSubscribed ? Way.published : Way.lane
  }

  /** What is telemetry has changed. */
  forget(): void {
    this.version++
  }

  /** Every subscription of a client that is connected passes the emitter; those that are restored, too. */
  #watch(): void {
    const emitter = this.#emitter
    const on = emitter.on.bind(emitter)
    const removeListener = emitter.removeListener.bind(emitter)
    emitter.on = (topic, listener, done) => {
      this.version++
      return on(topic, listener, done)
    }
    emitter.removeListener = (topic, listener, done) =>
      removeListener(topic, listener, () => {
        this.version++
        done?.()
      })
  }
}
