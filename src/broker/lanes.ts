import type { Accept, InboundMessage, Settled } from '../core/message.js'
import type { AedesClient } from './aedes-internals.js'
import type { ExpressLane } from './express-lane.js'
import type { LaneTopics } from './lane-topics.js'
import type { StoredPacket } from './packet-format.js'

export interface LanesParts {
  readonly accept: Accept
  /** Counts a message that its sender may not publish; settles in one order with `accept`. */
  readonly refuse: (message: InboundMessage, sender: AedesClient, settled: Settled) => void
  readonly topics: LaneTopics
  /** Messages of one connection that may wait for the disk or for their delivery; past it, no more is read. */
  readonly maxUnsettled: number
  /** Whether senders must be slowed down. */
  readonly underPressure: () => boolean
  /** Queues a message of QoS 1 for sessions, in the block that is open now. */
  readonly prepare: (packet: StoredPacket) => void
  /** Has Aedes deliver to subscribers. */
  readonly publish: (packet: StoredPacket, sender: AedesClient, done: (error?: Error) => void) => void
}

/** What the express lanes of all connections share. */
export class Lanes implements LanesParts {
  readonly accept: LanesParts['accept']
  readonly refuse: LanesParts['refuse']
  readonly topics: LanesParts['topics']
  readonly maxUnsettled: number
  readonly underPressure: LanesParts['underPressure']
  readonly prepare: LanesParts['prepare']
  readonly publish: LanesParts['publish']
  #due: ExpressLane[] = []

  constructor({ accept, refuse, topics, maxUnsettled, underPressure, prepare, publish }: LanesParts) {
    this.accept = accept
    this.refuse = refuse
    this.topics = topics
    this.maxUnsettled = maxUnsettled
    this.underPressure = underPressure
    this.prepare = prepare
    this.publish = publish
  }

  /** Has a connection's PUBACKs written when the block at hand is settled, which happens in one turn. */
  due(lane: ExpressLane): void {
    this.#due.push(lane)
    if (this.#due.length === 1) process.nextTick(this.#writeAll)
  }

  readonly #writeAll = (): void => {
    const due = this.#due
    this.#due = []
    for (const lane of due) lane.writeAcks()
  }
}
