/**
 * Which filters of a SUBSCRIBE, and of a session that is restored, become subscriptions. Aedes 1.2.0 asks for each filter,
 * and answers 0x80 for those that it gets no subscription back for (lib/handlers/subscribe.js), but:
 *
 * - It stores all filters of the packet as soon as the first is granted. Therefore a persistent session gets its answers
 *   a moment later, when all of the packet are decided, and those refused are withheld from the store.
 * - Restored subscriptions that are refused stay in the store. Here they are removed from it.
 */
import type { Subscription } from 'aedes'
import type { AedesClient } from './aedes-internals.js'
import { whoIs } from './permissions.js'
import type { Flow } from './permissions-flow.js'
import type { Persistence } from './persistence.js'

export type SubscribeAnswer = (error: Error | null, subscription?: Subscription | null) => void

export class SubscribeRules {
  readonly #flow: Flow
  readonly #persistence: Persistence

  constructor(flow: Flow, persistence: Persistence) {
    this.#flow = flow
    this.#persistence = persistence
  }

  decide(client: AedesClient, subscription: Subscription, answer: SubscribeAnswer): void {
    const { permissions } = this.#flow
    const { topic } = subscription
    const isPermitted = permissions.maySubscribe(client, topic)
    if (!isPermitted) permissions.tell(client, 'subscribe', topic)
    // Nothing else is handled before the session is ready.
    if (client.connecting) this.#restore(client, subscription, isPermitted, answer)
    else this.#subscribe(client, subscription, isPermitted && this.#hasRoom(client, topic), answer)
  }

  #subscribe(
    client: AedesClient,
    subscription: Subscription,
    isGranted: boolean,
    answer: SubscribeAnswer,
  ): void {
    if (isGranted) this.#flow.granted.add(client, subscription.topic)
    else this.#persistence.withhold(subscription)
    const granted = isGranted ? subscription : null
    if (client.clean) answer(null, granted)
    else process.nextTick(answer, null, granted)
  }

  /** Whatever the limit of subscriptions is by now: a session that was within it loses none. */
  #restore(
    client: AedesClient,
    subscription: Subscription,
    isPermitted: boolean,
    answer: SubscribeAnswer,
  ): void {
    const { topic } = subscription
    if (isPermitted) {
      this.#flow.granted.add(client, topic)
      answer(null, subscription)
    } else {
      this.#persistence.removeSubscriptions(client, [topic]).then(() => answer(null, null), answer)
    }
  }

  #hasRoom(client: AedesClient, topic: string): boolean {
    const { granted, limits, watch } = this.#flow
    const most = limits.subscriptionsPerClient
    if (most === 0 || granted.has(client, topic) || granted.count(client) < most) return true
    watch.bit('subscriptionsPerClient', whoIs(client))
    return false
  }
}
