import type { StoredPacket } from './packet-format.js'

export interface QueueEntry {
  readonly sequence: number
  packet: StoredPacket
  readonly bytes: number
  /** Its write was handed to LMDB. */
  onDisk: boolean
  removed: boolean
}

/**
 * One client's queue, in order of sequence, with the two ways in which Aedes names a packet: the broker's id and
 * counter before it is sent, the message id afterwards.
 */
export class OutgoingQueue {
  readonly #entries = new Map<number, QueueEntry>()
  readonly #byOrigin = new Map<string, QueueEntry>()
  readonly #byMessageId = new Map<number, QueueEntry>()
  #bytes = 0

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  entries(): Iterable<QueueEntry> {
    return this.#entries.values()
  }

  oldest(): QueueEntry | undefined {
    for (const entry of this.#entries.values()) return entry
    return undefined
  }

  add(entry: QueueEntry): void {
    this.#entries.set(entry.sequence, entry)
    this.#bytes += entry.bytes
    this.#index(entry)
  }

  /** The entry goes by the number of `packet` from now on. */
  number(entry: QueueEntry, packet: StoredPacket): void {
    this.#unindex(entry)
    const { brokerId, brokerCounter } = packet
    if (brokerId !== undefined) entry.packet.brokerId = brokerId
    if (brokerCounter !== undefined) entry.packet.brokerCounter = brokerCounter
    this.#index(entry)
  }

  /** As aedes-persistence does: by origin it takes over the message id, by message id it is replaced. */
  update(packet: StoredPacket): QueueEntry | undefined {
    const origin = originOf(packet)
    const sent = origin === undefined ? undefined : this.#byOrigin.get(origin)
    if (sent !== undefined) {
      this.#unindex(sent)
      sent.packet.messageId = packet.messageId
      this.#index(sent)
      return sent
    }
    const entry = this.byMessageId(packet.messageId)
    if (entry === undefined) return undefined
    this.#unindex(entry)
    entry.packet = packet
    this.#index(entry)
    return entry
  }

  byMessageId(messageId: number | undefined): QueueEntry | undefined {
    return messageId === undefined ? undefined : this.#byMessageId.get(messageId)
  }

  remove(entry: QueueEntry): void {
    entry.removed = true
    this.#entries.delete(entry.sequence)
    this.#bytes -= entry.bytes
    this.#unindex(entry)
  }

  #index(entry: QueueEntry): void {
    const { messageId } = entry.packet
    const origin = originOf(entry.packet)
    if (origin !== undefined) this.#byOrigin.set(origin, entry)
    if (messageId !== undefined) this.#byMessageId.set(messageId, entry)
  }

  #unindex(entry: QueueEntry): void {
    const { messageId } = entry.packet
    const origin = originOf(entry.packet)
    if (origin !== undefined && this.#byOrigin.get(origin) === entry) this.#byOrigin.delete(origin)
    if (this.byMessageId(messageId) === entry) this.#byMessageId.delete(messageId!)
  }
}

/** A PUBREL has none. */
function originOf({ brokerId, brokerCounter }: StoredPacket): string | undefined {
  return brokerId === undefined ? undefined : `${brokerId}:${brokerCounter}`
}
