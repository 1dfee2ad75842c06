import type { AedesPublishPacket, Client } from 'aedes'
import type { AedesClient } from './aedes-internals.js'

/**
 * Delivers each message once to a client, however many of its subscriptions match, and none too few. Aedes 1.2.0 numbers
 * messages as they come and takes for a duplicate whatever has a lower number than the last one delivered. But some
 * wait for the disk, as those of QoS 1 and retained ones do, and later ones overtake them: those would be dropped. All
 * that a message has to be compared with is the one delivered right before it.
 */
export class OnceEach {
  /** In place of each client's highest number: none is too low. */
  readonly #noneTooLow: Readonly<Record<string, number>>
  readonly #last = new WeakMap<Client, number>()

  constructor(brokerId: string) {
    this.#noneTooLow = Object.defineProperty({}, brokerId, { get: () => 0, set: () => undefined })
  }

  guard(client: AedesClient): void {
    client.duplicates = this.#noneTooLow
  }

  /** Aedes's `authorizeForward`: null withholds a message. */
  readonly forward = (client: Client, packet: AedesPublishPacket): AedesPublishPacket | null => {
    const { brokerCounter } = packet
    if (this.#last.get(client) === brokerCounter) return null
    this.#last.set(client, brokerCounter)
    return packet
  }
}
