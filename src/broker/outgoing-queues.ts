/**
 * What persistent sessions have yet to acknowledge. Table `mqttOutgoing`: [client, sequence] → packet-format.ts.
 * Sequences ascend over all queues, so that the order of the keys is the order of delivery.
 *
 * Invariants.
 * - A message that a publisher of QoS 1 or 2 got an acknowledgement for is on disk in every queue that it belongs to:
 *   `prepare` writes it with the block (QoS 1), `enqueue` resolves when it is on disk (QoS 2).
 * - The state of a QoS 2 delivery (message id, PUBREL) is on disk before the packet leaves.
 * - A queue has a limit of messages and of bytes; the oldest are dropped, counted and logged.
 *
 * Recovery: queues are read at the start. Message ids of QoS 1 deliveries are not kept; those are sent again under new ones.
 */
import type { StateStore, Table } from '../core/state.js'
import type { Journal } from './journal.js'
import { OutgoingQueue, type QueueEntry } from './outgoing-queue.js'
import { decodePacket, encodePacket, keptPacket, type StoredPacket } from './packet-format.js'
import { sessionKey } from './session-key.js'

export interface QueueLimits {
  /** For each client. */
  readonly maxMessages: number
  /** Bytes of payloads and topics, for each client. */
  readonly maxBytes: number
}

export interface Subscriber {
  readonly clientId: string
  readonly qos?: 0 | 1 | 2
}

/** In place of the broker's id in packets that Aedes has not numbered in this run. */
const UNNUMBERED = 'queue'

export class OutgoingQueues {
  readonly #table: Table
  readonly #journal: Journal
  readonly #limits: QueueLimits
  readonly #onDropped: (clientId: string) => void
  readonly #queues = new Map<string, OutgoingQueue>()
  /** Entries written ahead by `prepare`, found again by the payload, which Aedes passes on as it is. */
  readonly #prepared = new WeakMap<object, Map<string, QueueEntry>>()
  #nextSequence = 1

  constructor(
    state: StateStore,
    journal: Journal,
    limits: QueueLimits,
    onDropped: (clientId: string) => void,
  ) {
    this.#table = state.table('mqttOutgoing')
    this.#journal = journal
    this.#limits = limits
    this.#onDropped = onDropped
  }

  load(): void {
    for (const { key, value } of this.#table.entries()) {
      const sequence = (key as [string, number])[1]
      const { owner, packet } = decodePacket(value)
      this.#queueOf(owner).add(newEntry(sequence, numbered(packet, sequence), true))
      this.#nextSequence = Math.max(this.#nextSequence, sequence + 1)
    }
  }

  /** Queues a message before Aedes does. The result is to run in the transaction of the block that holds the message. */
  prepare(subscribers: readonly Subscriber[], packet: StoredPacket): () => void {
    const entries = new Map<string, QueueEntry>()
    for (const [clientId, qos] of highestQos(subscribers, packet)) {
      entries.set(clientId, this.#append(clientId, { ...keptPacket(packet), qos }))
    }
    if (typeof packet.payload === 'object') this.#prepared.set(packet.payload, entries)
    return () => {
      for (const [clientId, entry] of entries) this.#put(clientId, entry)
    }
  }

  /** Resolves when the message is on disk in all queues, at once for those that it was prepared in. */
  async enqueue(subscribers: readonly Subscriber[], packet: StoredPacket): Promise<void> {
    const prepared = typeof packet.payload === 'object' ? this.#prepared.get(packet.payload) : undefined
    let written = false
    for (const [clientId, qos] of highestQos(subscribers, packet)) {
      const known = prepared?.get(clientId)
      const entry = known ?? this.#append(clientId, { ...keptPacket(packet), qos })
      // It may have been dropped, or delivered and acknowledged, in the meantime.
      if (!entry.removed) this.#queueOf(clientId).number(entry, packet)
      if (known !== undefined) continue
      this.#journal.change(() => this.#put(clientId, entry))
      written = true
    }
    if (written && packet.qos === 2) await this.#journal.flushed()
  }

  /**
   * Sets the message id of a queued packet, or puts a PUBREL in its place. A packet that was dropped from a full queue
   * while it was being delivered is delivered without a record.
   */
  async update(clientId: string, packet: StoredPacket): Promise<void> {
    const entry = this.#queues.get(clientId)?.update(packet)
    if (entry === undefined) return
    if (entry.packet.qos === 2 || entry.packet.cmd !== 'publish') {
      this.#journal.change(() => this.#put(clientId, entry))
      await this.#journal.flushed()
    }
  }

  /** Removes what was acknowledged. */
  clear(clientId: string, messageId: number | undefined): StoredPacket | undefined {
    const queue = this.#queues.get(clientId)
    const entry = queue?.byMessageId(messageId)
    if (queue === undefined || entry === undefined) return undefined
    this.#remove(clientId, queue, entry)
    return entry.packet
  }

  /** Removes all of a client. */
  drop(clientId: string): void {
    const queue = this.#queues.get(clientId)
    if (queue === undefined) return
    for (const entry of [...queue.entries()]) this.#remove(clientId, queue, entry)
  }

  packetsOf(clientId: string): StoredPacket[] {
    const entries = this.#queues.get(clientId)?.entries() ?? []
    return Array.from(entries, (entry) => entry.packet)
  }

  /** Removes messages of topics that the client may not get any more. */
  withdraw(clientId: string, mayReceive: (topic: string) => boolean): void {
    const queue = this.#queues.get(clientId)
    for (const entry of [...(queue?.entries() ?? [])]) {
      const { cmd, topic } = entry.packet
      if (cmd === 'publish' && !mayReceive(topic ?? '')) this.#remove(clientId, queue!, entry)
    }
  }

  #append(clientId: string, packet: StoredPacket): QueueEntry {
    const sequence = this.#nextSequence++
    const entry = newEntry(sequence, numbered(packet, sequence), false)
    const queue = this.#queueOf(clientId)
    queue.add(entry)
    while (queue.size > this.#limits.maxMessages || queue.bytes > this.#limits.maxBytes) {
      this.#remove(clientId, queue, queue.oldest()!)
      this.#onDropped(clientId)
    }
    return entry
  }

  #queueOf(clientId: string): OutgoingQueue {
    const known = this.#queues.get(clientId)
    if (known !== undefined) return known
    const queue = new OutgoingQueue()
    this.#queues.set(clientId, queue)
    return queue
  }

  #put(clientId: string, entry: QueueEntry): void {
    if (entry.removed) return
    entry.onDisk = true
    this.#table.put([sessionKey(clientId), entry.sequence], encodePacket(clientId, entry.packet))
  }

  #remove(clientId: string, queue: OutgoingQueue, entry: QueueEntry): void {
    queue.remove(entry)
    if (queue.size === 0) this.#queues.delete(clientId)
    // An entry whose write still waits is left out when its turn comes.
    if (entry.onDisk) this.#journal.change(() => this.#table.remove([sessionKey(clientId), entry.sequence]))
  }
}

function newEntry(sequence: number, packet: StoredPacket, onDisk: boolean): QueueEntry {
  const bytes = (packet.topic?.length ?? 0) + (packet.payload?.length ?? 0)
  return { sequence, packet, bytes, onDisk, removed: false }
}

function numbered(packet: StoredPacket, sequence: number): StoredPacket {
  return { ...packet, messageId: packet.messageId, brokerId: UNNUMBERED, brokerCounter: sequence }
}

/** One delivery for each client, however many of its subscriptions match (MQTT-3.3.5-1). */
function highestQos(subscribers: readonly Subscriber[], packet: StoredPacket): Map<string, 0 | 1 | 2> {
  const highest = new Map<string, 0 | 1 | 2>()
  const published = packet.qos ?? 0
  for (const { clientId, qos = published } of subscribers) {
    const granted = Math.min(qos, published) as 0 | 1 | 2
    const known = highest.get(clientId)
    if (known === undefined || known < granted) highest.set(clientId, granted)
  }
  return highest
}
