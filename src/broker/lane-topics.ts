import { isUtf8 } from 'node:buffer'
import type { Aedes } from 'aedes'
import type { AedesClient } from './aedes-internals.js'
import { topicFault } from './topic-name.js'

/** What this file uses of Aedes's emitter (mqemitter 7.1). */
interface Emitter {
  readonly _matcher: { match(topic: string): unknown[] }
  on(topic: string, listener: unknown, done?: () => void): unknown
  removeListener(topic: string, listener: unknown, done?: () => void): unknown
}

/** Which way messages of a topic go. */
export const Way = {
  /** Through Aedes: ordinary MQTT traffic, and what is no topic or past a limit. */
  aedes: 0,
  /** The express lane: telemetry that nobody is subscribed to. */
  lane: 1,
  /** The lane, and then to subscribers, of which some may be offline. */
  published: 2,
  /** To be counted, and no further: its sender may not publish to the topic. */
  refused: 3,
} as const
export type Way = (typeof Way)[keyof typeof Way]

/** What decides the way of a topic, beside its subscribers that are connected. */
export interface TopicQuestions {
  readonly isTelemetry: (topic: string, clientId: string) => boolean
  /** Whether a persistent session, connected or not, is subscribed to the topic. */
  readonly isQueuedFor: (topic: string) => boolean
  /** The same answer for as long as the client is connected. */
  readonly mayPublish: (client: AedesClient, topic: string) => boolean
  readonly isWithinLimits: (topic: string) => boolean
}

/** The ways of topics. Answers hold until `version` changes. */
export class LaneTopics {
  version = 0
  readonly #questions: TopicQuestions
  readonly #emitter: Emitter

  constructor(aedes: Aedes, questions: TopicQuestions) {
    this.#questions = questions
    this.#emitter = (aedes as unknown as { mq: Emitter }).mq
    this.#watch()
  }

  wayOf(topic: string, bytes: Buffer, client: AedesClient): Way {
    const ask = this.#questions
    if (!isUtf8(bytes) || topicFault(topic) !== undefined || !ask.isWithinLimits(topic)) return Way.aedes
    // First: to look for the route of a topic is to make its device known.
    if (!ask.mayPublish(client, topic)) return Way.refused
    if (!ask.isTelemetry(topic, client.id)) return Way.aedes
    const isSubscribed = this.#emitter._matcher.match(topic).length > 0 || ask.isQueuedFor(topic)
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
