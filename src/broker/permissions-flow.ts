import type { Packet } from 'mqtt-packet'
import type { ClientRefusal } from '../core/client-access.js'
import type { AedesClient } from './aedes-internals.js'
import type { BrokerLimits, LimitWatch } from './limits.js'
import { type PermissionParts, Permissions } from './permissions.js'
import { PacketLimits } from './permissions-packets.js'
import { GrantedFilters } from './permissions-subscriptions.js'

export interface FlowParts extends Omit<PermissionParts, 'onRefused'> {
  readonly onRefused: ((refusal: ClientRefusal) => void) | undefined
  readonly limits: BrokerLimits
  readonly watch: LimitWatch
}

/** What the flow of all clients' messages obeys. */
export class Flow {
  readonly permissions: Permissions
  readonly limits: BrokerLimits
  readonly watch: LimitWatch
  readonly packets: PacketLimits
  readonly granted = new GrantedFilters()

  constructor({ limits, watch, onRefused = () => undefined, ...parts }: FlowParts) {
    this.permissions = new Permissions({ ...parts, onRefused })
    this.limits = limits
    this.watch = watch
    this.packets = new PacketLimits(limits, watch)
  }

  /**
   * To be called with each packet that Aedes is about to handle.
   * @throws {GatewayError} LG_MQTT_LIMIT_REACHED: the connection is to be closed
   */
  arrived(client: AedesClient, packet: Packet): void {
    this.packets.check(client, packet)
    if (packet.cmd === 'unsubscribe') this.granted.remove(client, packet.unsubscriptions)
  }
}
