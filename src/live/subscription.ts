import type { GatewayError } from '../core/errors.js'
import type { DeadLettered } from './protocol.js'
import type { FeedRequest } from './source.js'

/** Where frames go. `writable` is false while too much is waiting to be read. */
export interface Peer {
  readonly writable: boolean
  send(frame: Buffer): void
  /** The feed of the subscription ended because what it reads failed. */
  onEnded(subscription: Subscription, error: GatewayError): void
}

/** What is new since the subscription began, as the feed that it belongs to sees it. */
const NOTHING: DeadLettered = { messages: 0, points: 0 }

/**
 * One operator's place in a feed: how far it has got.
 *
 *     seq    number of the last frame sent, −1 before the snapshot
 *     owed   states of the feed that it has not been sent; 1 for the snapshot itself
 *
 * A frame carries the newest state, so sending one settles all that is owed: `seq += owed`, `skipped = owed − 1`.
 */
export class Subscription {
  readonly id: string
  readonly peer: Peer
  owed = 1
  #seq = -1
  readonly #request: FeedRequest
  readonly #head: string
  #began = NOTHING

  constructor(id: string, request: FeedRequest, peer: Peer) {
    this.id = id
    this.peer = peer
    this.#request = request
    this.#head = `"id":${JSON.stringify(id)},"topic":"${request.topic}",`
  }

  get isNew(): boolean {
    return this.#seq === -1
  }

  /** Counts of dead letters are told from here on. */
  begin(deadLettered: DeadLettered | undefined): void {
    this.#began = deadLettered ?? NOTHING
  }

  /** The part of the next frame that differs from subscriber to subscriber; the shared part follows it. */
  nextHead(type: 'snapshot' | 'update', deadLettered: DeadLettered | undefined): string {
    const skipped = this.owed - 1
    this.#seq += this.owed
    this.owed = 0
    const what = type === 'snapshot' ? this.#subscribed() : ''
    const arrived = deadLettered === undefined ? '' : this.#arrived(deadLettered)
    return `{"type":"${type}",${this.#head}${what}"seq":${this.#seq},"skipped":${skipped},${arrived}`
  }

  #subscribed(): string {
    const { scope, intervalMs, depth } = this.#request
    return `"scope":${JSON.stringify(scope)},"intervalMs":${intervalMs},"depth":${depth},`
  }

  #arrived({ messages, points }: DeadLettered): string {
    const arrived: DeadLettered = {
      messages: Math.max(0, messages - this.#began.messages),
      points: Math.max(0, points - this.#began.points),
    }
    return `"arrived":${JSON.stringify(arrived)},`
  }
}
