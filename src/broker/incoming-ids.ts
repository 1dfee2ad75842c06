/**
 * QoS 2: message ids that were received and not yet released (PUBREL). Table `mqttIncoming`: [client, message id] →
 * client id.
 *
 * Invariants.
 * - An id becomes durable in one transaction with the block that holds its message: never one without the other.
 * - A redelivery is answered (PUBREC) only when that transaction is on disk.
 * - The removal of an id is on disk before PUBCOMP leaves: the client may then use it for another message.
 * - Clients with a clean session have their ids in memory alone: their session ends with the connection.
 */
import type { Settled } from '../core/message.js'
import type { StateStore, Table } from '../core/state.js'
import type { Journal } from './journal.js'
import type { ClientRef } from './memory-persistence.js'
import { keptPacket, type StoredPacket } from './packet-format.js'
import { sessionKey } from './session-key.js'

interface Received {
  packet: StoredPacket
  state: 'pending' | 'durable' | 'forgotten'
  onDisk: boolean
  /** Redeliveries that wait for the disk. */
  waiting: (() => void)[] | undefined
}

const EMPTY = Buffer.alloc(0)

export class IncomingIds {
  readonly #table: Table
  readonly #journal: Journal
  readonly #clients = new Map<string, Map<number, Received>>()

  constructor(state: StateStore, journal: Journal) {
    this.#table = state.table('mqttIncoming')
    this.#journal = journal
  }

  load(): void {
    for (const { key, value } of this.#table.entries()) {
      const messageId = (key as [string, number])[1]
      const packet: StoredPacket = { cmd: 'publish', qos: 2, messageId, payload: EMPTY }
      this.#idsOf(value.toString()).set(messageId, {
        packet,
        state: 'durable',
        onDisk: true,
        waiting: undefined,
      })
    }
  }

  store(client: ClientRef, packet: StoredPacket): void {
    const messageId = packet.messageId!
    this.#idsOf(client.id).set(messageId, {
      packet: { ...keptPacket(packet), messageId },
      state: 'pending',
      onDisk: false,
      waiting: undefined,
    })
  }

  has(client: ClientRef, messageId: number): boolean {
    return this.#find(client, messageId) !== undefined
  }

  /** Resolves when the id is on disk; rejects if it was not received. */
  async get(client: ClientRef, messageId: number): Promise<StoredPacket> {
    const received = this.#find(client, messageId)
    if (received?.state === 'pending') {
      await new Promise<void>((resolve) => {
        received.waiting ??= []
        received.waiting.push(resolve)
      })
    }
    if (received === undefined || received.state === 'forgotten') throw new Error('no such packet')
    return received.packet
  }

  async release(client: ClientRef, messageId: number): Promise<void> {
    const received = this.#find(client, messageId)
    if (received === undefined) throw new Error('no such packet')
    if (received.onDisk) {
      this.#journal.change(() => this.#table.remove([sessionKey(client.id), messageId]))
      await this.#journal.flushed()
    }
    this.#forget(client.id, messageId, received)
  }

  /** The session ended. */
  clean(client: ClientRef): void {
    for (const [messageId, received] of this.#clients.get(client.id) ?? []) {
      this.#forget(client.id, messageId, received)
      if (received.onDisk) {
        this.#journal.change(() => this.#table.remove([sessionKey(client.id), messageId]))
      }
    }
  }

  /** The write that belongs into the transaction of the message's block. */
  writeOf(client: ClientRef, messageId: number): () => void {
    const received = this.#find(client, messageId)
    return () => {
      if (client.clean === true || received === undefined || received.state === 'forgotten') return
      received.onDisk = true
      this.#table.put([sessionKey(client.id), messageId], Buffer.from(client.id))
    }
  }

  /** Follows the fate of the message: redeliveries are answered, or taken for new if it was not accepted. */
  settling(client: ClientRef, messageId: number, settled: Settled): Settled {
    const received = this.#find(client, messageId)
    return (error) => {
      if (received !== undefined && error) this.#forget(client.id, messageId, received)
      else if (received !== undefined) this.#durable(received)
      settled(error)
    }
  }

  #durable(received: Received): void {
    if (received.state === 'pending') received.state = 'durable'
    received.packet.payload = EMPTY
    this.#wake(received)
  }

  #forget(clientId: string, messageId: number, received: Received): void {
    received.state = 'forgotten'
    const ids = this.#clients.get(clientId)
    if (ids?.get(messageId) === received) ids.delete(messageId)
    if (ids?.size === 0) this.#clients.delete(clientId)
    this.#wake(received)
  }

  #wake(received: Received): void {
    const waiting = received.waiting ?? []
    received.waiting = undefined
    for (const resolve of waiting) resolve()
  }

  #find(client: ClientRef, messageId: number): Received | undefined {
    return this.#clients.get(client.id)?.get(messageId)
  }

  #idsOf(clientId: string): Map<number, Received> {
    const known = this.#clients.get(clientId)
    if (known !== undefined) return known
    const ids = new Map<number, Received>()
    this.#clients.set(clientId, ids)
    return ids
  }
}
