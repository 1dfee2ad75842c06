/** Limits of single packets, checked before Aedes handles them; one that is past a limit closes its connection. */
import type { Packet } from 'mqtt-packet'
import { GatewayError } from '../core/errors.js'
import type { AedesClient } from './aedes-internals.js'
import type { BrokerLimits, LimitName, LimitWatch } from './limits.js'
import { whoIs } from './permissions.js'
import { isLongerThan, levelCount } from './topic-name.js'

type PacketBounds = Pick<BrokerLimits, 'topicBytes' | 'topicLevels' | 'inFlightPerClient'>

export class PacketLimits {
  readonly #bounds: PacketBounds
  readonly #watch: LimitWatch

  constructor(bounds: PacketBounds, watch: LimitWatch) {
    this.#bounds = bounds
    this.#watch = watch
  }

  /**
   * Checks the topics of a packet, and takes its id if it is a PUBLISH of QoS 2.
   * @throws {GatewayError} LG_MQTT_LIMIT_REACHED
   */
  check(client: AedesClient, packet: Packet): void {
    if (packet.cmd === 'publish') {
      this.#checkTopic(client, packet.topic)
      if (packet.qos === 2) this.#checkInFlight(client, packet.messageId ?? 0)
    } else if (packet.cmd === 'subscribe') {
      for (const { topic } of packet.subscriptions) this.#checkTopic(client, topic)
    } else if (packet.cmd === 'unsubscribe') {
      for (const topic of packet.unsubscriptions) this.#checkTopic(client, topic)
    } else if (packet.cmd === 'connect' && packet.will !== undefined) {
      this.#checkTopic(client, packet.will.topic)
    }
  }

  isWithin(topic: string): boolean {
    const { topicBytes, topicLevels } = this.#bounds
    return !isLongerThan(topic, topicBytes) && levelCount(topic) <= topicLevels
  }

  #checkTopic(client: AedesClient, topic: string): void {
    const { topicBytes, topicLevels } = this.#bounds
    if (isLongerThan(topic, topicBytes)) throw this.#reached(client, 'topicBytes', topicBytes)
    if (levelCount(topic) > topicLevels) throw this.#reached(client, 'topicLevels', topicLevels)
  }

  /**
   * An id is taken at once, as Aedes does it later: all of a chunk would pass otherwise. Not to read on, as for messages
   * that wait for the disk, would help nobody: what makes room is a PUBREL behind this packet.
   */
  #checkInFlight(client: AedesClient, id: number): void {
    const { inFlightPerClient } = this.#bounds
    const inFlight = client._inboundInflight
    if (!inFlight.has(id) && inFlight.size >= inFlightPerClient) {
      throw this.#reached(client, 'inFlightPerClient', inFlightPerClient)
    }
    inFlight.add(id)
  }

  #reached(client: AedesClient, name: LimitName, limit: number): GatewayError {
    this.#watch.bit(name, whoIs(client))
    return new GatewayError('LG_MQTT_LIMIT_REACHED', { name, limit })
  }
}
