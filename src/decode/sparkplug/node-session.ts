import type { BirthTable } from './birth-table.js'
import type { EdgeNode } from './events.js'
import { Sequence } from './sequence.js'

/** What is known of an edge node. Its births are read from the store when they are needed. */
export class NodeSession implements EdgeNode {
  readonly group: string
  readonly node: string
  readonly sequence = new Sequence()
  /** Rises with each birth and death of the node. */
  session = 0
  /** −1: none was said. */
  bdSeq = -1
  /** As the edge node says, epoch milliseconds; −1 if it was not born in this session. */
  bornMs = -1
  /** Whether its births came while this decoder was there, or are asked for. */
  isLive = false
  /** Of this session; '' is the edge node itself. Undefined: on disk. */
  readonly births = new Map<string, BirthTable | undefined>()

  constructor(group: string, node: string) {
    this.group = group
    this.node = node
  }

  /** Devices that were born in this session, and have not died in it. */
  get devices(): string[] {
    return [...this.births.keys()].filter((device) => device !== '')
  }

  /** Whatever was known of its metrics holds no longer. */
  renew(bdSeq: number, bornMs: number): void {
    this.session++
    this.bdSeq = bdSeq
    this.bornMs = bornMs
    this.births.clear()
  }
}
