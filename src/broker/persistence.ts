/**
 * Aedes's persistence on the state of the gateway: what belongs to MQTT sessions and outlives the process.
 *
 *     mqttSubscriptions   of persistent sessions                  subscriptions.ts
 *     mqttOutgoing        messages that they have not acknowledged  outgoing-queues.ts
 *     mqttIncoming        QoS 2 message ids received from them    incoming-ids.ts
 *     mqttRetained        topic → the retained message
 *     mqttWills           client → its will, while it is connected
 *
 * Everything is in memory as well and read from there; `setup` loads it. Changes go to disk in order (journal.ts), or
 * in the transaction of the block that holds the message they come from.
 */
import { Readable } from 'node:stream'
import type { Logger } from '../core/logger.js'
import type { Settled } from '../core/message.js'
import type { StateStore, Table } from '../core/state.js'
import { within } from '../core/within.js'
import { IncomingIds } from './incoming-ids.js'
import { Journal } from './journal.js'
import type { LimitName } from './limits.js'
import {
  type ClientRef,
  type MatchedSubscription,
  MemoryPersistence,
  type Subscription,
  type Will,
} from './memory-persistence.js'
import { OutgoingQueues, type QueueLimits, type Subscriber } from './outgoing-queues.js'
import { decodePacket, encodePacket, ownPayload, payloadBytes, type StoredPacket } from './packet-format.js'
import { type RetainedLimits, RetainedTotals } from './retained-totals.js'
import { sessionKey } from './session-key.js'
import { Subscriptions } from './subscriptions.js'

export interface PersistenceOptions {
  readonly state: StateStore
  readonly logger: Logger
  readonly queueLimits: QueueLimits
  /** Called for every message that is dropped from a queue which is full. */
  readonly onDropped: (clientId: string) => void
  /** Has a write made in the transaction of the block that is open now. */
  readonly alongside: (write: () => void) => void
  /** Any number and size when absent. */
  readonly retainedLimits?: RetainedLimits
  /** Whether a client may still get what was queued for it; anything when absent. */
  readonly mayReceive?: (client: ClientRef, topic: string) => boolean
  /** Called when a client has no stored will any more, or may get another. */
  readonly onWillGone?: (clientId: string) => void
}

const RETRY_AFTER_MS = 1_000

export class Persistence extends MemoryPersistence {
  readonly #journal: Journal
  readonly #alongside: PersistenceOptions['alongside']
  readonly #mayReceive: NonNullable<PersistenceOptions['mayReceive']>
  readonly #retainedTotals: RetainedTotals
  readonly #onWillGone: PersistenceOptions['onWillGone']
  readonly #subscriptions: Subscriptions
  readonly #outgoing: OutgoingQueues
  readonly #incoming: IncomingIds
  readonly #retained: Table
  readonly #wills: Table

  constructor(options: PersistenceOptions) {
    super()
    const { state, logger, queueLimits, onDropped, alongside, onWillGone } = options
    const { retainedLimits = { maxMessages: 0, maxBytes: 0 }, mayReceive = () => true } = options
    this.#journal = new Journal(state, logger, RETRY_AFTER_MS)
    this.#alongside = alongside
    this.#mayReceive = mayReceive
    this.#retainedTotals = new RetainedTotals(retainedLimits)
    this.#onWillGone = onWillGone
    this.#subscriptions = new Subscriptions(state, this.#journal)
    this.#outgoing = new OutgoingQueues(state, this.#journal, queueLimits, onDropped)
    this.#incoming = new IncomingIds(state, this.#journal)
    this.#retained = state.table('mqttRetained')
    this.#wills = state.table('mqttWills')
  }

  // Aedes checks that this is an async function.
  override async setup(broker: { readonly id: string }): Promise<void> {
    await super.setup(broker)
    this.#subscriptions.load()
    this.#outgoing.load()
    this.#incoming.load()
    for (const { value } of this.#retained.entries()) await this.#loadRetained(value)
    for (const { value } of this.#wills.entries()) await this.#loadWill(value)
  }

  /** Resolves when all changes so far are on disk, or after `graceMs`; what comes later is not kept. */
  async close(graceMs: number): Promise<void> {
    await within(graceMs, this.#journal.flushed())
    this.#journal.stop()
  }

  /**
   * To be called before a message of QoS 1 is accepted: what it means for sessions becomes durable with its block, and
   * so before its acknowledgement.
   */
  prepare(packet: StoredPacket): void {
    if (packet.retain === true) this.#alongside(this.#retainedWrite(packet))
    if (this.#subscriptions.count === 0) return
    const matching = this.#subscriptions.matching(packet.topic!)
    if (matching.length === 0) return
    this.#alongside(this.#outgoing.prepare(matching, packet))
  }

  /** Whether a message of QoS 2 came in under this id, which is not released yet. */
  isReceived(client: ClientRef, messageId: number): boolean {
    return this.#incoming.has(client, messageId)
  }

  /** To be called before a message of QoS 2 is accepted, with Aedes's callback; gives the one to accept it with. */
  receive(client: ClientRef, messageId: number, settled: Settled): Settled {
    this.#alongside(this.#incoming.writeOf(client, messageId))
    return this.#incoming.settling(client, messageId, settled)
  }

  /** Retained messages, and their bytes with their topics. */
  get retained(): { readonly messages: number; readonly bytes: number } {
    return this.#retainedTotals
  }

  /**
   * Counts a message that is about to be retained, or names the limit that forbids it. The one that it was to replace is
   * dropped then: rather none than one that is no longer true.
   */
  admitRetained(packet: StoredPacket): LimitName | undefined {
    const topic = packet.topic!
    const limit = this.#retainedTotals.admit(topic, payloadBytes(packet).length)
    if (limit === 'retainedBytes') void this.storeRetained({ ...packet, qos: 0, payload: '' })
    return limit
  }

  /** What was admitted will not be stored. */
  forgoRetained(topic: string): void {
    this.#retainedTotals.forgo(topic)
  }

  override async storeRetained(packet: StoredPacket): Promise<void> {
    this.#retainedTotals.stored(packet.topic ?? '', payloadBytes(packet).length)
    await super.storeRetained({ ...packet, payload: ownPayload(packet.payload) })
    this.#journal.change(this.#retainedWrite(packet))
    if (packet.qos === 2) await this.#journal.flushed()
  }

  /** A subscription that was refused: `addSubscriptions` leaves it out. */
  withhold(subscription: object): void {
    this.#subscriptions.withhold(subscription)
  }

  async addSubscriptions(client: ClientRef, subscriptions: readonly Subscription[]): Promise<void> {
    await this.#subscriptions.add(client, subscriptions)
  }

  async removeSubscriptions(client: ClientRef, topics: readonly string[]): Promise<void> {
    await this.#subscriptions.remove(client, topics)
  }

  async cleanSubscriptions(client: ClientRef): Promise<void> {
    await this.#subscriptions.clean(client)
  }

  async subscriptionsByClient(client: ClientRef): Promise<Subscription[]> {
    return this.#subscriptions.of(client)
  }

  async subscriptionsByTopic(topic: string): Promise<MatchedSubscription[]> {
    return this.#subscriptions.count === 0 ? [] : this.#subscriptions.matching(topic)
  }

  /** Whether a persistent session, connected or not, is to get messages of this topic. */
  isQueuedFor(topic: string): boolean {
    return this.#subscriptions.count > 0 && this.#subscriptions.matching(topic).length > 0
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    return { subsCount: this.#subscriptions.count, clientsCount: this.#subscriptions.clients }
  }

  getClientList(topic: string): Readable {
    return Readable.from(this.#subscriptions.clientsOf(topic))
  }

  async outgoingEnqueue(subscriber: Subscriber, packet: StoredPacket): Promise<void> {
    await this.#outgoing.enqueue([subscriber], packet)
  }

  async outgoingEnqueueCombi(subscribers: readonly Subscriber[], packet: StoredPacket): Promise<void> {
    if (subscribers.length > 0) await this.#outgoing.enqueue(subscribers, packet)
  }

  async outgoingUpdate(client: ClientRef, packet: StoredPacket): Promise<void> {
    await this.#outgoing.update(client.id, packet)
  }

  async outgoingClearMessageId(client: ClientRef, packet: StoredPacket): Promise<StoredPacket | undefined> {
    return this.#outgoing.clear(client.id, packet.messageId)
  }

  outgoingStream(client: ClientRef): Readable {
    this.#outgoing.withdraw(client.id, (topic) => this.#mayReceive(client, topic))
    return Readable.from(this.#outgoing.packetsOf(client.id))
  }

  async incomingStorePacket(client: ClientRef, packet: StoredPacket): Promise<void> {
    this.#incoming.store(client, packet)
  }

  async incomingGetPacket(client: ClientRef, packet: StoredPacket): Promise<StoredPacket> {
    return this.#incoming.get(client, packet.messageId!)
  }

  async incomingDelPacket(client: ClientRef, packet: StoredPacket): Promise<void> {
    await this.#incoming.release(client, packet.messageId!)
  }

  async cleanIncoming(client: ClientRef): Promise<void> {
    this.#incoming.clean(client)
  }

  override async putWill(client: ClientRef, packet: StoredPacket): Promise<void> {
    await super.putWill(client, packet)
    const record = encodePacket(client.id, packet)
    this.#journal.change(() => this.#wills.put(sessionKey(client.id), record))
  }

  override async delWill(client: ClientRef): Promise<Will | undefined> {
    const will = await super.delWill(client)
    if (will !== undefined) this.#journal.change(() => this.#wills.remove(sessionKey(client.id)))
    this.#onWillGone?.(client.id)
    return will
  }

  /** Forgets a session that is not connected: its subscriptions, its queue, its QoS 2 exchanges and its will. */
  async endSession(client: ClientRef): Promise<void> {
    this.#outgoing.drop(client.id)
    this.#incoming.clean(client)
    await this.delWill(client)
    await this.#subscriptions.clean(client)
  }

  override async destroy(): Promise<void> {
    await super.destroy()
    await this.#journal.flushed()
  }

  async #loadRetained(record: Buffer): Promise<void> {
    const { packet } = decodePacket(record)
    this.#retainedTotals.stored(packet.topic ?? '', payloadBytes(packet).length)
    await super.storeRetained(packet)
  }

  async #loadWill(record: Buffer): Promise<void> {
    const { owner, packet } = decodePacket(record)
    const { brokerId } = packet
    await super.putWill({ id: owner }, packet)
    // `putWill` signs it as this run's, whose clients are connected; it is published because its broker is gone.
    if (brokerId !== undefined) packet.brokerId = brokerId
  }

  #retainedWrite(packet: StoredPacket): () => void {
    const topic = packet.topic ?? ''
    const key = sessionKey(topic)
    if (payloadBytes(packet).length === 0) return () => this.#retained.remove(key)
    const record = encodePacket(topic, packet)
    return () => this.#retained.put(key, record)
  }
}
