/**
 * Where messages leave Aedes's path for `accept`, each exactly once:
 *
 *     QoS 0, 1   authorizePublish   its callback is what Aedes writes the PUBACK after
 *     QoS 2      published          behind Aedes's check for redeliveries, before it writes the PUBREC
 *
 * Wills take the same two hooks. Aedes calls `published` for QoS 0 and 1 as well, and for its own messages on $SYS.
 * What a client may not publish, of any QoS, goes no further than `authorizePublish` (permissions-publish.ts).
 */
import type { AedesOptions, Client, PublishPacket } from 'aedes'
import { GatewayError } from '../core/errors.js'
import type { Accept, InboundMessage, Settled } from '../core/message.js'
import type { AedesClient } from './aedes-internals.js'
import type { ClientFaults } from './client-faults.js'
import type { StoredPacket } from './packet-format.js'
import { whoIs } from './permissions.js'
import type { Flow } from './permissions-flow.js'
import { Qos2Order } from './permissions-order.js'
import { RefusedPublishes } from './permissions-publish.js'
import { SubscribeRules } from './permissions-subscribe.js'
import type { Persistence } from './persistence.js'
import { refusalOf, refuse } from './refusal.js'
import { reservedFault } from './topic-name.js'

type Hooks = Required<
  Pick<AedesOptions, 'preConnect' | 'authorizePublish' | 'authorizeSubscribe' | 'published'>
>

export interface HookParts {
  readonly accept: Accept
  readonly persistence: Persistence
  readonly faults: ClientFaults
  readonly flow: Flow
}

export function createHooks(parts: HookParts): Hooks {
  const { accept, persistence, faults, flow } = parts
  const order = new Qos2Order()
  const refused = new RefusedPublishes(flow.permissions, persistence, order)
  const subscribing = new SubscribeRules(flow, persistence)
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
      else if (isRefused(flow, client as AedesClient | null, packet)) {
        if (isWill(packet)) refused.takeWill(client as AedesClient, packet, callback)
        else refused.take(client as AedesClient, packet)
      } else {
        if (willArrive(persistence, client, packet)) order.sent(client as AedesClient)
        takePublish(parts, client as AedesClient | null, packet, callback)
      }
    },

    authorizeSubscribe: (client, subscription, callback) =>
      subscribing.decide(client as AedesClient, subscription, callback),

    published: (packet, client, callback) => {
      if (packet.qos === 2) {
        acceptQos2(accept, persistence, packet, client, callback)
        if (client !== null && packet.messageId !== undefined) order.arrived(client as AedesClient)
      } else callback(null)
    },
  }
}

/** A will that an earlier connection left was permitted when its client connected. */
function isRefused({ permissions }: Flow, client: AedesClient | null, packet: PublishPacket): boolean {
  if (client === null || (isWill(packet) && !client.closed)) return false
  return !permissions.mayPublish(client, packet.topic)
}

/** Of QoS 2, and no redelivery, which Aedes answers without publishing it. */
function willArrive(
  persistence: Persistence,
  client: Client | null,
  packet: PublishPacket,
): client is Client {
  const { qos, messageId } = packet
  return client !== null && qos === 2 && messageId !== undefined && !persistence.isReceived(client, messageId)
}

/** The parser names what it reads; a will is a part of a CONNECT. */
function isWill(packet: { readonly cmd?: string }): boolean {
  return packet.cmd !== 'publish'
}

function takePublish(
  { accept, persistence, flow }: HookParts,
  client: AedesClient | null,
  packet: PublishPacket,
  callback: Settled,
): void {
  const settled = packet.retain ? retaining(persistence, flow, client, packet, callback) : callback
  if (packet.qos === 2) {
    callback(null)
    return
  }
  if (packet.qos === 1) persistence.prepare(packet as StoredPacket)
  accept(packet as InboundMessage, sender(client, packet), settled)
}

/** Past a limit, the message goes its way like every other one, and is not retained. */
function retaining(
  persistence: Persistence,
  { watch }: Flow,
  client: AedesClient | null,
  packet: PublishPacket,
  callback: Settled,
): Settled {
  const limit = persistence.admitRetained(packet as StoredPacket)
  if (limit === undefined) {
    return (error) => {
      if (error) persistence.forgoRetained(packet.topic)
      callback(error)
    }
  }
  packet.retain = false
  watch.bit(
    limit,
    client === null ? { clientId: sender(null, packet), principal: '', address: '' } : whoIs(client),
  )
  return callback
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
  const isOfWill = client === null || messageId === undefined
  const tracked = isOfWill ? settled : persistence.receive(client, messageId, settled)
  accept(packet as InboundMessage, sender(client, packet), tracked)
}

/** A will that was left by an earlier run has no client, but names it. */
function sender(client: Client | null, packet: PublishPacket & { readonly clientId?: string }): string {
  return client === null ? (packet.clientId ?? '') : client.id
}
