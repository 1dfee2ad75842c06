/**
 * PUBLISH packets that came to Aedes and are refused. Aedes knows but two ends of its check: to publish, or to close the
 * connection. So its handler is not called back; the acknowledgement is written here, and the next packet asked for.
 *
 *     QoS 0   counted ────────────────────────────────────────▶ next packet
 *     QoS 1   counted ─▶ on disk ─▶ PUBACK ───────────────────▶ next packet
 *     QoS 2   redelivery? ─▶ counted, with its id ─▶ on disk ─▶ PUBREC ─▶ next packet; PUBREL is Aedes’s, as for any id
 */
import type { PublishPacket } from 'aedes'
import type { InboundMessage, Settled } from '../core/message.js'
import type { AedesClient } from './aedes-internals.js'
import type { StoredPacket } from './packet-format.js'
import { type Permissions, publishRefused } from './permissions.js'
import type { Qos2Order } from './permissions-order.js'
import type { Persistence } from './persistence.js'

const PUBACK = 0x40
const PUBREC = 0x50

export class RefusedPublishes {
  readonly #permissions: Permissions
  readonly #persistence: Persistence
  readonly #order: Qos2Order

  constructor(permissions: Permissions, persistence: Persistence, order: Qos2Order) {
    this.#permissions = permissions
    this.#persistence = persistence
    this.#order = order
  }

  /** A will is answered by the callback, as Aedes publishes it if there is no error. */
  takeWill(client: AedesClient, will: PublishPacket, callback: Settled): void {
    this.#permissions.refuseWill(will as InboundMessage, client, (error) =>
      callback(error ?? publishRefused(will.topic)),
    )
  }

  take(client: AedesClient, packet: PublishPacket): void {
    // A connection that is closed over it keeps no id: its client sends the message again, and is refused again.
    if (packet.qos === 2 && !this.#permissions.closes) this.#takeQos2(client, packet)
    else this.#refuse(client, packet, answering(client, packet))
  }

  #takeQos2(client: AedesClient, packet: PublishPacket): void {
    const persistence = this.#persistence
    const received = packet as StoredPacket
    const answer = answering(client, packet)
    const place = this.#order.place(client)
    const refuse = () => this.#refuse(client, packet, persistence.receive(client, packet.messageId!, answer))
    persistence.incomingGetPacket(client, received).then(
      () => answer(),
      () => {
        persistence
          .incomingStorePacket(client, received)
          .then(() => this.#order.inPlace(client, place, refuse), client._nextBatch)
      },
    )
  }

  #refuse(client: AedesClient, packet: PublishPacket, settled: Settled): void {
    this.#permissions.refuse(packet as InboundMessage, client, settled)
  }
}

function answering(client: AedesClient, { qos, messageId }: PublishPacket): Settled {
  return (error) => {
    if (!error && qos > 0) write(client, qos === 1 ? PUBACK : PUBREC, messageId!)
    // Not at once: the parser may be in the middle of the chunk that the packet came in.
    setImmediate(client._nextBatch, error)
  }
}

function write({ closed, conn }: AedesClient, type: number, id: number): void {
  if (!closed && conn.writable) conn.write(Buffer.from([type, 2, id >> 8, id & 0xff]))
}
