/**
 * What a client may publish and subscribe to, asked where its messages flow: by the express lane once for each topic in
 * a row, by the hooks of Aedes for each packet. What is refused is counted and told, and goes no further.
 */
import { type ClientAccess, type ClientRefusal, UNRESTRICTED } from '../core/client-access.js'
import { GatewayError } from '../core/errors.js'
import type { InboundMessage, Settled } from '../core/message.js'
import type { AedesClient } from './aedes-internals.js'

/** Counts a message as refused. `settled` is called as `Accept` calls it, and in one order with it. */
export type Refuse = (message: InboundMessage, access: ClientAccess, settled: Settled) => void

export interface PermissionParts {
  /** Without it, a client that publishes what it may not is disconnected, and nothing is counted. */
  readonly refuse: Refuse | undefined
  readonly onRefused: (refusal: ClientRefusal) => void
  readonly refusedPublish: 'acknowledge' | 'close'
}

/** Of a client that the broker has let in without asking who it is: everything. */
export function accessOf(client: AedesClient): ClientAccess {
  return client.access ?? UNRESTRICTED
}

/** '' for what is not known of it yet. */
export function whoIs(client: AedesClient): Pick<ClientRefusal, 'clientId' | 'principal' | 'address'> {
  return { clientId: client.id ?? '', principal: accessOf(client).principal, address: client.address ?? '' }
}

/** The message was counted, and its sender is to go. */
export function publishRefused(topic: string): GatewayError {
  return new GatewayError('LG_MQTT_PUBLISH_REFUSED', { topic })
}

export class Permissions {
  readonly #refuse: Refuse | undefined
  readonly #onRefused: PermissionParts['onRefused']
  /** Whether the connection ends with the first refused message. */
  readonly closes: boolean

  constructor({ refuse, onRefused, refusedPublish }: PermissionParts) {
    this.#refuse = refuse
    this.#onRefused = onRefused
    this.closes = refuse === undefined || refusedPublish === 'close'
  }

  mayPublish(client: AedesClient, topic: string): boolean {
    return accessOf(client).mayPublish(topic)
  }

  maySubscribe(client: AedesClient, filter: string): boolean {
    return accessOf(client).maySubscribe(filter)
  }

  /**
   * Whether a message that was queued for a session may still be delivered. A topic is a filter that matches itself.
   */
  mayReceive(client: AedesClient, topic: string): boolean {
    return accessOf(client).maySubscribe(topic)
  }

  /** Counts and tells of a message. `settled` gets an error if its connection is to be closed. */
  refuse(message: InboundMessage, client: AedesClient, settled: Settled): void {
    this.tell(client, 'publish', message.topic)
    this.#count(message, client, settled)
  }

  /** A will is refused with the CONNECT; here for one that was let through. */
  refuseWill(message: InboundMessage, client: AedesClient, settled: Settled): void {
    this.tell(client, 'will', message.topic)
    this.#count(message, client, settled)
  }

  tell(client: AedesClient, kind: 'publish' | 'subscribe' | 'will', target: string): void {
    this.#onRefused({ kind, ...whoIs(client), target, cause: 'its permissions do not allow it' })
  }

  #count(message: InboundMessage, client: AedesClient, settled: Settled): void {
    const { topic } = message
    if (this.#refuse === undefined) settled(publishRefused(topic))
    else if (!this.closes) this.#refuse(message, accessOf(client), settled)
    else this.#refuse(message, accessOf(client), (error) => settled(error ?? publishRefused(topic)))
  }
}
