/**
 * Where messages leave Aedes's path for `accept`, each exactly once:
 *
 *     QoS 0, 1   authorizePublish   its callback is what Aedes writes the PUBACK after
 *     QoS 2      published          behind Aedes's check for redeliveries, before it writes the PUBREC
 *
 * Wills take the same two hooks. Aedes calls `published` for QoS 0 and 1 as well, and for its own messages on $SYS.
 */
import type { AedesOptions, Client, PublishPacket } from 'aedes'
import { GatewayError } from '../core/errors.js'
import type { Accept, InboundMessage, Settled } from '../core/message.js'
import type { AedesClient } from './aedes-internals.js'
import type { ClientFaults } from './client-faults.js'
import type { StoredPacket } from './packet-format.js'
import type { Persistence } from './persistence.js'
import { refusalOf, refuse } from './refusal.js'
import { reservedFault } from './topic-name.js'

type Hooks = Required<Pick<AedesOptions, 'preConnect' | 'authorizePublish' | 'published'>>

export function createHooks(accept: Accept, persistence: Persistence, faults: ClientFaults): Hooks {
  return {
    preConnect: (client, packet, callback) => {
      const refusal = refusalOf(packet)
      if (refusal === undefined) {
        callback(null, true)
        return
      }
      faults.refused(refusal.error)
      refuse(client as AedesClient, refusal)
    },

    authorizePublish: (client, packet, callback) => {
      const { topic } = packet
      const cause = reservedFault(topic)
      if (cause !== undefined) callback(new GatewayError('LG_MQTT_TOPIC_REFUSED', { topic, cause }))
      else if (packet.qos === 2) callback(null)
      else {
        if (packet.qos === 1) persistence.prepare(packet as StoredPacket)
        accept(packet as InboundMessage, sender(client, packet), callback)
      }
    },

    published: (packet, client, callback) => {
      if (packet.qos === 2) acceptQos2(accept, persistence, packet, client, callback)
      else callback(null)
    },
  }
}

/** A will has no message id, so that nothing can be a redelivery of it. */
function acceptQos2(
  accept: Accept,
  persistence: Persistence,
  packet: PublishPacket,
  client: Client | null,
  settled: Settled,
): void {
  const { messageId } = packet
  const isWill = client === null || messageId === undefined
  const tracked = isWill ? settled : persistence.receive(client, messageId, settled)
  accept(packet as InboundMessage, sender(client, packet), tracked)
}

/** A will that was left by an earlier run has no client, but names it. */
function sender(client: Client | null, packet: PublishPacket & { readonly clientId?: string }): string {
  return client === null ? (packet.clientId ?? '') : client.id
}
