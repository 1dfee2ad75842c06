import type { StateStore, Table } from '../core/state.js'
import type { Journal } from './journal.js'
import {
  type ClientRef,
  type MatchedSubscription,
  newSubscriptionTrie,
  type Subscription,
} from './memory-persistence.js'
import { sessionKey } from './session-key.js'

interface SubscriptionRecord {
  readonly clientId: string
  readonly subscription: Subscription
}

/**
 * The subscriptions of persistent sessions. Table `mqttSubscriptions`: [client, topic] → JSON of both and the options.
 * Those of QoS 0 are restored with the session but match nothing here: nothing is queued for them.
 */
export class Subscriptions {
  readonly #table: Table
  readonly #journal: Journal
  readonly #clients = new Map<string, Map<string, Subscription>>()
  readonly #trie = newSubscriptionTrie()
  /** Refused; the array that they are in is added as a whole. */
  readonly #withheld = new WeakSet<object>()
  /** The array added last: Aedes adds the whole array of a SUBSCRIBE once for every topic in it, in one turn. */
  #lastAdded: readonly Subscription[] | undefined

  constructor(state: StateStore, journal: Journal) {
    this.#table = state.table('mqttSubscriptions')
    this.#journal = journal
  }

  load(): void {
    for (const { value } of this.#table.entries()) {
      const { clientId, subscription } = JSON.parse(value.toString()) as SubscriptionRecord
      this.#remember(clientId, subscription)
    }
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Subscriptions of QoS 1 and 2. */
  get count(): number {
    return this.#trie.subscriptionsCount
  }

  async add(client: ClientRef, subscriptions: readonly Subscription[]): Promise<void> {
    if (this.#lastAdded !== subscriptions) {
      this.#lastAdded = subscriptions
      setImmediate(() => {
        this.#lastAdded = undefined
      })
      for (const subscription of subscriptions) {
        if (!this.#withheld.has(subscription)) this.#add(client.id, subscription)
      }
    }
    await this.#journal.flushed()
  }

  withhold(subscription: object): void {
    this.#withheld.add(subscription)
  }

  async remove(client: ClientRef, topics: Iterable<string>): Promise<void> {
    this.#lastAdded = undefined
    const known = this.#clients.get(client.id)
    if (known === undefined) return
    for (const topic of topics) this.#remove(client.id, known, topic)
    if (known.size === 0) this.#clients.delete(client.id)
    await this.#journal.flushed()
  }

  async clean(client: ClientRef): Promise<void> {
    await this.remove(client, [...(this.#clients.get(client.id)?.keys() ?? [])])
  }

  of(client: ClientRef): Subscription[] {
    return Array.from(this.#clients.get(client.id)?.values() ?? [], (subscription) => ({ ...subscription }))
  }

  matching(topic: string): MatchedSubscription[] {
    return this.#trie.match(topic)
  }

  *clientsOf(topic: string): Iterable<string> {
    for (const [clientId, known] of this.#clients) if (known.has(topic)) yield clientId
  }

  #add(clientId: string, { topic, qos, rh, rap, nl, subscriptionIdentifier }: Subscription): void {
    const options = { topic, qos, rh, rap, nl } as Subscription
    const subscription =
      subscriptionIdentifier === undefined ? options : { ...options, subscriptionIdentifier }
    this.#remember(clientId, subscription)
    const record = Buffer.from(JSON.stringify({ clientId, subscription }))
    const key = [sessionKey(clientId), sessionKey(topic)]
    this.#journal.change(() => this.#table.put(key, record))
  }

  #remember(clientId: string, subscription: Subscription): void {
    const { topic, qos } = subscription
    const known = this.#clients.get(clientId) ?? new Map<string, Subscription>()
    if (qos > 0) this.#trie.add(topic, { ...subscription, clientId })
    else this.#unmatch(clientId, known.get(topic))
    known.set(topic, subscription)
    this.#clients.set(clientId, known)
  }

  #remove(clientId: string, known: Map<string, Subscription>, topic: string): void {
    const subscription = known.get(topic)
    if (subscription === undefined) return
    this.#unmatch(clientId, subscription)
    known.delete(topic)
    const key = [sessionKey(clientId), sessionKey(topic)]
    this.#journal.change(() => this.#table.remove(key))
  }

  #unmatch(clientId: string, subscription: Subscription | undefined): void {
    if (subscription === undefined || subscription.qos === 0) return
    this.#trie.remove(subscription.topic, { clientId, topic: subscription.topic })
  }
}
