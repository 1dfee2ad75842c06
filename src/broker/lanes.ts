import type { Accept } from '../core/message.js'
import type { ExpressLane } from './express-lane.js'
import type { LaneTopics } from './lane-topics.js'

/** What the express lanes of all connections share. */
export class Lanes {
  readonly accept: Accept
  readonly topics: LaneTopics
  /** Whether senders must be slowed down. */
  readonly underPressure: () => boolean
  #due: ExpressLane[] = []

  constructor(accept: Accept, topics: LaneTopics, underPressure: () => boolean) {
    this.accept = accept
    this.topics = topics
    this.underPressure = underPressure
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
