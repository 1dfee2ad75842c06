import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import type { StoredPacket } from './packet-format.js'

/** A client as Aedes passes it to its persistence. */
export interface ClientRef {
  readonly id: string
  readonly clean?: boolean
}

export interface Subscription {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly rh?: number
  readonly rap?: boolean
  readonly nl?: boolean
  readonly subscriptionIdentifier?: number
}

export interface Will extends StoredPacket {
  clientId: string
  brokerId: string
}

/** The part of aedes-persistence 11 (asyncPersistence.js) that is used as it is: retained messages and wills. */
export interface MemoryPersistence {
  setup(broker: { readonly id: string }): Promise<void>
  storeRetained(packet: StoredPacket): Promise<void>
  createRetainedStream(pattern: string): Readable
  createRetainedStreamCombi(patterns: readonly string[]): Readable
  putWill(client: ClientRef, packet: StoredPacket): Promise<void>
  getWill(client: ClientRef): Promise<Will | undefined>
  delWill(client: ClientRef): Promise<Will | undefined>
  streamWill(brokers?: object): Readable
  readonly broker: { readonly id: string }
  destroy(): Promise<void>
}

/** Topic → subscriptions, with MQTT's wildcards (qlobber, which aedes-persistence depends on). */
export interface SubscriptionTrie {
  add(topic: string, subscription: Subscription & { readonly clientId: string }): void
  remove(topic: string, subscription: { readonly clientId: string; readonly topic: string }): void
  match(topic: string): MatchedSubscription[]
  readonly subscriptionsCount: number
}

export interface MatchedSubscription extends Subscription {
  readonly clientId: string
}

type TrieOptions = {
  readonly wildcard_one: string
  readonly wildcard_some: string
  readonly separator: string
}

// Neither file has types of its own.
const require = createRequire(import.meta.url)
const FILE = require.resolve('aedes-persistence/asyncPersistence.js')

export const MemoryPersistence = require(FILE) as new () => MemoryPersistence

const QlobberSub = createRequire(FILE)('qlobber/aedes/qlobber-sub') as new (
  options: TrieOptions,
) => SubscriptionTrie

export function newSubscriptionTrie(): SubscriptionTrie {
  return new QlobberSub({ wildcard_one: '+', wildcard_some: '#', separator: '/' })
}
