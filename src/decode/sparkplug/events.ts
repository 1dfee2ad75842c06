import type { TopicLevels } from '../../core/device.js'
import type { PlaceTemplates } from './place.js'

export interface SparkplugOptions {
  readonly place: PlaceTemplates
  /** What becomes of a metric whose property Quality says that its value is bad or stale. */
  readonly badQuality: 'keep' | 'skip' | 'dead-letter'
  /** Of births on disk; past it the oldest are forgotten, and asked for when they are needed. */
  readonly maxBirthBytes: number
}

/** An edge node: its id is unique in its group only. */
export interface EdgeNode {
  readonly group: string
  readonly node: string
}

/** Why the births of an edge node are wanted. */
export type BirthWanted =
  /** Data came, or a device was born, and the edge node was not. */
  | 'node_unborn'
  | 'device_unborn'
  /** An alias, or a name without a type, that the birth does not have. */
  | 'metric_unknown'
  /** The birth was on disk: what happened while the gateway was away is not known. */
  | 'restored'

export interface Birth {
  readonly topic: string
  readonly from: EdgeNode
  readonly levels: TopicLevels
  /** A part of memory that is reused: to be copied by who keeps it. */
  readonly payload: Buffer
}

export interface Death {
  readonly from: EdgeNode
  /** Who is dead. */
  readonly levels: TopicLevels
  /** Of an edge node: its devices, which are gone with it. */
  readonly devices: readonly TopicLevels[]
  /** Epoch milliseconds of the certificate of a device. That of an edge node was written when it connected, and counts for nothing. */
  readonly timeMs: number | undefined
}

/**
 * What the messages of edge nodes mean beyond their points. A decoder calls these while it decodes and changes nothing by
 * itself, so that decoding without them (a trial) has no effect.
 */
export interface SparkplugEvents {
  birth(birth: Birth): void
  death(death: Death): void
  /** A death certificate of a session that is over already. */
  staleDeath(from: EdgeNode): void
  birthWanted(from: EdgeNode, why: BirthWanted): void
  /** Sequence numbers are missing: they may still come, in another order. */
  gapOpened(from: EdgeNode): void
  /** All that was missing came, or a birth began a new sequence. */
  gapClosed(from: EdgeNode): void
}
